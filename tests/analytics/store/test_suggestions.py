"""What was suggested is kept of whoever allows it, and a sale is put down to one suggestion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.store import Store, consents, frames, interactions, suggestions
from analytics.store.models import (
    Change,
    Customer,
    Interaction,
    Order,
    OrderLine,
    Product,
    Purpose,
    Shop,
    ShownSuggestion,
    Variant,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


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
        for name in ("cup", "pot", "tea"):
            session.add(Product(id=name, title_en=name, title_zh=name))
            session.add_all(
                Variant(
                    sku=f"{name}-{size}", product_id=name, list_price=Decimal(5), currency="GBP"
                )
                for size in ("S", "L")
            )
        for name in ("ann", "bob"):
            session.add(Customer(id=name, created_at=NOON))
    yield store
    store.close()


def show(
    session: Session,
    *products: str,
    talk: str = "talk",
    customer: str | None = None,
    at: datetime = NOON,
) -> None:
    suggestions.record_shown(
        session,
        [(one, "popular") for one in products],
        conversation_id=talk,
        customer_id=customer,
        model_version="v1",
        at=at,
        consent=True,
    )


def order(
    session: Session, name: str, customer: str, at: datetime, *skus: str, status: str = "pending"
) -> None:
    lines = [
        OrderLine(number=number, sku=sku, quantity=1, unit_price=Decimal(5))
        for number, sku in enumerate(skus, start=1)
    ]
    session.add(
        Order(
            id=name, customer_id=customer, placed_at=at, status=status, currency="GBP", lines=lines
        )
    )
    session.flush()


def place(session: Session, name: str, talk: str, at: datetime, created_at: datetime) -> None:
    session.add(
        Change(
            id=f"C{name}{created_at:%H}", kind="place_order", order_id=name, actor="guest:x",
            conversation_id=talk, created_at=created_at,
        )
    )  # fmt: skip
    session.flush()


def sold(session: Session) -> list[tuple[str, str | None, datetime | None]]:
    rows = session.scalars(select(ShownSuggestion).order_by(ShownSuggestion.id))
    return [(one.product_id, one.order_id, one.bought_at) for one in rows]


def test_each_product_is_kept_with_its_place(store: Store) -> None:
    with store.transaction() as session:
        show(session, "pot", "cup", customer="ann")
        show(session, "tea", customer="nobody")
    with store.reading() as session:
        rows = list(session.scalars(select(ShownSuggestion).order_by(ShownSuggestion.id)))
    assert [(one.product_id, one.position, one.customer_id) for one in rows] == [
        ("pot", 1, "ann"),
        ("cup", 2, "ann"),
        ("tea", 1, None),
    ]
    assert {(one.rung, one.model_version, one.shown_at) for one in rows} == {
        ("popular", "v1", NOON)
    }


def test_of_who_refuses_analytics_nothing_is_kept(store: Store) -> None:
    with store.transaction() as session:
        consents.record(
            session, "ann", Purpose.ANALYTICS, given=False, at=NOON, source="customer:ann"
        )
        show(session, "pot", customer="ann")
        show(session, "cup", customer="bob")
        assert session.scalars(select(ShownSuggestion.customer_id)).all() == ["bob"]


def test_only_what_the_conversation_showed_last_can_be_clicked_and_once(store: Store) -> None:
    with store.transaction() as session:
        show(session, "pot", "cup")
        show(session, "cup", at=NOON + HOUR)
        show(session, "tea", talk="another")
        at = NOON + 2 * HOUR
        assert suggestions.record_click(session, "talk", {"cup", "tea", "none"}, at) == ["cup"]
        assert suggestions.record_click(session, "talk", {"cup"}, at + HOUR) == []
        clicked = select(ShownSuggestion.shown_at, ShownSuggestion.clicked_at).where(
            ShownSuggestion.clicked_at.is_not(None)
        )
        assert session.execute(clicked).all() == [(NOON + HOUR, at)]


def test_a_sale_is_put_down_to_the_last_suggestion_before_it(store: Store) -> None:
    at = NOON + 3 * HOUR
    with store.transaction() as session:
        show(session, "cup", "pot", customer="ann")
        show(session, "cup", customer="ann", at=NOON + HOUR)
        show(session, "cup", customer="bob", talk="of bob", at=NOON + HOUR)
        show(session, "cup", customer="ann", at=at + HOUR)
        # Both sizes of the cup are one product.
        order(session, "O1", "ann", at, "cup-S", "cup-L", "tea-S")
        assert suggestions.record_bought(session, WEEK) == 1
        assert suggestions.record_bought(session, WEEK) == 0
        assert sold(session) == [
            ("cup", None, None),
            ("pot", None, None),
            ("cup", "O1", at),
            ("cup", None, None),
            ("cup", None, None),
        ]


def test_two_orders_are_put_down_to_two_suggestions(store: Store) -> None:
    with store.transaction() as session:
        show(session, "cup", customer="ann")
        show(session, "cup", customer="ann", at=NOON + HOUR)
        for number in (1, 2, 3):
            order(session, f"O{number}", "ann", NOON + (1 + number) * HOUR, "cup-S")
        assert suggestions.record_bought(session, WEEK) == 2
        assert [order for _, order, _ in sold(session)] == ["O2", "O1"]


@pytest.mark.parametrize(
    ("after", "status", "expected"),
    [
        (-HOUR, "pending", 0),
        (timedelta(0), "pending", 1),
        (WEEK, "delivered", 1),
        (WEEK + HOUR, "delivered", 0),
        (HOUR, "cancelled", 0),
    ],
)
def test_a_sale_counts_within_the_window(
    store: Store, after: timedelta, status: str, expected: int
) -> None:
    with store.transaction() as session:
        show(session, "cup", customer="ann")
        order(session, "O1", "ann", NOON + after, "cup-S", status=status)
        assert suggestions.record_bought(session, WEEK) == expected


def test_a_guest_buys_in_the_same_conversation(store: Store) -> None:
    at = NOON + HOUR
    with store.transaction() as session:
        show(session, "cup")
        show(session, "cup", talk="another")
        order(session, "O1", "ann", at, "cup-S")
        place(session, "O1", "talk", at, at)
        # An order placed elsewhere, and only changed in the other conversation.
        order(session, "O2", "bob", at, "cup-S")
        place(session, "O2", "another", at, at + HOUR)
        assert suggestions.record_bought(session, WEEK) == 1
        assert [order for _, order, _ in sold(session)] == ["O1", None]


def test_one_order_alone_can_be_looked_at(store: Store) -> None:
    with store.transaction() as session:
        show(session, "cup", "pot", customer="ann")
        order(session, "O1", "ann", NOON + HOUR, "cup-S")
        order(session, "O2", "ann", NOON + HOUR, "pot-S")
        assert suggestions.record_bought(session, WEEK, order_id="O2") == 1
        assert [order for _, order, _ in sold(session)] == [None, "O2"]


def test_a_click_is_learned_from_once_a_day_and_what_was_only_shown_never(store: Store) -> None:
    with store.transaction() as session:
        show(session, "cup", "pot", "tea", customer="ann")
        for hours in (0, 1, 25):
            interactions.record_click(session, "ann", {"cup"}, NOON + hours * HOUR)
        session.add(Interaction(customer_id="ann", product_id="tea", kind="view", at=NOON + HOUR))
    with store.reading() as session:
        learned = frames.interactions(session)
    assert list(learned["item_id"]) == ["cup", "cup"]


def test_the_frame_says_what_was_kept_of_what_was_sold(store: Store) -> None:
    at = NOON + HOUR
    with store.transaction() as session:
        show(session, "cup", "pot", "tea", customer="ann")
        show(session, "cup", customer="bob", talk="of bob")
        suggestions.record_click(session, "talk", {"pot"}, at)
        order(session, "O1", "ann", at, "cup-S", "cup-L", "pot-S", "tea-S")
        order(session, "O2", "bob", at, "cup-S")
        suggestions.record_bought(session, WEEK)
        lines = {line.sku: line for line in session.get_one(Order, "O1").lines}
        lines["cup-L"].quantity, lines["cup-L"].returned = 3, 1
        lines["tea-S"].returned = 1
        session.get_one(Order, "O2").status = "cancelled"
    with store.reading() as session:
        found = frames.suggestions(session)
    assert list(found["position"]) == [1, 2, 3, 1]
    assert list(found["clicked"]) == [False, True, False, False]
    assert list(found["bought"]) == [True, True, False, False]
    assert list(found["revenue"]) == [Decimal(15), Decimal(5), Decimal(0), Decimal(0)]
    assert list(found["currency"]) == ["GBP", "GBP", None, None]
    assert set(found["shown_at"]) == {NOON.replace(tzinfo=None)}


def test_the_frame_of_a_shop_that_showed_nothing_is_empty(store: Store) -> None:
    with store.reading() as session:
        found = frames.suggestions(session)
    assert found.empty
    assert found["shown_at"].dtype.kind == "M"
