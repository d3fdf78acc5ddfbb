from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analytics.errors import ArtifactError
from analytics.recommend import EASE, AutoRecommender, ItemKNN, Model, Popularity, Recommender, Rung
from tests.analytics.recommend.data import interactions

# Tea and cups go together, and so do pens and paper; lamps sell best and go with nothing.
HISTORY = [
    *((user, item) for user in "abc" for item in ("tea", "cup")),
    *((user, item) for user in "de" for item in ("pen", "paper")),
    *((user, "lamp") for user in "fghij"),
    ("k", "tea"),
]


@pytest.fixture
def model() -> Recommender:
    return Recommender().fit(interactions(HISTORY))


def answers(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["item_id"], table["rung"], strict=True))


def test_history_first_then_what_is_popular(model: Recommender) -> None:
    assert answers(model.recommend(["k"], n=3)) == [
        ("cup", Rung.CUSTOMER),
        ("lamp", Rung.POPULAR),
        ("paper", Rung.POPULAR),
    ]


def test_session_items_stand_between(model: Recommender) -> None:
    assert answers(model.recommend(["k"], n=3, session_items=["pen"])) == [
        ("cup", Rung.CUSTOMER),
        ("paper", Rung.SESSION),
        ("lamp", Rung.POPULAR),
    ]


def test_a_guest_with_a_cart(model: Recommender) -> None:
    table = model.recommend(["guest"], n=2, session_items=["pen", "unheard of"])
    assert answers(table) == [("paper", Rung.SESSION), ("lamp", Rung.POPULAR)]


def test_a_guest_without_anything(model: Recommender) -> None:
    assert answers(model.recommend(["guest"], n=2)) == [
        ("lamp", Rung.POPULAR),
        ("tea", Rung.POPULAR),
    ]


def test_what_is_popular_in_the_category_stands_before_what_is_popular(model: Recommender) -> None:
    kinds = {"tea": "drinks", "cup": "drinks", "milk": "drinks", "pen": "office", "ink": "office"}
    items = pd.DataFrame({"item_id": list(kinds), "category": list(kinds.values())})
    model.fit(interactions([*HISTORY, ("l", "milk"), ("m", "ink"), ("n", "ink")]), items)
    assert answers(model.recommend(["k"], n=3)) == [
        ("cup", Rung.CUSTOMER),
        ("milk", Rung.CATEGORY),
        ("lamp", Rung.POPULAR),
    ]
    assert answers(model.recommend(["guest"], n=3, session_items=["pen"])) == [
        ("paper", Rung.SESSION),
        ("ink", Rung.CATEGORY),
        ("lamp", Rung.POPULAR),
    ]


def test_what_was_bought_a_minute_ago_counts(model: Recommender) -> None:
    table = model.recommend(["k", "new"], n=2, recent={"k": ["pen"], "new": ["tea", "unheard of"]})
    assert answers(table)[:2] == [("paper", Rung.CUSTOMER), ("cup", Rung.CUSTOMER)]
    assert answers(table)[2:] == [("cup", Rung.CUSTOMER), ("lamp", Rung.POPULAR)]
    assert model.explain("k", "paper", recent={"k": ["pen"]})["item_id"].tolist() == ["pen"]


def test_what_is_bought_together(model: Recommender) -> None:
    together = model.bought_together(["tea", "unheard of"])
    assert together[together > 0].index.tolist() == ["cup"]


def test_every_rung_obeys_candidates(model: Recommender) -> None:
    def only(candidates: list[str]) -> list[tuple[str, str]]:
        return answers(model.recommend(["k"], n=3, candidates=candidates, session_items=["pen"]))

    assert only(["cup"]) == [("cup", Rung.CUSTOMER)]
    assert only(["paper"]) == [("paper", Rung.SESSION)]
    assert only(["lamp"]) == [("lamp", Rung.POPULAR)]


def test_what_lies_in_the_cart_is_not_recommended(model: Recommender) -> None:
    table = model.recommend(["guest"], n=9, session_items=["pen"])
    assert "pen" not in set(table["item_id"])
    again = model.recommend(["guest"], n=9, session_items=["pen"], exclude_seen=False)
    assert "pen" in set(again["item_id"])


def test_items_that_nobody_touched_come_last(model: Recommender) -> None:
    model.fit(interactions(HISTORY), pd.DataFrame({"item_id": ["vase"]}))
    assert answers(model.recommend(["guest"], n=9))[-1] == ("vase", Rung.POPULAR)


def test_reasons_are_of_the_rung_that_answered(model: Recommender) -> None:
    assert model.explain("k", "cup")["item_id"].tolist() == ["tea"]
    assert model.explain("k", "paper", session_items=["pen"])["item_id"].tolist() == ["pen"]
    assert model.explain("k", "lamp", session_items=["pen"]).empty


def test_session_reasons_add_up_to_the_score(model: Recommender) -> None:
    items = ["tea", "pen", "lamp"]
    table = model.recommend(["guest"], n=1, session_items=items)
    reasons = model.explain("guest", table["item_id"][0], n=9, session_items=items)
    assert reasons["score"].sum() == pytest.approx(table["score"][0])


def test_settings_survive_saving(tmp_path: Path) -> None:
    model = Recommender(ItemKNN(n_neighbors=7, shrinkage=2), Popularity(half_life_days=30))
    model.fit(interactions(HISTORY)).save(tmp_path)
    loaded = Recommender.load(tmp_path)
    assert loaded.until_ == model.until_ == datetime(2024, 5, 1)  # noqa: DTZ001
    assert (loaded.model.settings()["n_neighbors"], loaded.popularity.half_life_days) == (7, 30)


@pytest.mark.parametrize(
    "kind", [lambda: EASE(regularization=2), lambda: AutoRecommender([EASE(), ItemKNN()])]
)
def test_any_model_serves_and_survives_saving(kind: Callable[[], Model], tmp_path: Path) -> None:
    model = Recommender(kind()).fit(interactions(HISTORY))
    model.save(tmp_path)
    loaded = Recommender.load(tmp_path)
    assert type(loaded.model) is type(model.model)
    users = ["k", "guest"]
    expected = model.recommend(users, session_items=["pen"])
    assert_frame_equal(loaded.recommend(users, session_items=["pen"]), expected)


def test_load_refuses_another_model(tmp_path: Path) -> None:
    Popularity().fit(interactions(HISTORY)).save(tmp_path)
    with pytest.raises(ArtifactError, match="it holds Popularity"):
        ItemKNN.load(tmp_path)
