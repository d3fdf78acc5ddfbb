"""What a customer opens in the chat counts at once, and at the next training."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.recommend import Recommender, Rung
from analytics.recommend.policy import load_recommend_policy
from analytics.store import Store, frames, interactions, suggestions
from analytics.store.models import Customer, Order, OrderLine, Product, Shop, Variant
from analytics.suggestions import Wish, suggest

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = FIRST + timedelta(days=30)
TASTES = (["tea", "cup", "pot"], ["pen", "ink", "pad"])
POLICY = load_recommend_policy(Path("none"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Ten customers buy tea things, three pens; zoe is new."""
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        session.add(Shop(name="Tea and Paper", currency="GBP", source="csv"))
        session.add(Customer(id="zoe", created_at=FIRST))
        for name in (item for items in TASTES for item in items):
            session.add(Product(id=name, title_en=name, title_zh=name))
            price = Decimal("5.00")
            session.add(Variant(sku=f"{name}-1", product_id=name, list_price=price, currency="GBP"))
        session.flush()
        for items, buyers in zip(TASTES, (10, 3), strict=True):
            for number in range(buyers):
                name = f"{items[0]}-{number}"
                session.add(Customer(id=name, created_at=FIRST))
                lines = [
                    OrderLine(number=at, sku=f"{item}-1", quantity=1, unit_price=Decimal("5.00"))
                    for at, item in enumerate(items, start=1)
                ]
                session.add(
                    Order(
                        id=name, customer_id=name, placed_at=FIRST + timedelta(days=number),
                        status="delivered", currency="GBP", lines=lines,
                    )
                )  # fmt: skip
    yield store
    store.close()


def trained(store: Store) -> Recommender:
    with store.reading() as session:
        return Recommender().fit(frames.interactions(session), frames.items(session))


def suggested(store: Store, recommender: Recommender) -> list[tuple[str, Rung]]:
    with store.reading() as session:
        found = suggest(session, recommender, POLICY, Wish(customer_id="zoe"), n=2)
    return [(one.product.id, one.rung) for one in found]


def show_and_open(store: Store, opened: set[str]) -> None:
    with store.transaction() as session:
        suggestions.record_shown(
            session,
            [("pen", "popular"), ("tea", "popular")],
            conversation_id="talk",
            customer_id="zoe",
            model_version="v1",
            at=NOW,
            consent=True,
        )
        suggestions.record_click(session, "talk", opened, NOW)
        interactions.record_click(session, "zoe", opened, NOW)


def test_what_was_opened_counts_in_the_next_answer(store: Store) -> None:
    recommender = trained(store)
    assert {rung for _, rung in suggested(store, recommender)} == {Rung.POPULAR}
    show_and_open(store, {"pen"})
    assert set(suggested(store, recommender)) == {("ink", Rung.CUSTOMER), ("pad", Rung.CUSTOMER)}


def test_and_in_the_next_training(store: Store) -> None:
    show_and_open(store, {"pen"})
    recommender = trained(store)
    assert list(recommender.touched("zoe")) == ["pen"]
    assert set(suggested(store, recommender)) == {("ink", Rung.CUSTOMER), ("pad", Rung.CUSTOMER)}


def test_what_was_only_shown_changes_nothing(store: Store) -> None:
    before = suggested(store, trained(store))
    show_and_open(store, set())
    with store.reading() as session:
        assert "zoe" not in set(frames.interactions(session)["user_id"])
    assert suggested(store, trained(store)) == before
