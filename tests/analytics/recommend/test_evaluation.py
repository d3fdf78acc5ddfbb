from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend import Popularity, evaluate, temporal_split
from analytics.recommend.evaluation import Evaluation
from tests.analytics.recommend.data import interactions

TRAIN = interactions([("u", "a"), ("v", "b"), ("v", "c"), ("v", "d"), ("v", "e")])


class Fixed:
    """Recommends the same items to everybody."""

    def __init__(self, items: list[str]) -> None:
        self.items = items

    def recommend(self, user_ids: list[Any], n: int, exclude_seen: bool) -> pd.DataFrame:
        return pd.DataFrame(
            [
                (user, item, 0.0, rank)
                for user in user_ids
                for rank, item in enumerate(self.items[:n], start=1)
            ],
            columns=["user_id", "item_id", "score", "rank"],
        )


def test_figures_by_hand() -> None:
    test = interactions([("u", "b"), ("u", "d")])
    figures = evaluate(Fixed(["b", "c", "d"]), TRAIN, test, n=3)
    # Found at ranks 1 and 3 of two relevant items; ideal would be ranks 1 and 2.
    gained, ideal = 1 + 1 / math.log2(4), 1 + 1 / math.log2(3)
    assert figures == pytest.approx(
        {"n": 3, "users": 1, "ndcg": gained / ideal, "recall": 1, "hit_rate": 1, "coverage": 0.6}
    )


def test_the_ideal_list_is_no_longer_than_n() -> None:
    test = interactions([("u", "b"), ("u", "c"), ("u", "d")])
    figures = evaluate(Fixed(["b", "c", "e"]), TRAIN, test, n=2)
    assert figures["ndcg"] == pytest.approx(1)
    assert figures["recall"] == pytest.approx(2 / 3)


def test_users_without_a_hit_count_as_zero() -> None:
    test = interactions([("u", "b"), ("v", "a")])
    figures = evaluate(Fixed(["b"]), TRAIN, test, n=1)
    assert (figures["users"], figures["ndcg"], figures["hit_rate"]) == (2, 0.5, 0.5)


def test_seen_items_are_relevant_only_when_they_may_be_recommended() -> None:
    test = interactions([("u", "a"), ("u", "b"), ("u", "b")])
    assert evaluate(Fixed(["b"]), TRAIN, test, n=1)["recall"] == 1
    assert evaluate(Fixed(["b"]), TRAIN, test, n=1, exclude_seen=False)["recall"] == 0.5


def test_unknown_users_and_items_do_not_count() -> None:
    test = interactions([("stranger", "b"), ("u", "a new item")])
    figures = evaluate(Popularity().fit(TRAIN), TRAIN, test)
    assert figures["users"] == 0
    assert figures["ndcg"] == 0


def test_split_at_a_time_and_by_share() -> None:
    table = interactions([("u", item) for item in "abcdefghij"])
    table["timestamp"] = pd.date_range("2024-05-01", periods=10)
    before, after = temporal_split(table, at=pd.Timestamp("2024-05-04"))
    assert "".join(before["item_id"]) == "abc"
    assert "".join(after["item_id"]) == "defghij"
    before, after = temporal_split(table, test_share=0.2)
    assert (len(before), len(after)) == (8, 2)
    with pytest.raises(InvalidInput, match="test_share"):
        temporal_split(table, test_share=1)


def test_all_figures_by_hand_at_every_length() -> None:
    test = interactions([("u", "d"), ("u", "c")])
    found = Evaluation.of(Fixed(["b", "c", "d"]), TRAIN, test, cutoffs=(1, 3))
    second, third = 1 / math.log2(3), 1 / math.log2(4)
    # One of two users touched each listed item, always the same one.
    by_hand = {
        ("ndcg", 1): 0,
        ("recall", 1): 0,
        ("hit_rate", 1): 0,
        ("mrr", 1): 0,
        ("novelty", 1): 1,
        ("diversity", 1): 1,
        ("ndcg", 3): (second + third) / (1 + second),
        ("recall", 3): 1,
        ("hit_rate", 3): 1,
        ("mrr", 3): 0.5,
        ("novelty", 3): 1,
        ("diversity", 3): 0,
    }
    assert found.of_users.index.tolist() == ["u"]
    assert found.of_users.loc["u"].to_dict() == pytest.approx(by_hand)
    assert found.coverage.to_dict() == pytest.approx({1: 1 / 5, 3: 3 / 5})


def test_the_table_has_an_interval_for_every_mean() -> None:
    test = interactions([("u", "b"), ("v", "a")])
    evaluation = Evaluation.of(Fixed(["b", "c"]), TRAIN, test, cutoffs=(1, 2))
    table = evaluation.table(rng=np.random.default_rng(0)).set_index(["measure", "n"])
    assert len(table) == 7 * 2
    # Of two users one hit: both, one or none of two drawn.
    assert table.loc[("ndcg", 1)].tolist() == [0.5, 0, 1]
    assert table.loc[("coverage", 2), "mean"] == pytest.approx(0.4)
    assert math.isnan(table.loc[("coverage", 2), "low"])


def test_shorter_lists_and_strange_items_count_for_what_they_hold() -> None:
    test = interactions([("u", "b")])
    found = Evaluation.of(Fixed(["no item of train", "b"]), TRAIN, test, cutoffs=(5,))
    assert found.of_users.loc["u", ("mrr", 5)] == 0.5
    assert found.of_users.loc["u", ("novelty", 5)] == 1
    assert found.coverage[5] == pytest.approx(1 / 5)


def test_a_list_of_no_length_is_refused() -> None:
    for cutoffs in ((), (5, 0)):
        with pytest.raises(InvalidInput, match="cutoffs"):
            Evaluation.of(Fixed(["b"]), TRAIN, TRAIN, cutoffs=cutoffs)


def test_nobody_to_measure_is_said() -> None:
    test = interactions([("stranger", "b")])
    evaluation = Evaluation.of(Fixed(["b"]), TRAIN, test)
    with pytest.raises(InvalidInput, match="figures: found 'no user'"):
        evaluation.table(rng=np.random.default_rng(0))
