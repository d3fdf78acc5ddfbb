"""The demo shop's rows agree with one another."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest

from tests.analytics.demo.conftest import END, Made

STEPS = ["pending", "processing", "shipped", "delivered"]


@pytest.fixture(scope="module")
def orders(made: Made) -> pd.DataFrame:
    return made.table("orders").set_index("id")


@pytest.fixture(scope="module")
def events(made: Made) -> pd.DataFrame:
    return made.table("order_events").sort_values(["order_id", "at"])


def test_orders_are_numbered_in_the_order_of_time(orders: pd.DataFrame) -> None:
    assert orders.index[0] == "SC100001"
    assert orders["placed_at"].is_monotonic_increasing


def test_nothing_happens_after_the_last_day(made: Made, orders: pd.DataFrame) -> None:
    start = pd.Timestamp("2025-05-01", tz="UTC")
    for table, column in [
        ("orders", "placed_at"),
        ("order_events", "at"),
        ("interactions", "at"),
        ("price_history", "since"),
        ("competitor_prices", "seen_at"),
        ("payments", "at"),
        ("returns", "created_at"),
    ]:
        times = pd.to_datetime(made.table(table)[column], utc=True)
        assert start <= times.min(), table
        assert times.max() < END, table
    assert made.table("customers")["created_at"].max() < END


def test_the_history_begins_with_the_order_and_ends_with_its_status(
    orders: pd.DataFrame, events: pd.DataFrame
) -> None:
    by_order = events.groupby("order_id")
    assert (by_order["status"].first() == "pending").all()
    assert (by_order["at"].first() == orders["placed_at"]).all()
    assert (by_order["status"].last() == orders["status"]).all()
    assert not events.duplicated(["order_id", "at"]).any()


def test_steps_follow_one_another(events: pd.DataFrame) -> None:
    usual = events[events["status"].isin(STEPS)]
    for _, statuses in usual.groupby("order_id")["status"]:
        assert list(statuses) == STEPS[: len(statuses)]
    returned = events.loc[events["status"] == "returned", "order_id"]
    delivered = events.loc[events["status"] == "delivered", "order_id"]
    shipped = events.loc[events["status"] == "shipped", "order_id"]
    cancelled = events.loc[events["status"] == "cancelled", "order_id"]
    assert set(returned) <= set(delivered)
    assert not set(cancelled) & set(shipped)


def test_every_status_occurs_and_only_new_orders_are_open(orders: pd.DataFrame) -> None:
    assert set(orders["status"]) == {*STEPS, "cancelled", "returned"}
    age = END - pd.to_datetime(orders["placed_at"], utc=True)
    assert age[orders["status"].isin(["pending", "processing"])].max() < timedelta(days=4)
    assert age[orders["status"] == "shipped"].max() < timedelta(days=15)


def test_parcels_have_a_carrier_once_they_are_shipped(
    orders: pd.DataFrame, events: pd.DataFrame
) -> None:
    shipped = orders.index.isin(events.loc[events["status"] == "shipped", "order_id"])
    for column in ("carrier", "tracking_number"):
        assert (orders[column].notna() == shipped).all()
    assert orders["tracking_number"].dropna().is_unique
    assert (orders["expected_on"].isna() == (orders["status"] == "cancelled")).all()
    promised = orders.dropna(subset="expected_on")
    placed = pd.to_datetime(promised["placed_at"], utc=True).dt.date
    assert (promised["expected_on"] > placed).all()


def test_every_order_has_lines_and_pays_for_shipping_by_its_goods(
    made: Made, orders: pd.DataFrame
) -> None:
    lines = made.table("order_lines")
    assert set(lines["order_id"]) == set(orders.index)
    assert (lines["unit_price"] > 0).all()
    assert (lines["quantity"] > 0).all()
    assert (
        lines.groupby("order_id")["number"]
        .agg(lambda numbers: list(numbers))
        .map(lambda numbers: numbers == list(range(1, len(numbers) + 1)))
        .all()
    )
    goods = (lines["quantity"] * lines["unit_price"]).groupby(lines["order_id"]).sum()
    fee = orders["shipping_fee"]
    free = goods[orders.index] >= Decimal(50)
    assert set(fee[free]) == {Decimal(0), Decimal("7.95")}
    assert set(fee[~free]) == {Decimal("3.95"), Decimal("7.95")}


def test_what_came_back_fits_the_status(made: Made) -> None:
    lines = made.lines()
    kept = lines["quantity"] - lines["returned"]
    gone = lines["status"].isin(["cancelled", "returned"])
    assert (kept[gone] == 0).all()
    assert (kept[~gone] >= 0).all()
    partly = lines[~gone & (lines["returned"] > 0)]
    assert len(partly) > 0
    assert set(partly["status"]) == {"delivered"}
    assert (kept[~gone].groupby(lines["order_id"]).sum() > 0).all()


def test_lines_cost_what_the_price_history_says(made: Made) -> None:
    lines = made.lines().sort_values("placed_at")
    history = made.table("price_history").sort_values("since")
    in_force = pd.merge_asof(lines, history, left_on="placed_at", right_on="since", by="sku")
    assert (in_force["unit_price"] == in_force["price"]).all()


def test_list_prices_are_the_newest_of_the_history(made: Made) -> None:
    history = made.table("price_history").sort_values("since")
    latest = history.groupby("sku").last()
    variants = made.table("variants").set_index("sku")
    at_list = latest.index[latest["reason"] == "list"]
    assert len(at_list) > 0
    assert (latest.loc[at_list, "price"] == variants.loc[at_list, "list_price"]).all()
    promoted = latest.index[latest["reason"] == "promotion"]
    assert (latest.loc[promoted, "price"] < variants.loc[promoted, "list_price"]).all()


def test_nobody_acts_before_they_registered(made: Made) -> None:
    created = made.table("customers").set_index("id")["created_at"]
    assert created.is_monotonic_increasing
    for table, column in [("orders", "placed_at"), ("interactions", "at")]:
        rows = made.table(table)
        registered = pd.to_datetime(rows["customer_id"].map(created), utc=True)
        assert (pd.to_datetime(rows[column], utc=True) >= registered).all()


def test_ratings_are_stars_for_things_received(made: Made) -> None:
    interactions = made.table("interactions")
    ratings = interactions[interactions["kind"] == "rating"]
    assert interactions.loc[interactions["kind"] != "rating", "rating"].isna().all()
    assert set(ratings["rating"]) == {1, 2, 3, 4, 5}
    assert not ratings.duplicated(["customer_id", "product_id"]).any()
    bought = made.lines().groupby(["customer_id", "product_id"])["placed_at"].min()
    first = bought.reindex(pd.MultiIndex.from_frame(ratings[["customer_id", "product_id"]]))
    assert (ratings["at"].to_numpy() > first.to_numpy()).all()


def test_customers_can_be_reached_only_at_addresses_kept_for_examples(made: Made) -> None:
    customers = made.table("customers")
    assert customers["id"].str.fullmatch(r"C\d{5}").all()
    assert customers["email"].is_unique
    assert customers["email"].str.fullmatch(r"[a-z.]+\d+@example\.com").all()
    free = r"07700 900|01632 960|020 7946 0|0113 496 0|0121 496 0|0161 496 0"
    assert customers["phone"].str.fullmatch(rf"({free})\d{{3}}").all()
    chinese = customers["language"] == "zh"
    assert 0.15 < chinese.mean() < 0.35
    assert (customers["name"].str.contains(r"[\u4e00-\u9fff]") == chinese).all()
