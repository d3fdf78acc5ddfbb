"""An import repeated, extended, broken off, or into the wrong store."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import InvalidFile, StoreUnavailable
from analytics.imports import import_online_retail
from analytics.store import Store, engine
from analytics.store.models import Feedback, Quote, Shop
from tests.analytics.imports.helpers import (
    Line,
    cancellation,
    contents,
    copied,
    reported,
    rows,
    sale,
    utc,
    write_csv,
)

HISTORY = [
    sale(),
    sale(StockCode="22423", Description="REGENCY CAKESTAND 3 TIER", UnitPrice="12.75"),
    sale(InvoiceNo="536366", CustomerID="13047"),
    sale(StockCode="POST"),
    cancellation(Quantity="-2"),
    cancellation(InvoiceNo="C536401", CustomerID="13047"),
    cancellation(InvoiceNo="C536402", CustomerID="99999"),
    sale(InvoiceNo="540000", InvoiceDate="1/10/2011 10:00", UnitPrice="2.95"),
    cancellation(InvoiceNo="C540001", InvoiceDate="1/11/2011 10:00", Quantity="-4"),
]


def bring(store: Store, folder: Path, lines: list[Line], *, replace: bool = False):
    path = write_csv(folder / "sales.csv", *lines)
    return import_online_retail(store, path, folder / "report.csv", replace=replace)


def test_twice_changes_nothing(any_store: Store, tmp_path: Path) -> None:
    first = bring(any_store, tmp_path, HISTORY)
    before, report = contents(any_store), reported(tmp_path / "report.csv")
    second = bring(any_store, tmp_path, HISTORY)

    assert contents(any_store) == before
    assert (second.added, second.changed) == ({}, {})
    assert (second.read, second.rejected) == (first.read, first.rejected)
    assert reported(tmp_path / "report.csv") == report


def test_a_later_file_cancels_what_an_earlier_one_sold(any_store: Store, tmp_path: Path) -> None:
    bring(any_store, tmp_path, HISTORY[:4])
    summary = bring(any_store, tmp_path, HISTORY[4:6])

    assert summary.rejected == {}
    assert summary.changed == {"order_lines": 2, "orders": 1}
    assert rows(any_store, "order_lines", "order_id", "sku", "returned") == [
        ("536365", "22423", 0),
        ("536365", "85123A", 2),
        ("536366", "85123A", 6),
    ]
    assert rows(any_store, "orders", "id", "status") == [
        ("536365", "delivered"),
        ("536366", "cancelled"),
    ]
    at = utc("2010-12-02 09:00")
    assert rows(any_store, "order_events", "order_id", "status", "at", "actor")[1::2] == [
        ("536365", "returned", at, "customer:17850"),
        ("536366", "delivered", utc("2010-12-01 08:26"), "shop"),
    ]
    assert ("536366", "cancelled", at, "customer:13047") in rows(
        any_store, "order_events", "order_id", "status", "at", "actor"
    )


def test_the_step_that_leaves_nothing_cancels_the_order(store: Store, tmp_path: Path) -> None:
    bring(
        store,
        tmp_path,
        [
            sale(),
            cancellation(Quantity="-2"),
            cancellation(InvoiceNo="C536401", Quantity="-4", InvoiceDate="12/3/2010 9:00"),
        ],
    )

    assert rows(store, "order_events", "at", "status") == [
        (utc("2010-12-01 08:26"), "delivered"),
        (utc("2010-12-02 09:00"), "returned"),
        (utc("2010-12-03 09:00"), "cancelled"),
    ]


def test_a_file_with_more_adds_only_that(any_store: Store, tmp_path: Path) -> None:
    bring(any_store, tmp_path, HISTORY[:5])
    bring(any_store, tmp_path, HISTORY)
    extended = contents(any_store)
    bring(any_store, tmp_path, HISTORY, replace=True)

    assert extended == contents(any_store)


def test_an_earlier_file_sets_back_when_a_customer_came(store: Store, tmp_path: Path) -> None:
    bring(store, tmp_path, HISTORY[7:8])
    summary = bring(store, tmp_path, HISTORY[:1])

    assert rows(store, "customers", "created_at") == [(utc("2010-12-01 08:26"),)]
    assert summary.changed == {"customers": 1}


def test_new_prices_extend_the_history_and_the_list_price(store: Store, tmp_path: Path) -> None:
    bring(store, tmp_path, HISTORY[:1])
    summary = bring(store, tmp_path, HISTORY[7:8])

    assert rows(store, "variants", "list_price") == [(Decimal("2.95"),)]
    assert summary.changed == {"variants": 1}
    assert rows(store, "price_history", "since", "price") == [
        (utc("2010-12-01 08:26"), Decimal("2.55")),
        (utc("2011-01-10 10:00"), Decimal("2.95")),
    ]


invoices = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from(["17850", "13047", ""]),
        st.sampled_from(["85123A", "22423"]),
        st.integers(1, 3),
        st.sampled_from(["2.55", "2.95"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=15)
@given(invoices=invoices, cut=st.integers(0, 12))
def test_in_parts_or_at_once_is_the_same(empty_shop: Path, invoices: list, cut: int) -> None:
    lines = [
        sale(
            InvoiceNo=f"{'C' if cancels else ''}{540000 + day}",
            CustomerID=customer,
            StockCode=code,
            Description=code,
            Quantity=str(-units if cancels else units),
            UnitPrice=price,
            InvoiceDate=f"{1 + day // 6}/{1 + day}/2011 10:00",
        )
        for day, (cancels, customer, code, units, price) in enumerate(invoices)
    ]
    with TemporaryDirectory() as name:
        folder = Path(name)
        whole = copied(empty_shop, folder / "whole.db")
        parts = copied(empty_shop, folder / "parts.db")
        bring(whole, folder, lines)
        for part in (lines[:cut], lines, lines[cut:]):
            if part:
                bring(parts, folder, part)

        assert contents(parts) == contents(whole)
        whole.close()
        parts.close()


def test_broken_off_half_way_everything_stays(
    any_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(any_store, tmp_path, HISTORY[:4])
    before, report = contents(any_store), (tmp_path / "report.csv").read_bytes()

    def crash(_what: str, done: int, _total: int) -> None:
        if _what == "writing order_lines":
            raise MemoryError(f"after {done} lines")

    path = write_csv(tmp_path / "sales.csv", *HISTORY)
    with pytest.raises(MemoryError):
        import_online_retail(any_store, path, tmp_path / "report.csv", crash, replace=True)

    assert contents(any_store) == before
    assert (tmp_path / "report.csv").read_bytes() == report
    assert not list(tmp_path.glob("*.part"))


def test_another_shop_is_not_mixed_in(any_store: Store, tmp_path: Path) -> None:
    with any_store.transaction() as session:
        session.add(Shop(id=1, name="Demo", currency="EUR", source="demo"))
    before = contents(any_store)

    with pytest.raises(InvalidFile, match=r"'Demo'.*SALESCLERK_HOME or DATABASE_URL.*--replace"):
        bring(any_store, tmp_path, HISTORY)

    assert contents(any_store) == before
    assert not (tmp_path / "report.csv").exists()


def test_replace_empties_the_store_first(any_store: Store, tmp_path: Path) -> None:
    bring(any_store, tmp_path, HISTORY[:1])
    at = utc("2026-01-01 00:00")
    money = dict.fromkeys(("net", "tax", "total"), Decimal(1))
    with any_store.transaction() as session:
        session.get_one(Shop, 1).source = "demo"
        session.add(
            Quote(
                id="Q1",
                customer_id="17850",
                created_by="customer:17850",
                created_at=at,
                valid_until=at,
                status="open",
                currency="GBP",
                **money,
            )
        )
        session.add(Feedback(conversation_id="c", customer_id="17850", score=5, created_at=at))

    bring(any_store, tmp_path, HISTORY[7:8], replace=True)

    assert rows(any_store, "shop", "source") == [("online-retail",)]
    assert rows(any_store, "orders", "id") == [("540000",)]
    assert rows(any_store, "quotes", "id") == rows(any_store, "feedback", "score") == []


def test_a_locked_database_is_named(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    for url in (f"sqlite:///{tmp_path}/shop.db", request.getfixturevalue("fresh_postgres_url")):
        store, other = Store(url), Store(url)
        store.migrate()
        with other.transaction() as session:
            session.add(Shop(id=1, name="Other", currency="GBP", source="online-retail"))
            session.flush()
            with pytest.raises(StoreUnavailable, match="lock"):
                bring(store, tmp_path, HISTORY)
        assert bring(store, tmp_path, HISTORY).accepted == 7
        store.close()
        other.close()


def test_a_report_that_cannot_be_written_stops_the_import(store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "sales.csv", sale())
    for report in (tmp_path, tmp_path / "sales.csv" / "report.csv"):
        with pytest.raises(InvalidFile, match="cannot be written"):
            import_online_retail(store, path, report)

    assert rows(store, "shop", "name") == []


def test_progress_is_told(store: Store, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    path = write_csv(tmp_path / "sales.csv", *HISTORY)
    import_online_retail(store, path, tmp_path / "r.csv", lambda *step: told.append(step))

    assert ("reading", 9, 9) in told
    assert ("writing order_lines", 4, 4) in told
    assert all(done <= total for _, done, total in told)
