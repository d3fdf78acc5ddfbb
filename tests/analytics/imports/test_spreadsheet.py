"""The same table read from every kind of file; other files refused with what they are."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analytics.errors import InvalidFile
from analytics.imports import import_online_retail
from analytics.store import Store
from tests.analytics.imports.helpers import contents, copied, reported, rows, sale, write_csv

ROWS = pd.DataFrame(
    {
        "InvoiceNo": ["536365", "536365", "C536400", "536366", "536367"],
        "StockCode": ["85123A", "71053", "85123A", "POST", "22423"],
        "Description": ["CAFÉ HEART £", "LANTERN", "CAFÉ HEART £", "POSTAGE", None],
        "Quantity": [6, 6, -6, 1, 12],
        "InvoiceDate": [
            datetime(2010, 12, 1, 8, 26),  # noqa: DTZ001 - the file has none
            datetime(2010, 12, 1, 8, 26),  # noqa: DTZ001
            datetime(2010, 12, 2, 9, 0),  # noqa: DTZ001
            datetime(2010, 12, 2, 9, 0),  # noqa: DTZ001
            datetime(2011, 7, 21, 12, 0),  # noqa: DTZ001
        ],
        "UnitPrice": [2.55, 3.39, 2.55, 18.0, 0.001],
        "CustomerID": pd.array([17850, 17850, 17850, 12583, None], dtype="Int32"),
        "Country": ["United Kingdom", "United Kingdom", "United Kingdom", "France", "EIRE"],
    }
)
SECOND_LAYOUT = {"InvoiceNo": "Invoice", "UnitPrice": "Price", "CustomerID": "Customer ID"}


def as_csv(path: Path, table: pd.DataFrame, **how: Any) -> None:
    table.to_csv(path, index=False, **how)


def as_public_csv(path: Path, table: pd.DataFrame) -> None:
    """Write as the public CSV file is: month first, in Windows-1252, customers with a point."""
    dates = [
        f"{at.month}/{at.day}/{at.year} {at.hour}:{at.minute:02}" for at in table["InvoiceDate"]
    ]
    customers = table["CustomerID"].astype(float)
    table = table.assign(InvoiceDate=dates, CustomerID=customers)
    table.to_csv(path, index=False, encoding="cp1252", lineterminator="\r\n")


def as_workbook(path: Path, table: pd.DataFrame) -> None:
    # Codes of digits alone are numbers in the public workbook.
    codes = [int(code) if code.isdigit() else code for code in table["StockCode"]]
    table.assign(StockCode=codes).to_excel(path, index=False)


def as_two_sheets(path: Path, table: pd.DataFrame) -> None:
    with pd.ExcelWriter(path) as book:
        table.iloc[:2].to_excel(book, sheet_name="Year 2009-2010", index=False)
        table.iloc[2:].to_excel(book, sheet_name="Year 2010-2011", index=False)
        pd.DataFrame().to_excel(book, sheet_name="Empty", index=False)


def as_second_layout(path: Path, table: pd.DataFrame) -> None:
    table.rename(columns=SECOND_LAYOUT).to_csv(path, index=True, index_label="")


WRITERS = [
    as_csv,
    as_public_csv,
    as_workbook,
    as_two_sheets,
    as_second_layout,
    lambda path, table: as_csv(path, table, encoding="utf-8-sig"),
    lambda path, table: as_csv(path, table, date_format="%Y-%m-%dT%H:%M"),
    lambda path, table: as_csv(path, table, date_format="%d/%m/%Y %H:%M", quoting=1),
    lambda path, table: table.to_parquet(path),
    lambda path, table: table.astype({"CustomerID": float}).to_parquet(path, index=False),
]


@pytest.mark.parametrize("write", WRITERS)
def test_every_format_gives_the_same_shop(
    store: Store, empty_shop: Path, tmp_path: Path, write
) -> None:
    # pandas writes a workbook only under its own suffix; what is read goes by the content alone.
    path = tmp_path / ("sales.xlsx" if write in (as_workbook, as_two_sheets) else "sales")
    write(path, ROWS)
    summary = import_online_retail(store, path, tmp_path / "report.csv")
    found = contents(store)

    reference = copied(empty_shop, tmp_path / "reference.db")
    ROWS.to_parquet(tmp_path / "reference.parquet")
    import_online_retail(reference, tmp_path / "reference.parquet", tmp_path / "r.csv")
    assert found == contents(reference)
    assert summary.rejected == {"not_a_product": 1}
    assert rows(store, "orders", "id", "customer_id", "status") == [
        ("536365", "17850", "delivered"),
        ("536367", None, "delivered"),
    ]
    assert rows(store, "order_lines", "sku", "returned") == [
        ("22423", 0),
        ("71053", 0),
        ("85123A", 6),
    ]
    reference.close()


@pytest.mark.parametrize(
    ("write", "file", "line"),
    [
        (as_public_csv, "sales", 5),
        (as_workbook, "sales.xlsx", 5),
        (as_two_sheets, "sales.xlsx#Year 2010-2011", 3),
        (lambda path, table: table.to_parquet(path), "sales", 4),
    ],
)
def test_the_report_names_file_and_line(
    store: Store, tmp_path: Path, write, file: str, line: int
) -> None:
    path = tmp_path / file.partition("#")[0]
    write(path, ROWS)
    import_online_retail(store, path, tmp_path / "report.csv")

    [(found, at, reason, row)] = reported(tmp_path / "report.csv")
    assert (found, at, reason) == (file, line, "not_a_product")
    assert (row["StockCode"], str(row["CustomerID"])) in {("POST", "12583"), ("POST", "12583.0")}


def test_an_empty_cell_at_the_end_of_a_sheet_row_is_missing(store: Store, tmp_path: Path) -> None:
    ROWS.assign(Country=None).to_excel(tmp_path / "sales.xlsx", index=False)
    summary = import_online_retail(store, tmp_path / "sales.xlsx", tmp_path / "report.csv")

    assert summary.rejected == {"not_a_product": 1}
    assert rows(store, "customers", "country") == [(None,)]


def test_blank_lines_are_no_rows(store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "sales.csv", sale())
    path.write_text(path.read_text(encoding="utf-8") + "\n,,,,,,,\n", encoding="utf-8")

    assert import_online_retail(store, path, tmp_path / "report.csv").read == 1


def damaged(path: Path, table: pd.DataFrame, **how: Any) -> None:
    (table.to_excel if path.suffix == ".xlsx" else table.to_parquet)(path, **how)
    path.write_bytes(path.read_bytes()[:-700])


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("sales.csv", "InvoiceNo")


WRONG = {
    "is a folder": (lambda path: path.mkdir(), "found a folder, accepted is a CSV, XLSX or Par"),
    "is not there": (lambda path: None, "found nothing there, accepted is"),
    "is empty": (lambda path: path.touch(), "found an empty file, accepted is"),
    "is a picture": (lambda path: path.write_bytes(b"\x89PNG\r\n\0\0"), "found binary content"),
    "is an old workbook": (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0"), "Excel 97"),
    "is UTF-16": (lambda path: ROWS.to_csv(path, encoding="utf-16"), "found binary content"),
    "is a letter": (
        lambda path: path.write_text("Dear shop,\nhello"),
        "no column InvoiceNo or Invoice; found the header Dear shop, ",
    ),
    "lacks a column": (
        lambda path: ROWS.drop(columns="UnitPrice").to_csv(path),
        "no column UnitPrice or Price; .*accepted is .* with the columns InvoiceNo or Invoice, St",
    ),
    "spells a column otherwise": (
        lambda path: ROWS.rename(columns={"Quantity": "quantity"}).to_parquet(path),
        "no column Quantity; found the header InvoiceNo, StockCode, Description, quantity",
    ),
    "has no rows": (lambda path: ROWS.head(0).to_csv(path), "found a header and no rows"),
    "is an archive": (archive, "found a damaged or another file"),
    "is a damaged Parquet file": (lambda path: damaged(path, ROWS), "found a damaged or another"),
    "never ends a field": (
        lambda path: path.write_text(",".join(ROWS.columns) + '\n"' + "x" * 200_000),
        "the record in line 2 is not CSV",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_named(store: Store, tmp_path: Path, name: str) -> None:
    make, message = WRONG[name]
    path = tmp_path / "sales"
    make(path)

    with pytest.raises(InvalidFile, match=message):
        import_online_retail(store, path, tmp_path / "report.csv")

    assert rows(store, "shop", "name") == []


def test_a_damaged_workbook_is_named(store: Store, tmp_path: Path) -> None:
    damaged(tmp_path / "sales.xlsx", ROWS, index=False)

    with pytest.raises(InvalidFile, match="found a damaged or another file"):
        import_online_retail(store, tmp_path / "sales.xlsx", tmp_path / "report.csv")
