from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analytics.errors import ArtifactError
from analytics.recommend import ItemKNN, Popularity, Recommender, Rung
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
    assert (loaded.neighbors.n_neighbors, loaded.popularity.half_life_days) == (7, 30)


def test_load_refuses_another_model(tmp_path: Path) -> None:
    Popularity().fit(interactions(HISTORY)).save(tmp_path)
    with pytest.raises(ArtifactError, match="it holds Popularity"):
        ItemKNN.load(tmp_path)
