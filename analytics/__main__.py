"""`python -m analytics` is the command line, also without the script `salesclerk`."""

from analytics.cli import main

main()
