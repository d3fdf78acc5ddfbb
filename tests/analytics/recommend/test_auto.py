from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend import (
    EASE,
    AutoRecommender,
    ItemKNN,
    ItemTransition,
    Popularity,
    RepeatPurchase,
    auto,
)
from tests.analytics.recommend.data import USERS, interactions


def repeating() -> pd.DataFrame:
    """Each user touches his own three items again and again, and never another."""
    days = [f"2024-05-{day:02}" for day in range(1, 11)]
    pairs = [(user, f"{user}-{n}") for user in USERS for n in range(3)]
    crowd = [(f"c{n}", item) for n in range(20) for item in ("hit", "miss")]
    return pd.concat(
        [*(interactions(pairs, day) for day in days), interactions(crowd, "2024-05-01")],
        ignore_index=True,
    )


def test_the_best_model_alone_is_kept(tmp_path: Path) -> None:
    models = [Popularity(), RepeatPurchase()]
    found = AutoRecommender(models, exclude_seen=False).fit(repeating())
    assert [type(part) for part in found.parts_] == [RepeatPurchase]
    assert found.weights_ == pytest.approx([1])
    assert found.tried_["model"].tolist() == ["Popularity", "RepeatPurchase"]
    assert found.tried_["weight"].tolist() == [0, 1]
    assert found.tried_["ndcg"].is_monotonic_increasing
    found.save(tmp_path)
    loaded = AutoRecommender.load(tmp_path)
    pd.testing.assert_frame_equal(loaded.tried_, found.tried_)
    again = loaded.recommend(USERS, exclude_seen=False)
    pd.testing.assert_frame_equal(again, found.recommend(USERS, exclude_seen=False))


def test_nothing_new_is_tried_when_the_time_is_over() -> None:
    found = AutoRecommender([Popularity(), ItemKNN()], seconds=1e-9).fit(repeating())
    assert found.tried_["model"].tolist() == ["Popularity"]


def test_all_families_are_tried_and_ratings_not_read() -> None:
    table = repeating().assign(rating=float("nan"))
    found = AutoRecommender(exclude_seen=False).fit(table)
    assert len(found.tried_) == len(auto.families())
    best = found.recommend(["u1"], n=3, exclude_seen=False)
    assert set(best["item_id"]) == {"u1-0", "u1-1", "u1-2"}


def test_too_large_a_catalogue_is_spared_linear_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto, "LINEAR_ITEMS", 25)
    found = AutoRecommender([EASE(), ItemTransition(), Popularity()]).fit(repeating())
    assert found.tried_["model"].tolist() == ["Popularity"]


def test_settings_are_checked() -> None:
    with pytest.raises(InvalidInput, match="seconds"):
        AutoRecommender(seconds=0)
