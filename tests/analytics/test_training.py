"""A small shop is trained on, published, loaded and asked; no model is replaced by another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from analytics import artifacts, training
from analytics.artifacts import Latest
from analytics.cli import app
from analytics.errors import ArtifactError, NotEnoughHistory, NotPublished
from analytics.recommend import Rung
from analytics.serving import Models
from analytics.settings import Settings
from analytics.store import Store
from analytics.store.models import Customer, Order, OrderLine, Product, Shop, Variant
from analytics.training import train

FIRST = datetime(2024, 1, 1, 12, tzinfo=UTC)
WEEKS = 20
# Each buys these on the same day of the week, every week or only in the first.
BASKETS = {
    "anna": ["tea", "cup"],
    "ben": ["tea", "cup", "pot"],
    "cleo": ["tea"],
    "dan": ["pen", "paper"],
    "eve": ["pen", "paper"],
    "finn": ["pen"],
}
ONLY_ONCE = {"cleo", "finn"}
PRODUCTS = ["tea", "cup", "pot", "pen", "paper", "vase"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)})


@pytest.fixture
def empty_store(settings: Settings) -> Iterator[Store]:
    store = Store(settings.database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def store(empty_store: Store) -> Store:
    with empty_store.transaction() as session:
        session.add(Shop(name="Tea and Paper", currency="GBP", source="csv"))
        for name in PRODUCTS:
            session.add(Product(id=name, title_en=name, title_zh=name))
            session.add(
                Variant(
                    sku=f"{name}-1", product_id=name, list_price=Decimal("5.00"), currency="GBP"
                )
            )
        session.add_all(Customer(id=name, created_at=FIRST) for name in BASKETS)
        session.flush()
        for week in range(WEEKS):
            for name in BASKETS:
                if week == 0 or name not in ONLY_ONCE:
                    session.add(order(name, week))
    return empty_store


def order(customer: str, week: int) -> Order:
    return Order(
        id=f"{customer}-{week}",
        customer_id=customer,
        placed_at=FIRST + timedelta(weeks=week),
        status="delivered",
        currency="GBP",
        lines=[
            OrderLine(number=number, sku=f"{item}-1", quantity=2, unit_price=Decimal("5.00"))
            for number, item in enumerate(BASKETS[customer], start=1)
        ],
    )


def load(settings: Settings) -> Models:
    return Models.load(artifacts.current(settings.artifacts).folder)


def test_the_models_answer_from_the_shops_data(store: Store, settings: Settings) -> None:
    train(store, settings)
    models = load(settings)
    offer = models.recommender.recommend(["cleo"], n=1)
    assert (offer["item_id"][0], offer["rung"][0]) == ("cup", Rung.CUSTOMER)
    assert models.recommender.explain("cleo", "cup")["item_id"].tolist() == ["tea"]
    everything = models.recommender.recommend(["a guest"], n=9)
    assert set(everything["item_id"]) == set(PRODUCTS)
    ben = models.segments.of("ben")
    assert (ben.recency_days, ben.frequency, ben.monetary) == (0, WEEKS, WEEKS * 30.0)
    assert models.segments.of("cleo").segment != ben.segment
    tea = models.forecasts.of("tea")
    # Of each week's tea anna and ben buy two; the last week is not over.
    assert tea.forecast["mean"].iloc[0] == pytest.approx(4, abs=0.5)


def test_the_command_line_recommends_with_reasons(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(store, settings)
    monkeypatch.setenv("SALESCLERK_HOME", str(settings.home))
    done = CliRunner().invoke(app, ["recommend", "cleo", "-n", "2", "--json"])
    first, second = json.loads(done.stdout)
    assert (first["rank"], first["item_id"], first["title"]) == (1, "cup", "cup")
    assert (first["reason"], first["rung"]) == ("bought tea", "customer")
    assert second["rank"] == 2


def test_the_manifest_tells_the_data_and_the_measures(store: Store, settings: Settings) -> None:
    train(store, settings)
    manifest = artifacts.current(settings.artifacts).manifest
    assert manifest["data"] == {
        "from": "2024-01-01T12:00:00+00:00",
        "to": "2024-05-13T12:00:00+00:00",
        "order_lines": 3 + WEEKS * 9 - 1,
        "interactions": 3 + WEEKS * 9 - 1,
        "customers": 6,
        "items": 5,
    }
    assert set(manifest["metrics"]) == {"recommender", "popularity", "segments", "forecast"}
    assert (
        {"ndcg", "recall", "hit_rate", "coverage", "users", "n"}
        == set(manifest["metrics"]["recommender"]) - {"blend"}
        == set(manifest["metrics"]["popularity"])
    )
    blend = manifest["metrics"]["recommender"]["blend"]
    assert sum(blend.values()) == pytest.approx(1)
    tried = pd.DataFrame(manifest["tried"])
    assert {"model", "settings", "ndcg", "seconds", "weight"} <= set(tried)
    assert set(blend) == set(tried.loc[tried["weight"] > 0, "model"])
    assert manifest["metrics"]["segments"]["customers"] == 6


def test_only_what_changed_is_trained(store: Store, settings: Settings) -> None:
    first = train(store, settings)
    assert train(store, settings) == first
    assert artifacts.versions(settings.artifacts) == [first]
    with store.transaction() as session:
        session.add(order("cleo", WEEKS))
    second = train(store, settings)
    assert second != first
    third = train(store, settings, force=True)
    assert artifacts.versions(settings.artifacts) == [third, second, first]


def test_a_shop_that_lost_most_of_its_orders_keeps_its_models(
    store: Store, settings: Settings
) -> None:
    first = train(store, settings)
    with store.transaction() as session:
        for number in range(3, WEEKS):
            for name in BASKETS:
                if found := session.get(Order, order(name, number).id):
                    found.status = "cancelled"
    with pytest.raises(NotPublished, match="interactions to learn from"):
        train(store, settings)
    assert artifacts.versions(settings.artifacts) == [first]
    assert train(store, settings, force=True) != first


def test_two_trainings_at_once_make_one_version(store: Store, settings: Settings) -> None:
    with ThreadPoolExecutor() as threads:
        versions = set(threads.map(lambda _: train(store, settings), range(2)))
    assert artifacts.versions(settings.artifacts) == list(versions)


def test_a_new_release_trains_again(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train(store, settings)
    monkeypatch.setattr(training, "package_version", lambda name: "99.0")
    assert train(store, settings) != first


def test_a_damaged_version_is_trained_again(store: Store, settings: Settings) -> None:
    first = train(store, settings)
    (settings.artifacts / first / "customers" / "segments.parquet").unlink()
    assert train(store, settings) != first
    assert load(settings).segments.of("anna").frequency == WEEKS


def test_a_model_that_fails_leaves_the_version_before(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train(store, settings)

    def fail(*_: object, **__: object) -> Mapping[str, object]:
        raise OSError("no space left on device")

    monkeypatch.setattr(training, "train_forecasts", fail)
    with pytest.raises(OSError, match="no space"):
        train(store, settings, force=True)
    assert artifacts.current(settings.artifacts).version == first
    assert artifacts.versions(settings.artifacts) == [first]


def test_progress_reaches_the_end_of_each_part(store: Store, settings: Settings) -> None:
    last: dict[str, tuple[int, int]] = {}

    def progress(what: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        last[what] = (done, total)

    train(store, settings, progress)
    assert set(last) == {"recommend", "customers", "forecast"}
    assert all(done == total for done, total in last.values())


def test_a_shop_without_customers_orders_says_so(empty_store: Store, settings: Settings) -> None:
    with pytest.raises(NotEnoughHistory, match="orders"):
        train(empty_store, settings)
    assert artifacts.versions(settings.artifacts) == []


def test_a_running_server_picks_the_new_version_up(store: Store, settings: Settings) -> None:
    latest = Latest(settings.artifacts, Models.load)
    train(store, settings)
    assert latest.get().segments.of("cleo").frequency == 1
    with store.transaction() as session:
        session.add(order("cleo", WEEKS))
    train(store, settings)
    assert latest.get().segments.of("cleo").frequency == 2


def test_load_names_the_model_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no Recommender"):
        Models.load(tmp_path)
