"""The store keeps what it is given, alike on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from analytics.errors import SettingsError, StoreUnavailable, UnknownCustomer, UnknownOrder
from analytics.store import Store, catalogue, customers, frames, orders
from analytics.store.models import (
    Customer,
    Interaction,
    Order,
    OrderLine,
    Product,
    Shop,
    Variant,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'shop.db'}"
    else:
        url = request.getfixturevalue("fresh_postgres_url")
    store = Store(url)
    store.migrate()
    with store.transaction() as session:
        session.add(Shop(name="Test", currency="GBP", source="csv"))
        session.add(
            Product(
                id="CUP",
                title_en="Tea cup",
                title_zh="茶杯",
                attributes={},
                variants=[
                    Variant(
                        sku=f"CUP-{colour}",
                        options={"colour": colour.lower()},
                        cost=Decimal("1.20"),
                        list_price=Decimal(price),
                        currency="GBP",
                        stock=stock,
                    )
                    for colour, price, stock in (("RED", "2.50", 0), ("BLUE", "2.75", 4))
                ],
            )
        )
        for name in ("ann", "bob"):
            session.add(Customer(id=name, email=f"{name}@example.com", created_at=NOON))
        session.flush()
        _order(session, "O1", "ann", NOON, [("CUP-RED", 3, 1), ("CUP-BLUE", 1, 0)])
        _order(session, "O2", "ann", NOON + timedelta(days=1), [("CUP-RED", 2, 0)])
        _order(session, "O3", "bob", NOON, [("CUP-RED", 9, 0)], status="cancelled")
        session.add(
            Interaction(customer_id="bob", product_id="CUP", kind="rating", rating=4, at=NOON)
        )
        session.add(Interaction(customer_id="bob", product_id="CUP", kind="view", at=NOON))
        session.flush()
        catalogue.reindex(session)
    yield store
    store.close()


def _order(
    session: Session,
    order_id: str,
    customer_id: str,
    at: datetime,
    lines: list[tuple[str, int, int]],
    status: str = "delivered",
) -> None:
    session.add(
        Order(
            id=order_id,
            customer_id=customer_id,
            placed_at=at,
            status=status,
            currency="GBP",
            shipping_fee=Decimal("3.95"),
            lines=[
                OrderLine(
                    number=number,
                    sku=sku,
                    quantity=quantity,
                    returned=returned,
                    unit_price=Decimal("2.50"),
                )
                for number, (sku, quantity, returned) in enumerate(lines, start=1)
            ],
        )
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.decimals("-99999999.9999", "99999999.9999", places=4, allow_nan=False))
def test_money_comes_back_exact(store: Store, amount: Decimal) -> None:
    with store.transaction() as session:
        session.get_one(Variant, "CUP-RED").list_price = amount
    with store.reading() as session:
        assert session.get_one(Variant, "CUP-RED").list_price == amount


def test_sums_of_money_are_exact(store: Store) -> None:
    with store.reading() as session:
        total = session.scalar(select(func.sum(OrderLine.unit_price)))
    assert total == Decimal("10.00")


@pytest.mark.parametrize("amount", [1.5, Decimal("1.23456"), Decimal("NaN")])
def test_other_money_is_refused(store: Store, amount: Decimal) -> None:
    with pytest.raises(StatementError), store.transaction() as session:
        session.get_one(Variant, "CUP-RED").list_price = amount


def test_times_are_utc(store: Store) -> None:
    beijing = timezone(timedelta(hours=8))
    with store.transaction() as session:
        session.get_one(Customer, "ann").created_at = datetime(2026, 1, 1, 8, tzinfo=beijing)
    with store.reading() as session:
        created = session.get_one(Customer, "ann").created_at
    assert (created, created.tzinfo) == (datetime(2026, 1, 1, tzinfo=UTC), UTC)
    with pytest.raises(StatementError), store.transaction() as session:
        session.get_one(Customer, "ann").created_at = datetime(2026, 1, 1)  # noqa: DTZ001


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as session:
        session.get_one(Customer, "ann").name = "half done"
        session.flush()
        raise ZeroDivisionError
    with store.reading() as session:
        assert session.get_one(Customer, "ann").name is None


def test_catalogue(store: Store) -> None:
    with store.reading() as session:
        cup = catalogue.resolve(session, "tea cups")
        assert cup.id == catalogue.resolve(session, "茶杯").id == "CUP"
        assert catalogue.in_stock(cup) is True
        assert catalogue.variant_for(cup, "tea cup").sku == "CUP-BLUE"
        assert catalogue.variant_for(cup, "cup-red").sku == "CUP-RED"
        assert catalogue.price(cup) == Decimal("2.50")


def test_orders_are_their_owners_alone(store: Store) -> None:
    with store.reading() as session:
        assert [order.id for order in orders.of_customer(session, "ann")] == ["O2", "O1"]
        assert orders.total(orders.owned(session, "o1", "ann")) == Decimal("11.45")
        # Whoever's it is, for staff and for what a guest claims.
        for number in ("o1", " #O1 "):
            assert (found := orders.find(session, number)) is not None and found.id == "O1"
        assert orders.find(session, "O9") is None
        for wrong in ("bob", "nobody"):
            with pytest.raises(UnknownOrder):
                orders.owned(session, "O1", wrong)


def test_orders_placed_in_a_period(store: Store) -> None:
    with store.reading() as session:
        ordered = orders.of_customer(session, "ann")
        for order in ordered:
            day = order.placed_at.date()
            same_day = [one.id for one in ordered if one.placed_at.date() == day]
            found = orders.of_customer(session, "ann", placed=(day, day))
            assert [one.id for one in found] == same_day
            before = (date.min, day - timedelta(days=1))
            after = (day + timedelta(days=1), date.max)
            for days in (before, after):
                found = orders.of_customer(session, "ann", placed=days)
                assert order.id not in [one.id for one in found]


def test_accounts_count_what_was_kept(store: Store) -> None:
    with store.reading() as session:
        ann = customers.account(session, "ANN")
        assert (ann.orders, ann.spent, ann.currency) == (2, Decimal("12.50"), "GBP")
        bob = customers.account(session, "bob")
        assert (bob.orders, bob.spent, bob.last_order_at) == (0, Decimal(0), None)
        with pytest.raises(UnknownCustomer):
            customers.account(session, "cy")


def test_frames(store: Store) -> None:
    with store.reading() as session:
        lines = frames.order_lines(session)
        interactions = frames.interactions(session)
        items = frames.items(session)
    assert lines[["order_id", "quantity"]].values.tolist() == [["O1", 2], ["O1", 1], ["O2", 2]]
    assert str(lines["timestamp"].iloc[0]) == "2026-03-01 12:00:00"
    assert sorted(interactions["user_id"]) == ["ann", "ann", "ann", "bob"]
    assert interactions["rating"].dropna().tolist() == [4.0]
    assert items[["item_id", "price"]].values.tolist() == [["CUP", 2.5]]
    assert {"title", "title_zh", "description", "description_zh"} <= set(items)


def test_fingerprint_follows_the_data(store: Store) -> None:
    with store.transaction() as session:
        before = frames.fingerprint(session)
        assert frames.fingerprint(session) == before
        session.get_one(OrderLine, ("O2", 1)).returned = 1
        session.flush()
        assert frames.fingerprint(session) != before


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.migrate()
    with store.reading() as session:
        assert customers.exists(session, "ann")


@pytest.mark.parametrize("url", ["mysql://u@h/d", "nonsense"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite or postgresql"):
        Store(url)


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    store = Store("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(StoreUnavailable), store.reading() as session:
        session.execute(select(1))
