"""The truth can be found again in the demo shop's data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import PoissonRegressor

from analytics.demo.demand import season_profile
from analytics.demo.vocabulary import catalogue_words
from tests.analytics.demo.conftest import END, Made


@pytest.fixture(scope="module")
def lines(made: Made) -> pd.DataFrame:
    lines = made.lines()
    day = pd.to_datetime(lines["placed_at"], utc=True).dt.tz_localize(None).dt.normalize()
    return lines.assign(ds=day)


@pytest.fixture(scope="module")
def daily(made: Made, lines: pd.DataFrame) -> pd.DataFrame:
    """True demand and units sold, a row a product and day."""
    sold = lines.groupby(["product_id", "ds"])["quantity"].sum()
    demand = made.truth("demand").merge(
        made.truth("items"), left_on="unique_id", right_on="product_id", suffixes=("", "_profile")
    )
    key = pd.MultiIndex.from_frame(demand[["product_id", "ds"]])
    return demand.assign(y=sold.reindex(key, fill_value=0).to_numpy())


def test_truth_covers_every_customer_product_and_day(made: Made, daily: pd.DataFrame) -> None:
    assert list(made.truth("customers")["customer_id"]) == list(made.table("customers")["id"])
    assert set(made.truth("items")["product_id"]) == set(made.table("products")["id"])
    assert len(daily) == 120 * 549
    assert made.truth("variants").groupby("product_id")["share"].sum().round(3).eq(1).all()
    parameters = json.loads((made.folder / "truth.json").read_text())
    assert parameters["seed"] == 7
    assert set(made.truth("customers")["segment"]) == {s["name"] for s in parameters["segments"]}


def test_sales_are_as_large_as_expected(daily: pd.DataFrame) -> None:
    assert daily["y"].sum() == pytest.approx(daily["expected_units"].sum(), rel=0.05)
    total = daily.groupby("product_id")[["y", "expected_units"]].sum()
    assert total.corr().iloc[0, 1] > 0.95


@pytest.mark.parametrize("profile", ["christmas", "winter", "summer", "spring"])
def test_the_season_shows_in_the_sales(daily: pd.DataFrame, profile: str) -> None:
    group = daily[daily["season_profile"] == profile]
    month = group["ds"].dt.to_period("M")
    monthly = group.groupby(month).agg({"y": "sum", "season": "mean"})
    assert monthly.corr().iloc[0, 1] > 0.6


def test_season_profiles_have_mean_one() -> None:
    for name, peaks in catalogue_words().seasons.items():
        profile = season_profile(peaks)
        assert profile.mean() == pytest.approx(1), name
        assert profile.max() > 1 or name == "flat"


def test_lower_prices_and_promotions_sell_more(daily: pd.DataFrame) -> None:
    promoted = daily[daily["lift"] > 1]
    usual = promoted["expected_units"] / (
        promoted["lift"] * promoted["price_index"] ** promoted["elasticity"]
    )
    assert promoted["y"].sum() > 1.4 * usual.sum()
    assert promoted["y"].sum() == pytest.approx(promoted["expected_units"].sum(), rel=0.1)


def test_elasticity_can_be_estimated_from_prices_and_sales(daily: pd.DataFrame) -> None:
    """One Poisson regression over all products, everything but the price given."""
    sold = daily[daily["expected_units"] > 0]
    log_price = np.log(sold["price_index"]).to_numpy()
    exposure = (sold["expected_units"] / np.exp(sold["elasticity"] * log_price)).to_numpy()
    model = PoissonRegressor(alpha=0).fit(
        log_price[:, np.newaxis], sold["y"] / exposure, sample_weight=exposure
    )
    true = np.average(sold["elasticity"], weights=exposure)
    assert model.coef_[0] == pytest.approx(true, abs=0.3)


def test_promotions_are_as_written(made: Made, daily: pd.DataFrame) -> None:
    promotions = made.truth("promotions")
    assert {"Black Friday", "Deal of the Week"} <= set(promotions["name"])
    assert promotions["discount"].between(0.1, 0.3).all()
    days = promotions.merge(daily, on="product_id", suffixes=("_promotion", ""))
    days = days[
        (days["ds"] >= pd.to_datetime(days["first_on"]))
        & (days["ds"] <= pd.to_datetime(days["last_on"]))
    ]
    assert (days["lift"] > 1).all()
    covered = days.drop_duplicates(["product_id", "ds"])
    assert len(covered) == (daily["lift"] > 1).sum()


def test_complements_are_bought_together(made: Made, lines: pd.DataFrame) -> None:
    basket = pd.crosstab(lines["order_id"], lines["product_id"]) > 0
    support = basket.mean()
    together, alone = 0.0, 0.0
    for pair in made.truth("complements").itertuples():
        if {pair.product_id, pair.complement_id} <= set(basket):
            together += (basket[pair.product_id] & basket[pair.complement_id]).mean()
            alone += support[pair.product_id] * support[pair.complement_id]
    assert together / alone > 3


def test_who_has_churned_comes_no_more(made: Made, lines: pd.DataFrame) -> None:
    truth = made.truth("customers").set_index("customer_id")
    last = lines.groupby("customer_id")["ds"].max()
    churned_on = pd.to_datetime(truth["churned_on"].astype(str).loc[last.index])
    assert (last < churned_on).all()
    assert (
        truth["churned"]
        == (pd.to_datetime(truth["churned_on"].astype(str)) < END.tz_localize(None))
    ).all()
    assert 0.2 < truth["churned"].mean() < 0.8


def test_frequent_visitors_order_often(made: Made, lines: pd.DataFrame) -> None:
    truth = made.truth("customers").set_index("customer_id")
    stayed = truth[~truth["churned"]]
    orders = lines.groupby("customer_id")["order_id"].nunique()
    count = orders.reindex(stayed.index, fill_value=0)
    assert np.corrcoef(count, stayed["visits_per_year"])[0, 1] > 0.6


def test_customers_buy_what_they_care_for(made: Made, lines: pd.DataFrame) -> None:
    truth = made.truth("customers").set_index("customer_id")
    category = made.table("products").set_index("id")["category_id"]
    bought = pd.crosstab(lines["customer_id"], lines["product_id"].map(category))
    regular = bought[bought.sum(axis=1) >= 10]
    share = regular.div(regular.sum(axis=1), axis=0)
    interest = truth.loc[share.index, [f"interest_{name}" for name in share]]
    assert np.corrcoef(share.to_numpy().ravel(), interest.to_numpy().ravel())[0, 1] > 0.6


def test_new_products_sell_only_once_launched(made: Made, daily: pd.DataFrame) -> None:
    off_sale = (daily["ds"] < pd.to_datetime(daily["launched_on"])) | (
        daily["ds"] >= pd.to_datetime(daily["ended_on"])
    )
    assert off_sale.any()
    assert (daily.loc[off_sale, "expected_units"] == 0).all()
    assert (daily.loc[off_sale, "y"] == 0).all()
    ended = made.truth("items").set_index("product_id")["ended_on"] < END.date()
    active = made.table("products").set_index("id")["active"]
    assert (active == ~ended[active.index]).all()
