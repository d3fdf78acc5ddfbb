"""Customers to speak as, in the demo shop and in shops that know less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from analytics.demo import Persona, personas
from analytics.store import Store
from analytics.store.models import Customer, Order
from tests.analytics.demo.conftest import Made

NOW = datetime(2011, 12, 9, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    yield store
    store.close()


def add_customer(
    store: Store, customer_id: str, ages: list[int], status: str = "delivered"
) -> None:
    """Add a nameless customer with one order for each of `ages`, in days before NOW."""
    with store.transaction() as session:
        session.add(Customer(id=customer_id, created_at=NOW - timedelta(days=500)))
        session.flush()
        session.add_all(
            Order(
                id=f"{customer_id}-{age}",
                customer_id=customer_id,
                placed_at=NOW - timedelta(days=age),
                status=status,
                currency="GBP",
            )
            for age in ages
        )


def found(store: Store) -> list[Persona]:
    with store.reading() as session:
        return personas(session)


def test_the_demo_shop_offers_six_different_people(made: Made) -> None:
    people = found(made.store)
    assert [one.description for one in people] == [
        "pending_order",
        "on_its_way",
        "loyal",
        "lapsed",
        "returned",
        "new",
    ]
    assert len({one.customer_id for one in people}) == 6
    assert {one.language for one in people} == {"en", "zh"}
    assert all(one.name for one in people)


def test_each_is_what_the_description_says(made: Made) -> None:
    by_description = {one.description: one.customer_id for one in found(made.store)}
    with made.store.reading() as session:
        statuses = {
            description: set(
                session.scalars(select(Order.status).where(Order.customer_id == customer_id))
            )
            for description, customer_id in by_description.items()
        }
        counts = {
            description: session.scalar(
                select(func.count()).where(
                    Order.customer_id == customer_id, Order.status != "cancelled"
                )
            )
            for description, customer_id in by_description.items()
        }
    assert "pending" in statuses["pending_order"]
    assert "shipped" in statuses["on_its_way"]
    assert "returned" in statuses["returned"]
    assert counts["new"] == 1
    assert counts["lapsed"] >= 4
    assert counts["loyal"] > 10


def test_an_imported_shop_offers_those_that_it_has(store: Store) -> None:
    add_customer(store, "17850", [1, 8, 40, 90])
    add_customer(store, "13047", [300, 310, 320, 330])
    add_customer(store, "12583", [2])
    add_customer(store, "14911", [20], status="returned")
    people = found(store)
    assert [(one.description, one.customer_id) for one in people] == [
        ("loyal", "17850"),
        ("lapsed", "13047"),
        ("returned", "14911"),
        ("new", "12583"),
    ]
    assert all(one.name is None for one in people)


def test_sales_without_a_customer_make_no_persona(store: Store) -> None:
    with store.transaction() as session:
        session.add(
            Order(id="1", customer_id=None, placed_at=NOW, status="pending", currency="GBP")
        )
    assert found(store) == []


def test_an_empty_shop_offers_nobody(store: Store) -> None:
    assert found(store) == []
