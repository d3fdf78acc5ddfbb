"""`python -m analytics` is the command line, also where the script `salesclerk` is not installed."""

from analytics.cli import main

main()
