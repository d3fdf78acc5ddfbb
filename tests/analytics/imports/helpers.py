"""Constructed files, and what a store holds after they were imported."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Integer, select

from analytics.store import Store
from analytics.store.models import Base

HEADER = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
SALE = {
    "InvoiceNo": "536365",
    "StockCode": "85123A",
    "Description": "WHITE HANGING HEART T-LIGHT HOLDER",
    "Quantity": "6",
    "InvoiceDate": "12/1/2010 8:26",
    "UnitPrice": "2.55",
    "CustomerID": "17850",
    "Country": "United Kingdom",
}

type Line = dict[str, str]
type Contents = dict[str, list[tuple[Any, ...]]]


def sale(**cells: str) -> Line:
    """Return a good line with some cells changed."""
    return SALE | cells


def cancellation(**cells: str) -> Line:
    """Return a line that cancels all of `sale()` a day later, with some cells changed."""
    later = {"InvoiceNo": "C536400", "Quantity": "-6", "InvoiceDate": "12/2/2010 9:00"}
    return SALE | later | cells


def write_csv(path: Path, *lines: Line, encoding: str = "utf-8") -> Path:
    """Write an online-retail file."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(lines)
    return path


def copied(empty_shop: Path, path: Path) -> Store:
    """Return an empty store at `path`, without the time that the migrations take."""
    shutil.copy(empty_shop, path)
    return Store(f"sqlite:///{path}")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def contents(store: Store) -> Contents:
    """Return every row of every table, without the numbers that the database gives to rows."""
    found: Contents = {}
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            given = [c for c in table.primary_key if isinstance(c.type, Integer) and c.name == "id"]
            columns = [column for column in table.columns if column not in given]
            rows = session.execute(select(*columns)).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def rows(store: Store, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of a table, sorted."""
    chosen = Base.metadata.tables[table].c
    with store.reading() as session:
        found = session.execute(select(*(chosen[column] for column in columns))).all()
    return sorted((tuple(row) for row in found), key=repr)


def reported(report: Path) -> list[tuple[str, int, str, Any]]:
    """Return file, line, reason and row of each refused row."""
    table = pd.read_csv(report, keep_default_na=False)
    cells = [json.loads(row) for row in table["row"]]
    return list(zip(table["file"], table["line"].astype(int), table["reason"], cells, strict=True))
