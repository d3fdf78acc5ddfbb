"""Bringing a shop's own data into the store: all of a file, or nothing of it."""

from analytics.imports.csv_folder import import_csv
from analytics.imports.online_retail import import_online_retail
from analytics.imports.report import ImportSummary

__all__ = ["ImportSummary", "import_csv", "import_online_retail"]
