"""`salesclerk evaluate recommend`, on a shop of two tastes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.cli import app
from analytics.errors import NotEnoughHistory
from analytics.settings import Settings
from analytics.store import Store
from analytics.store.models import Customer, Order, OrderLine, Product, Shop, Variant
from analytics.training import evaluate_recommender

FIRST = datetime(2024, 1, 1, 12, tzinfo=UTC)
TASTES = {"tea": ["cup", "pot", "tea"], "pen": ["ink", "paper", "pen"]}
PRODUCTS = [item for items in TASTES.values() for item in items]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    return Settings.from_environment()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(settings.database_url)
    store.migrate()
    with store.transaction() as session:
        session.add(Shop(name="Tea and Paper", currency="GBP", source="csv"))
        for name in PRODUCTS:
            session.add(Product(id=name, title_en=name, title_zh=name))
            price = Decimal("5.00")
            session.add(Variant(sku=f"{name}-1", product_id=name, list_price=price, currency="GBP"))
    yield store
    store.close()


def buy(store: Store, customer: str, items: list[str], day: int) -> None:
    with store.transaction() as session:
        if session.get(Customer, customer) is None:
            session.add(Customer(id=customer, created_at=FIRST))
            session.flush()
        session.add(
            Order(
                id=f"{customer}-{day}",
                customer_id=customer,
                placed_at=FIRST + timedelta(days=day),
                status="delivered",
                currency="GBP",
                lines=[
                    OrderLine(number=number, sku=f"{item}-1", quantity=1, unit_price=Decimal("5"))
                    for number, item in enumerate(items, start=1)
                ],
            )
        )


def fill(store: Store) -> None:
    """Ten customers of each taste have all three things; two lack one, and come back for it."""
    for number in range(10):
        for taste, items in TASTES.items():
            buy(store, f"{taste}-{number}", items, day=number)
    for taste, items in TASTES.items():
        buy(store, f"late-{taste}", items[:2], day=1)
        buy(store, f"late-{taste}", items[2:], day=99)
        for number in range(10):
            buy(store, f"{taste}-{number}", [items[0]], day=99)


def test_the_figures_are_those_of_the_shop(store: Store, settings: Settings) -> None:
    fill(store)
    result = CliRunner().invoke(app, ["evaluate", "recommend", "--json"])
    assert result.exit_code == 0, result.output
    figures = {(row["model"], row["measure"], row["n"]): row for row in json.loads(result.stdout)}
    found = figures["recommender", "ndcg", 10]
    assert (found["mean"], found["low"], found["high"]) == (1, 1, 1)
    assert figures["popularity", "ndcg", 10]["mean"] < 1
    assert figures["recommender", "coverage", 5]["low"] is None
    folder = settings.home / "reports" / "recommend"
    assert (folder / "figures.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "figures.csv").read_text().startswith("model,measure,n,mean,low,high\n")


def test_the_table_names_the_folder_of_the_plot(store: Store, tmp_path: Path) -> None:
    fill(store)
    folder = tmp_path / "kept"
    result = CliRunner().invoke(app, ["evaluate", "recommend", "--output", str(folder)])
    assert result.exit_code == 0, result.output
    assert "hit_rate" in result.stdout and str(folder) in result.stdout
    assert (folder / "figures.png").exists()


def test_a_shop_to_which_nobody_came_back_is_not_measured(store: Store, settings: Settings) -> None:
    with pytest.raises(NotEnoughHistory):
        evaluate_recommender(store, settings)
    buy(store, "anna", ["tea"], day=0)
    with pytest.raises(NotEnoughHistory):
        evaluate_recommender(store, settings)
