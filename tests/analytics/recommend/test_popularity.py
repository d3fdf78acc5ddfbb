from __future__ import annotations

import pandas as pd
import pytest

from analytics.recommend import Popularity
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
