from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend import (
    EASE,
    Autoencoder,
    AutoRecommender,
    ItemKNN,
    ItemTransition,
    Popularity,
    Recommender,
    RepeatPurchase,
    UserKNN,
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
    found = AutoRecommender(models).fit(repeating())
    assert found.tried_["model"].tolist() == ["Popularity", "RepeatPurchase"]
    assert found.tried_["weight_of_all"].tolist() == [0, 1]
    assert found.tried_["ndcg_of_all"].is_monotonic_increasing
    found.save(tmp_path)
    loaded = AutoRecommender.load(tmp_path)
    pd.testing.assert_frame_equal(loaded.tried_, found.tried_)
    again = loaded.recommend(USERS, exclude_seen=False)
    pd.testing.assert_frame_equal(again, found.recommend(USERS, exclude_seen=False))


def test_new_items_and_all_items_have_a_blend_each(tmp_path: Path) -> None:
    """Users touch their own items again, and in the end all the same new one."""
    users = [f"u{n:03}" for n in range(120)]
    own = [(user, f"{user}-{n}") for user in users for n in range(3)]
    early = pd.concat([interactions(own, f"2024-05-{day:02}") for day in range(1, 5)])
    crowd = interactions([(f"c{n}", "hit") for n in range(20)], "2024-05-01")
    late = pd.concat(
        [
            interactions(own, "2024-06-01"),
            interactions([(user, "hit") for user in users], "2024-06-01"),
        ]
    )
    table = pd.concat([early, crowd, late], ignore_index=True)
    found = AutoRecommender([Popularity(), RepeatPurchase()], held_back="latest").fit(table)
    weights = found.tried_.set_index("model")
    assert weights.loc["Popularity", "weight"] > weights.loc["Popularity", "weight_of_all"]
    reasons = Recommender(found, Popularity()).fit_ladder(table).explain
    assert reasons("u000", "u000-0", exclude_seen=False)["item_id"].tolist() == ["u000-0"]
    assert reasons("u000", "u000-0").empty
    found.save(tmp_path)
    for model in (found, AutoRecommender.load(tmp_path)):
        again = model.recommend(["u000"], 3, exclude_seen=False)
        assert set(again["item_id"]) == {"u000-0", "u000-1", "u000-2"}
        assert model.recommend(["c1"], 1)["item_id"].tolist() != ["hit"]
        mine = model.ranker(exclude_seen=False).scores(np.array([0]))
        assert not np.array_equal(mine, model.ranker(exclude_seen=True).scores(np.array([0])))


def test_nothing_new_is_tried_when_the_time_is_over() -> None:
    found = AutoRecommender([Popularity(), ItemKNN()], seconds=1e-9).fit(repeating())
    assert found.tried_["model"].tolist() == ["Popularity"]


def test_all_families_are_tried_and_ratings_not_read() -> None:
    table = repeating().assign(rating=float("nan"))
    found = AutoRecommender().fit(table)
    assert len(found.tried_) == len(auto.families())
    best = found.recommend(["u1"], n=3, exclude_seen=False)
    assert set(best["item_id"]) == {"u1-0", "u1-1", "u1-2"}


def test_too_large_a_catalogue_is_spared_linear_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto, "LINEAR_ITEMS", 25)
    found = AutoRecommender([EASE(), ItemTransition(), Popularity()]).fit(repeating())
    assert found.tried_["model"].tolist() == ["Popularity"]


def test_too_many_users_are_spared_models_that_ask_them_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auto, "MANY_USERS", 2)
    found = AutoRecommender([UserKNN(), Autoencoder(), Popularity()]).fit(repeating())
    assert found.tried_["model"].tolist() == ["Popularity"]


def test_settings_are_checked() -> None:
    with pytest.raises(InvalidInput, match="seconds"):
        AutoRecommender(seconds=0)
