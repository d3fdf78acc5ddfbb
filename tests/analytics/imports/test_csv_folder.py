"""A shop's own files: what is accepted, refused, added and changed."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from analytics.errors import InvalidFile
from analytics.imports import import_csv
from analytics.imports.csv_folder.schema import (
    TABLES,
    AddressRow,
    CategoryRow,
    CustomerRow,
    OrderEventRow,
    OrderRow,
    PaymentMethodRow,
    ProductRow,
    ReturnLineRow,
    Row,
    ShopRow,
    VariantRow,
)
from analytics.store import Store, catalogue
from analytics.store.models import Shop
from tests.analytics.imports.helpers import contents, copied, reported, rows

NOT_GIVEN = {"id", "currency", "deletion_requested_at", "return_id", "change_id"}
"Columns that the database numbers, that hold the shop's currency, or that conversations fill."


def example(kind: type[Row], /, **cells: str) -> dict[str, str]:
    """Return the row of the documentation with some cells changed."""
    given = {name: str((field.examples or [""])[0]) for name, field in kind.model_fields.items()}
    return given | cells


def write(folder: Path, kind: type[Row], *lines: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / kind.file
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The examples of the documentation: one row in every file."""
    for kind in (ShopRow, *TABLES):
        write(tmp_path / "shop", kind, example(kind))
    return tmp_path / "shop"


@pytest.mark.parametrize("kind", [ShopRow, *TABLES], ids=lambda kind: kind.file)
def test_columns_are_those_of_the_store(kind: type[Row]) -> None:
    columns = {column.name for column in kind.table.__table__.columns}
    given = set(kind.model_fields)

    assert given <= columns
    assert columns - given <= NOT_GIVEN | ({"source"} if kind is ShopRow else set())
    assert set(kind.key) | set(kind.refers) <= given


def test_every_file_of_the_documentation_is_imported(any_store: Store, folder: Path) -> None:
    summary = import_csv(any_store, folder, folder.parent / "report.csv")

    assert (summary.read, summary.rejected, summary.anonymous) == (len(TABLES), {}, 0)
    assert summary.added == {kind.table.__tablename__: 1 for kind in TABLES}
    assert rows(any_store, "shop", "name", "currency", "source") == [
        ("Willow & Wick", "EUR", "csv")
    ]
    for kind in TABLES:
        [row] = rows(any_store, kind.table.__tablename__, *kind.model_fields)
        cells = {name: value for name, value in example(kind).items() if value}
        expected = kind.model_validate(cells).model_dump()
        assert dict(zip(kind.model_fields, row, strict=True)) == expected
    assert rows(any_store, "variants", "list_price", "currency", "options") == [
        (Decimal("39.95"), "EUR", {"colour": "red"})
    ]
    with any_store.reading() as session:
        assert catalogue.resolve(session, "黄铜台灯").id == "LAMP-001"


def test_twice_changes_nothing(any_store: Store, folder: Path) -> None:
    report = folder.parent / "report.csv"
    import_csv(any_store, folder, report)
    before = contents(any_store)
    summary = import_csv(any_store, folder, report)

    assert contents(any_store) == before
    assert (summary.added, summary.changed) == ({}, {})


def test_a_known_row_changes_in_the_columns_given(any_store: Store, folder: Path) -> None:
    report = folder.parent / "report.csv"
    import_csv(any_store, folder, report)
    update = folder.parent / "update"
    sku = {"sku": "LAMP-001-RED", "product_id": "LAMP-001"}
    write(update, VariantRow, sku | {"list_price": "42", "stock": ""})
    write(
        update, OrderRow, {"id": "O-5001", "placed_at": "2025-11-03T14:05Z", "status": "returned"}
    )
    write(update, OrderEventRow, example(OrderEventRow), example(OrderEventRow, status="returned"))

    summary = import_csv(any_store, update, report)

    assert (summary.added, summary.changed) == (
        {"order_events": 1},
        {"variants": 1, "orders": 1},
    )
    assert rows(any_store, "variants", "list_price", "stock", "cost") == [
        (Decimal("42"), None, Decimal("18.20"))
    ]
    assert rows(any_store, "orders", "status", "carrier") == [("returned", "Royal Mail")]


def test_an_address_without_postcode_is_known_again(any_store: Store, folder: Path) -> None:
    report = folder.parent / "report.csv"
    write(folder, AddressRow, example(AddressRow), example(AddressRow, postcode=""))
    import_csv(any_store, folder, report)
    assert import_csv(any_store, folder, report).added == {}

    write(folder, AddressRow, example(AddressRow, postcode="", country="France"))
    assert import_csv(any_store, folder, report).changed == {"addresses": 1}
    assert rows(any_store, "addresses", "postcode", "country") == [
        ("WC2B 4BZ", "United Kingdom"),
        (None, "France"),
    ]


def test_a_means_of_payment_is_in_the_shops_currency(store: Store, folder: Path) -> None:
    card = example(PaymentMethodRow, id="PM-1002", kind="card", balance="")
    write(folder, PaymentMethodRow, example(PaymentMethodRow), card)
    import_csv(store, folder, folder.parent / "report.csv")

    assert rows(store, "payment_methods", "kind", "balance", "currency") == [
        ("card", None, "EUR"),
        ("gift_card", Decimal("12.50"), "EUR"),
    ]


def test_what_comes_back_for_money_names_nothing_new(store: Store, folder: Path) -> None:
    write(folder, ReturnLineRow, example(ReturnLineRow, new_sku="", new_unit_price=""))

    assert import_csv(store, folder, folder.parent / "report.csv").rejected == {}
    assert rows(store, "return_lines", "quantity", "new_sku") == [(1, None)]


def test_replace_empties_every_table(any_store: Store, folder: Path) -> None:
    report = folder.parent / "report.csv"
    import_csv(any_store, folder, report)
    write(folder.parent / "bare", ShopRow, example(ShopRow))
    import_csv(any_store, folder.parent / "bare", report, replace=True)

    assert {name for name, found in contents(any_store).items() if found} == {"shop"}


def test_an_order_without_customer_is_counted(store: Store, folder: Path) -> None:
    write(folder, OrderRow, example(OrderRow, customer_id=""))

    assert import_csv(store, folder, folder.parent / "report.csv").anonymous == 1


@pytest.mark.parametrize("kind", [CategoryRow, ProductRow])
def test_the_english_title_stands_for_a_missing_chinese_one(
    store: Store, folder: Path, kind: type[Row]
) -> None:
    write(folder, kind, example(kind, title_zh=""))
    import_csv(store, folder, folder.parent / "report.csv")

    [(english, chinese)] = rows(store, kind.table.__tablename__, "title_en", "title_zh")
    assert english == chinese


def refusals() -> list[Any]:
    by_file = {kind.file.removesuffix(".csv"): kind for kind in TABLES}
    cases = {
        "customers": [
            ({"id": ""}, "invalid_id"),
            ({"id": "x" * 65}, "invalid_id"),
            ({"created_at": "yesterday"}, "invalid_created_at"),
            ({"created_at": "1066-10-14"}, "invalid_created_at"),
            ({"created_at": "1730000000"}, "invalid_created_at"),
            ({"language": "fr"}, "invalid_language"),
            ({"marketing_consent": "perhaps"}, "invalid_marketing_consent"),
        ],
        "addresses": [
            ({"customer_id": "C-9"}, "unknown_customer_id"),
            ({"address": ""}, "invalid_address"),
        ],
        "payment_methods": [
            ({"customer_id": "C-9"}, "unknown_customer_id"),
            ({"kind": "cash"}, "invalid_kind"),
            ({"brand": "x" * 41}, "invalid_brand"),
            ({"last_four": "424"}, "invalid_last_four"),
            ({"last_four": "42424"}, "invalid_last_four"),
            ({"last_four": "４２４２"}, "invalid_last_four"),
            ({"balance": "-1"}, "invalid_balance"),
            ({"balance": ""}, "contradiction"),
            ({"kind": "card"}, "contradiction"),
        ],
        "products": [
            ({"category_id": "lamps"}, "unknown_category_id"),
            ({"attributes": "{material: brass}"}, "invalid_attributes"),
            ({"attributes": '["brass"]'}, "invalid_attributes"),
            ({"attributes": '{"weight": NaN}'}, "invalid_attributes"),
        ],
        "variants": [
            ({"product_id": "LAMP-009"}, "unknown_product_id"),
            ({"list_price": "-1"}, "invalid_list_price"),
            ({"list_price": "1.23456"}, "invalid_list_price"),
            ({"list_price": "NaN"}, "invalid_list_price"),
            ({"list_price": "€5"}, "invalid_list_price"),
            ({"stock": "-1"}, "invalid_stock"),
            ({"stock": "99999999999"}, "invalid_stock"),
            ({"options": '{"size": 3}'}, "invalid_options"),
        ],
        "orders": [
            ({"customer_id": "C-9"}, "unknown_customer_id"),
            ({"status": "lost"}, "invalid_status"),
            ({"expected_on": "soon"}, "invalid_expected_on"),
            ({"payment_method_id": "PM-9"}, "unknown_payment_method_id"),
            ({"fees": "-1"}, "invalid_fees"),
        ],
        "order_lines": [
            ({"order_id": "O-9"}, "unknown_order_id"),
            ({"sku": "LAMP-001"}, "unknown_sku"),
            ({"quantity": "0"}, "invalid_quantity"),
            ({"quantity": "1.5"}, "invalid_quantity"),
            ({"returned": "3"}, "contradiction"),
        ],
        "returns": [
            ({"order_id": "O-9"}, "unknown_order_id"),
            ({"kind": "refund"}, "invalid_kind"),
            ({"status": "lost"}, "invalid_status"),
            ({"reason": ""}, "invalid_reason"),
            ({"condition": "x" * 41}, "invalid_condition"),
        ],
        "return_lines": [
            ({"return_id": "R-9"}, "unknown_return_id"),
            ({"line_number": "2"}, "unknown_line_number"),
            ({"quantity": "0"}, "invalid_quantity"),
            ({"new_sku": "LAMP-009"}, "unknown_new_sku"),
            ({"new_sku": ""}, "contradiction"),
            ({"new_unit_price": ""}, "contradiction"),
        ],
        "payments": [
            ({"order_id": "O-9"}, "unknown_order_id"),
            ({"kind": "gift"}, "invalid_kind"),
            ({"amount": "0"}, "invalid_amount"),
            ({"amount": "-5"}, "invalid_amount"),
            ({"method_id": "PM-9"}, "unknown_method_id"),
            ({"status": "lost"}, "invalid_status"),
            ({"due_on": "soon"}, "invalid_due_on"),
        ],
        "interactions": [
            ({"rating": "6"}, "invalid_rating"),
            ({"rating": ""}, "contradiction"),
            ({"kind": "view"}, "contradiction"),
            ({"kind": "bought"}, "invalid_kind"),
        ],
        "price_history": [({"reason": "sale"}, "invalid_reason")],
        "competitor_prices": [({"competitor": ""}, "invalid_competitor")],
    }
    return [
        pytest.param(by_file[name], cells, reason, id=f"{name}-{cells}")
        for name, some in cases.items()
        for cells, reason in some
    ]


@pytest.mark.parametrize(("kind", "cells", "reason"), refusals())
def test_a_row_that_does_not_fit_is_reported(
    store: Store, folder: Path, kind: type[Row], cells: dict[str, str], reason: str
) -> None:
    bad = example(kind, **cells)
    write(folder, kind, bad)
    report = folder.parent / "report.csv"
    summary = import_csv(store, folder, report)

    assert summary.rejected[reason] >= 1
    assert reported(report)[0] == (kind.file, 2, reason, bad)
    assert rows(store, kind.table.__tablename__, *kind.key) == []


def test_a_key_given_twice_is_reported(store: Store, folder: Path) -> None:
    again = example(CustomerRow, name="Somebody else")
    write(folder, CustomerRow, example(CustomerRow), again)
    summary = import_csv(store, folder, folder.parent / "report.csv")

    assert summary.rejected == {"duplicate": 1}
    assert reported(folder.parent / "report.csv") == [("customers.csv", 3, "duplicate", again)]
    assert rows(store, "customers", "name") == [("Ada Byron",)]


def test_line_numbers_count_lines_and_reasons_say_what_is_accepted(
    store: Store, folder: Path
) -> None:
    path = folder / "categories.csv"
    path.write_text('id,title_en\nlighting,"Two\nlines"\n\nbags\nbeds,\n', encoding="utf-8")
    report = folder.parent / "report.csv"
    summary = import_csv(store, folder, report)

    assert summary.rejected == {"malformed_row": 1, "invalid_title_en": 1}
    assert reported(report) == [
        ("categories.csv", 5, "malformed_row", ["bags"]),
        ("categories.csv", 6, "invalid_title_en", {"id": "beds", "title_en": ""}),
    ]
    text = report.read_text(encoding="utf-8")
    assert "title_en: found nothing, accepted is text, up to 200 characters" in text
    assert "1 fields where the header has 2" in text


def damaged(name: str, content: bytes) -> Any:
    return lambda folder: (folder / name).write_bytes(content)


WRONG = {
    "no shop.csv": (lambda folder: (folder / "shop.csv").unlink(), "found no shop.csv"),
    "an unknown file": (damaged("order_line.csv", b"id\n"), "found order_line.csv, accepted is"),
    "two shops": (damaged("shop.csv", b"name,currency\nA,EUR\nB,EUR\n"), "2 rows; accepted is one"),
    "no such currency": (damaged("shop.csv", b"name,currency\nA,euro\n"), "an ISO 4217 code"),
    "no header": (damaged("products.csv", b""), "products.csv: found no column id, accepted are"),
    "a column missing": (
        damaged("products.csv", b"id,brand\n"),
        "found no column title_en, accepted are the columns id, title_en .required. and title_zh,",
    ),
    "an unknown column": (
        damaged("products.csv", b"id,title_en,colour\n"),
        "found an unknown column 'colour'",
    ),
    "a column twice": (damaged("products.csv", b"id,title_en,id\n"), "found the column id twice"),
    "another encoding": (
        damaged("products.csv", b"id,title_en\nCAF\xc9,x\n"),
        "found text that is not UTF-8",
    ),
    "binary content": (damaged("products.csv", b"id,title_en\n\0,x\n"), "found binary content"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_stops_the_import(store: Store, folder: Path, name: str) -> None:
    spoil, message = WRONG[name]
    spoil(folder)

    with pytest.raises(InvalidFile, match=message):
        import_csv(store, folder, folder.parent / "report.csv")

    assert rows(store, "shop", "name") == rows(store, "customers", "id") == []
    assert not (folder.parent / "report.csv").exists()


def test_a_folder_is_needed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for name, found in (("none", "nothing there"), ("file", "a file"), ("empty", "no CSV file")):
        with pytest.raises(InvalidFile, match=f"found {found}, accepted is a folder with some of"):
            import_csv(store, tmp_path / name, tmp_path / "report.csv")


def test_another_shop_is_not_mixed_in(store: Store, folder: Path) -> None:
    with store.transaction() as session:
        session.add(Shop(id=1, name="Demo", currency="EUR", source="demo"))
    before = contents(store)

    with pytest.raises(InvalidFile, match="--replace"):
        import_csv(store, folder, folder.parent / "report.csv")
    assert contents(store) == before

    import_csv(store, folder, folder.parent / "report.csv", replace=True)
    assert rows(store, "shop", "source") == [("csv",)]


def test_another_currency_is_not_mixed_in(store: Store, folder: Path) -> None:
    import_csv(store, folder, folder.parent / "report.csv")
    write(folder, ShopRow, example(ShopRow, currency="GBP"))

    with pytest.raises(InvalidFile, match=r"EUR.*GBP"):
        import_csv(store, folder, folder.parent / "report.csv")


def test_a_shop_may_be_renamed(store: Store, folder: Path) -> None:
    import_csv(store, folder, folder.parent / "report.csv")
    write(folder, ShopRow, example(ShopRow, name="Wick"))
    import_csv(store, folder, folder.parent / "report.csv")

    assert rows(store, "shop", "name") == [("Wick",)]


def test_broken_off_half_way_everything_stays(any_store: Store, folder: Path) -> None:
    report = folder.parent / "report.csv"
    import_csv(any_store, folder, report)
    before = contents(any_store)
    write(folder, CustomerRow, example(CustomerRow, name="Somebody else"))

    def crash(what: str, _done: int, _total: int) -> None:
        if what == "importing order_lines.csv":
            raise MemoryError

    with pytest.raises(MemoryError):
        import_csv(any_store, folder, report, crash, replace=True)
    assert contents(any_store) == before


def test_progress_ends_at_the_size_of_each_file(store: Store, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    import_csv(store, folder, folder.parent / "r.csv", lambda *step: told.append(step))

    assert [what for what, _, _ in told] == [f"importing {kind.file}" for kind in TABLES]
    assert all(done == total for _, done, total in told)


def test_many_rows_are_written_in_batches(any_store: Store, folder: Path) -> None:
    many = [example(CategoryRow, id=f"c{number}") for number in range(4_500)]
    write(folder, CategoryRow, example(CategoryRow), *many)
    report = folder.parent / "report.csv"

    assert import_csv(any_store, folder, report).added["categories"] == 4_501
    assert import_csv(any_store, folder, report).added == {}


@settings(deadline=None)
@given(amount=st.decimals(0, 10**10, places=4), name=st.sampled_from(["cost", "list_price"]))
def test_money_is_read_exactly(amount: Decimal, name: str) -> None:
    row = VariantRow.model_validate(example(VariantRow, **{name: str(amount)}))

    assert getattr(row, name) == amount


cell = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.sampled_from(["1", "-1", "0.5", "true", "2025-01-01", "{}", "list", "view", "en", ""]),
)


@settings(deadline=None)
@given(data=st.data(), kind=st.sampled_from(TABLES))
def test_any_cells_make_a_row_or_a_reason(data: st.DataObject, kind: type[Row]) -> None:
    cells = {name: data.draw(cell) for name in kind.model_fields}
    try:
        row = kind.model_validate({name: value for name, value in cells.items() if value})
    except ValidationError as error:
        assert error.errors()
    else:
        json.dumps(row.model_dump(), default=str)


@settings(deadline=None, max_examples=30)
@given(text=st.text(st.characters(codec="utf-8"), max_size=200), header=st.booleans())
def test_any_text_is_imported_or_refused(empty_shop: Path, text: str, header: bool) -> None:
    content = "id,title_en\n" * header + text
    with TemporaryDirectory() as name:
        place = Path(name)
        folder = place / "shop"
        write(folder, ShopRow, example(ShopRow))
        (folder / CategoryRow.file).write_text(content, encoding="utf-8", newline="")
        store = copied(empty_shop, place / "shop.db")
        try:
            summary = import_csv(store, folder, place / "report.csv")
        except InvalidFile:
            assert rows(store, "categories", "id") == []
        else:
            added = summary.added.get("categories", 0)
            assert summary.read == added + sum(summary.rejected.values())
            reader = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
            assert summary.read == sum(any(row) for row in reader) - 1
        finally:
            store.close()
