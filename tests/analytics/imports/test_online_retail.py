"""What becomes of each line of an online-retail file; see docs/importing.md."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from analytics.imports import ImportSummary, import_online_retail
from analytics.store import Store, catalogue
from tests.analytics.imports.helpers import (
    Line,
    cancellation,
    reported,
    rows,
    sale,
    utc,
    write_csv,
)


@pytest.fixture
def run(store: Store, tmp_path: Path):
    """Import lines, and return the summary."""

    def run(*lines: Line) -> ImportSummary:
        path = write_csv(tmp_path / "sales.csv", *lines)
        return import_online_retail(store, path, tmp_path / "report.csv")

    return run


def test_a_sale_becomes_order_customer_and_product(any_store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "sales.csv", sale())
    summary = import_online_retail(any_store, path, tmp_path / "report.csv")

    assert (summary.read, summary.accepted, summary.rejected) == (1, 1, {})
    assert rows(any_store, "shop", "name", "currency", "source") == [
        ("Online Retail", "GBP", "online-retail")
    ]
    at = utc("2010-12-01 08:26")
    assert rows(any_store, "customers", "id", "country", "created_at", "language") == [
        ("17850", "United Kingdom", at, "en")
    ]
    title = "WHITE HANGING HEART T-LIGHT HOLDER"
    assert rows(any_store, "products", "id", "title_en", "title_zh", "category_id", "active") == [
        ("85123A", title, title, None, True)
    ]
    assert rows(
        any_store, "variants", "sku", "product_id", "cost", "list_price", "currency", "stock"
    ) == [("85123A", "85123A", None, Decimal("2.55"), "GBP", None)]
    assert rows(any_store, "orders", "id", "customer_id", "placed_at", "status", "currency") == [
        ("536365", "17850", at, "delivered", "GBP")
    ]
    columns = ("order_id", "number", "sku", "quantity", "returned", "unit_price")
    assert rows(any_store, "order_lines", *columns) == [
        ("536365", 1, "85123A", 6, 0, Decimal("2.55"))
    ]
    assert rows(any_store, "order_events", "order_id", "status", "at", "actor") == [
        ("536365", "delivered", at, "shop")
    ]
    with any_store.reading() as session:
        assert catalogue.resolve(session, "hanging heart holder").id == "85123A"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"InvoiceNo": ""}, "malformed_invoice"),
        ({"InvoiceNo": "X536365"}, "malformed_invoice"),
        ({"StockCode": " "}, "malformed_stock_code"),
        ({"StockCode": "8" * 65}, "malformed_stock_code"),
        ({"Quantity": "six"}, "malformed_quantity"),
        ({"Quantity": "1.5"}, "malformed_quantity"),
        ({"Quantity": "99999999999"}, "malformed_quantity"),
        ({"InvoiceDate": "soon"}, "malformed_date"),
        ({"InvoiceDate": ""}, "malformed_date"),
        ({"InvoiceDate": "12/1/1066 8:26"}, "malformed_date"),
        ({"UnitPrice": "2,55"}, "malformed_price"),
        ({"UnitPrice": "nan"}, "malformed_price"),
        ({"UnitPrice": "1e3"}, "malformed_price"),
        ({"UnitPrice": "2.55555"}, "malformed_price"),
        ({"UnitPrice": ""}, "malformed_price"),
        ({"UnitPrice": "-11062.06"}, "negative_price"),
        ({"InvoiceNo": "A563185", "UnitPrice": "11062.06"}, "bad_debt"),
        ({"UnitPrice": "0"}, "zero_price"),
        ({"Quantity": "0"}, "wrong_sign"),
        ({"Quantity": "-6"}, "wrong_sign"),
        ({"InvoiceNo": "C536366"}, "wrong_sign"),
        ({"InvoiceNo": "C536366", "Quantity": "-6"}, "cancellation_without_order"),
        *(
            ({"StockCode": code}, "not_a_product")
            for code in ("POST", "DOT", "D", "M", "m", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK")
        ),
        *(
            ({"StockCode": code}, "not_a_product")
            for code in ("PADS", "S", "B", "gift_0001_40", "TEST001", "ADJUST2")
        ),
        ({"StockCode": "23444", "Description": "Next Day Carriage"}, "not_a_product"),
        ({"StockCode": "23574", "Description": "PACKING CHARGE"}, "not_a_product"),
        ({"StockCode": "22016", "Description": "Gift Voucher £100.00"}, "not_a_product"),
    ],
)
def test_a_line_that_is_no_sale_is_reported(
    run, store: Store, tmp_path: Path, cells: Line, reason: str
) -> None:
    good = sale(InvoiceNo="536000", StockCode="22423")
    summary = run(good, sale(**cells))

    assert summary.rejected == {reason: 1}
    assert reported(tmp_path / "report.csv") == [("sales.csv", 3, reason, sale(**cells))]
    assert rows(store, "order_lines", "order_id", "sku") == [("536000", "22423")]
    assert rows(store, "products", "id") == [("22423",)]


@pytest.mark.parametrize(
    "cells",
    [
        {"StockCode": "DCGS0003", "Description": "BOXED GLASS ASHTRAY"},
        {"StockCode": "DCGSSBOY", "Description": "BOYS PARTY BAG"},
        {"StockCode": "SP1002", "Description": "KID'S CHALKBOARD/EASEL"},
        {"StockCode": "85168B", "Description": "BLACK BAROQUE CARRIAGE CLOCK"},
        {"StockCode": "20847", "Description": "ZINC HEART LATTICE CHARGER LARGE"},
    ],
)
def test_a_product_with_an_unusual_code_or_title_is_kept(run, cells: Line) -> None:
    assert run(sale(**cells)).rejected == {}


def test_a_line_of_too_many_fields_is_reported_whole(store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "sales.csv", sale(), sale(InvoiceNo="536366"))
    text = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*text[:2], text[2] + ",surplus", "536367,22423"]), encoding="utf-8")

    summary = import_online_retail(store, path, tmp_path / "report.csv")

    assert summary.rejected == {"malformed_row": 2}
    fields = [*sale(InvoiceNo="536366").values(), "surplus"]
    assert reported(tmp_path / "report.csv") == [
        ("sales.csv", 3, "malformed_row", fields),
        ("sales.csv", 4, "malformed_row", ["536367", "22423"]),
    ]


def test_a_line_number_counts_lines_and_not_rows(run, tmp_path: Path) -> None:
    run(sale(Description="HEART\nHOLDER"), sale(StockCode="POST"))

    assert [line for _, line, _, _ in reported(tmp_path / "report.csv")] == [4]


def test_a_sale_without_customer_is_kept_for_demand(run, store: Store) -> None:
    summary = run(sale(CustomerID=""), sale(CustomerID="", StockCode="22423"))

    assert (summary.anonymous, summary.rejected) == (2, {})
    assert rows(store, "orders", "id", "customer_id") == [("536365", None)]
    assert rows(store, "customers", "id") == []


def test_a_cancellation_without_customer_has_no_order(run) -> None:
    summary = run(sale(CustomerID=""), cancellation(CustomerID=""))

    assert summary.rejected == {"cancellation_without_order": 1}


def test_an_exact_duplicate_is_refused_and_another_line_of_the_code_is_kept(
    run, store: Store, tmp_path: Path
) -> None:
    summary = run(
        sale(),
        sale(Description="another title"),
        sale(Quantity="2"),
        sale(UnitPrice="2.95"),
        sale(InvoiceDate="12/1/2010 8:27"),
    )

    assert summary.rejected == {"duplicate": 1}
    assert reported(tmp_path / "report.csv")[0][1] == 3
    assert rows(store, "order_lines", "number", "quantity", "unit_price") == [
        (1, 6, Decimal("2.55")),
        (2, 2, Decimal("2.55")),
        (3, 6, Decimal("2.95")),
        (4, 6, Decimal("2.55")),
    ]
    assert rows(store, "orders", "placed_at") == [(utc("2010-12-01 08:26"),)]


def test_codes_are_known_by_one_spelling(run, store: Store) -> None:
    run(
        sale(StockCode=" 85123a "),
        sale(InvoiceNo="536366", CustomerID="17850.0"),
        cancellation(InvoiceNo="c536400", StockCode="85123a"),
    )

    assert rows(store, "variants", "sku") == [("85123A",)]
    assert rows(store, "customers", "id") == [("17850",)]
    assert sum(returned for (returned,) in rows(store, "order_lines", "returned")) == 6


def test_the_most_frequent_description_is_the_title(run, store: Store) -> None:
    titles = ["?", "HEART  HOLDER ", "HEART HOLDER", "", "ANGEL", "ANGEL"]
    run(*(sale(InvoiceNo=str(536000 + n), Description=title) for n, title in enumerate(titles)))

    # Two titles stand on two lines each: the alphabet decides.
    assert rows(store, "products", "title_en") == [("ANGEL",)]


def test_a_product_without_description_is_called_by_its_code(run, store: Store) -> None:
    run(sale(Description=""))

    assert rows(store, "products", "title_en", "title_zh") == [("85123A", "85123A")]


def test_an_unspecified_country_is_unknown(run, store: Store) -> None:
    run(sale(Country="Unspecified"))

    assert rows(store, "customers", "country") == [(None,)]


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("12/1/2010 8:26", "2010-12-01 08:26"),  # winter: Greenwich Mean Time
        ("7/1/2011 8:26", "2011-07-01 07:26"),  # summer: an hour ahead
        ("10/30/2011 1:30", "2011-10-30 00:30"),  # an hour that comes twice: the first
        ("3/27/2011 1:30", "2011-03-27 01:30"),  # an hour that does not come
    ],
)
def test_times_are_those_of_london(run, store: Store, local: str, moment: str) -> None:
    run(sale(InvoiceDate=local))

    assert rows(store, "orders", "placed_at") == [(utc(moment),)]


def test_a_customer_is_registered_with_the_first_purchase(run, store: Store) -> None:
    run(sale(InvoiceNo="2", InvoiceDate="12/9/2010 8:00"), sale(InvoiceNo="1"))

    assert rows(store, "customers", "created_at") == [(utc("2010-12-01 08:26"),)]


@pytest.mark.parametrize("line", [sale(StockCode="POST"), cancellation()])
def test_a_file_without_any_sale_makes_an_empty_shop(any_store: Store, tmp_path: Path, line: Line):
    path = write_csv(tmp_path / "sales.csv", line)
    summary = import_online_retail(any_store, path, tmp_path / "report.csv")

    assert (summary.accepted, summary.added, summary.changed) == (0, {}, {})
    assert rows(any_store, "shop", "source") == [("online-retail",)]
