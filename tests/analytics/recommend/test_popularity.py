from __future__ import annotations

import pandas as pd
import pytest

from analytics.recommend import Popularity
from analytics.recommend.popularity import trend
from tests.analytics.recommend.data import interactions


def scores(model: Popularity) -> dict[str, float]:
    table = model.recommend(["stranger"], n=99)
    return dict(zip(table["item_id"], table["score"], strict=True))


def test_each_user_counts_once() -> None:
    table = interactions([("a", "x"), ("a", "x"), ("a", "y"), ("b", "y")])
    assert scores(Popularity().fit(table)) == {"y": 2.0, "x": 1.0}


def test_an_interaction_counts_half_after_the_half_life() -> None:
    table = pd.concat(
        [
            interactions([("a", "old"), ("b", "old"), ("c", "old")], "2024-05-01"),
            interactions([("d", "new")], "2024-05-21"),
        ]
    )
    assert list(scores(Popularity().fit(table))) == ["old", "new"]
    assert scores(Popularity(half_life_days=10).fit(table)) == pytest.approx(
        {"new": 1.0, "old": 0.75}
    )


def test_nothing_is_like_anything() -> None:
    model = Popularity().fit(interactions([("a", "x"), ("a", "y")]))
    assert model.similar_items("x").empty
    assert model.explain("a", "y").empty


def test_trend_is_the_share_of_users_who_came_lately() -> None:
    old = interactions([(f"u{n}", "old") for n in range(4)], "2024-01-01")
    new = interactions([("u0", "new"), ("u1", "new")], "2024-05-20")
    table = pd.concat([old, new])
    found = dict(zip(Popularity().fit(table).matrix_.items, trend(table), strict=True))
    assert found["old"] == pytest.approx((0.5 + 4 / 2**10) / 9)
    assert found["new"] == pytest.approx(2.5 / 7)
