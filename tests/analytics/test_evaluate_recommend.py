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
from analytics.store import Store, suggestions
from analytics.store.models import Customer, Interaction, Order, OrderLine, Product, Shop, Variant
from analytics.training import evaluate_ratings, evaluate_recommender

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
    report = json.loads(result.stdout)
    figures = {(row["model"], row["measure"], row["n"]): row for row in report["offline"]}
    found = figures["recommender", "ndcg", 10]
    assert (found["mean"], found["low"], found["high"]) == (1, 1, 1)
    assert figures["popularity", "ndcg", 10]["mean"] < 1
    assert figures["recommender", "coverage", 5]["low"] is None
    (whole,) = report["online"]
    assert (whole["shown"], whole["click_through"], report["revenue"]) == (0, None, [])
    folder = settings.home / "reports" / "recommend"
    assert (folder / "figures.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "figures.csv").read_text().startswith("model,measure,n,mean,low,high\n")


def test_a_random_fifth_is_measured_on_where_asked(store: Store, settings: Settings) -> None:
    fill(store)
    folder = settings.home / "reports" / "recommend"
    command = ["evaluate", "recommend", "--json", "--split"]
    figures = {}
    for split in ("latest", "random"):
        result = CliRunner().invoke(app, [*command, split])
        assert result.exit_code == 0, result.output
        figures[split] = json.loads(result.stdout)["offline"]
        words = "last fifth" if split == "latest" else "random fifth"
        assert words in (folder / "report.html").read_text()
    assert figures["latest"] != figures["random"]


def test_ratings_are_measured_where_there_are_enough(store: Store, settings: Settings) -> None:
    fill(store)
    assert evaluate_ratings(store, settings).empty
    with store.transaction() as session:
        for number in range(10):
            for taste, items in TASTES.items():
                for item in PRODUCTS:
                    session.add(
                        Interaction(
                            customer_id=f"{taste}-{number}",
                            product_id=item,
                            kind="rating",
                            at=FIRST,
                            rating=5 if item in items else 1,
                        )
                    )
    result = CliRunner().invoke(app, ["evaluate", "recommend", "--json"])
    assert result.exit_code == 0, result.output
    errors = {row["model"]: row["rmse"] for row in json.loads(result.stdout)["ratings"]}
    assert errors["biases"] > 1.5
    assert errors["similar users"] < 1
    assert "Ratings" in (settings.home / "reports" / "recommend" / "report.html").read_text()


def test_the_table_names_the_folder_of_the_plot(store: Store, tmp_path: Path) -> None:
    fill(store)
    folder = tmp_path / "kept"
    result = CliRunner().invoke(app, ["evaluate", "recommend", "--output", str(folder)])
    assert result.exit_code == 0, result.output
    assert "hit_rate" in result.stdout and str(folder) in result.stdout
    assert "No suggestion was shown in the chat yet." in result.stdout
    assert (folder / "figures.png").exists()
    assert not (folder / "online.png").exists()


def test_beside_it_stands_what_came_of_the_suggestions_shown(
    store: Store, settings: Settings
) -> None:
    fill(store)
    at = FIRST + timedelta(days=98)
    with store.transaction() as session:
        for number in range(5):
            suggestions.record_shown(
                session,
                [("pot", "customer"), ("ink", "popular")],
                conversation_id=f"talk-{number}",
                customer_id="late-pen",
                model_version="v1",
                at=at,
                consent=True,
            )
        suggestions.record_click(session, "talk-0", {"pot"}, at)
        suggestions.record_shown(
            session,
            [("pen", "customer")],
            conversation_id="talk-9",
            customer_id="late-pen",
            model_version="v1",
            at=at,
            consent=True,
        )
    result = CliRunner().invoke(app, ["evaluate", "recommend", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    rates = {(row["by"], row["group"]): row for row in report["online"]}
    assert (rates["all", "all"]["shown"], rates["all", "all"]["clicked"]) == (11, 1)
    # The late customer came back for the pen: the order is put down to the suggestion now.
    assert (rates["rung", "customer"]["closed"], rates["rung", "customer"]["bought"]) == (6, 1)
    assert rates["rung", "popular"]["conversion"] == 0
    assert report["revenue"][0] == {
        "by": "all", "group": "all", "currency": "GBP", "bought": 1, "revenue": "5",
    }  # fmt: skip
    folder = settings.home / "reports" / "recommend"
    assert (folder / "online.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "online.csv").read_text().startswith("by,group,shown,clicked,click_through")
    page = (folder / "report.html").read_text()
    assert page.count("<img ") == 2 and "Suggestions shown in the chat" in page
    shown = CliRunner().invoke(app, ["evaluate", "recommend"])
    assert "9.1% (1.6" in shown.stdout and "5.00 GBP" in shown.stdout


def test_a_shop_to_which_nobody_came_back_is_not_measured(store: Store, settings: Settings) -> None:
    with pytest.raises(NotEnoughHistory):
        evaluate_recommender(store, settings)
    buy(store, "anna", ["tea"], day=0)
    with pytest.raises(NotEnoughHistory):
        evaluate_recommender(store, settings)
