"""Groups of commands of `salesclerk`, one module a group; `analytics/cli.py` holds the rest."""
