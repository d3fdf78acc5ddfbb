from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.errors import ArtifactError, InvalidInput
from analytics.recommend import (
    EASE,
    FusionHybrid,
    ItemKNN,
    Popularity,
    RepeatPurchase,
    WeightedHybrid,
)
from analytics.recommend.blending import Question, best_blend, weighted
from analytics.recommend.popularity import trend
from tests.analytics.recommend.data import USERS, interactions

# x is touched by three, y by two, z by one; a bought z, b bought x.
HISTORY = interactions([("a", "z"), ("b", "x"), ("c", "x"), ("d", "x"), ("c", "y"), ("d", "y")])


def scores(table: pd.DataFrame) -> dict[str, float]:
    return dict(zip(table["item_id"], table["score"], strict=True))


def test_weighted_sum_of_scores_by_hand() -> None:
    model = WeightedHybrid([Popularity(), RepeatPurchase()], weights=[1, 3]).fit(HISTORY)
    found = scores(model.recommend(["a"], exclude_seen=False))
    # The scores are 3, 2, 1 and 0, 0, 1: roots of their mean squares are sqrt(14/3) and sqrt(1/3).
    one, other = 0.25 / np.sqrt(14 / 3), 0.75 / np.sqrt(1 / 3)
    assert found == pytest.approx({"z": one + other, "x": 3 * one, "y": 2 * one})


def test_fusion_by_hand() -> None:
    model = FusionHybrid([Popularity(), RepeatPurchase()]).fit(HISTORY)
    found = scores(model.recommend(["a"], exclude_seen=False))
    assert found == pytest.approx({"z": 1 / 63 + 1 / 61, "x": 1 / 61, "y": 1 / 62})


def repeating() -> pd.DataFrame:
    """Each user touches his own three items again and again, and never another."""
    days = [f"2024-05-{day:02}" for day in range(1, 11)]
    pairs = [(user, f"{user}-{n}") for user in USERS for n in range(3)]
    crowd = [(f"c{n}", item) for n in range(20) for item in ("hit", "miss")]
    return pd.concat([interactions(pairs, day) for day in days] + [interactions(crowd, days[0])])


def test_weights_go_to_the_model_that_was_right() -> None:
    models = [Popularity(), RepeatPurchase()]
    found = WeightedHybrid(models, exclude_seen=False).fit(repeating())
    assert found.weights_ == pytest.approx([0, 1])
    assert WeightedHybrid(models[::-1], exclude_seen=False).fit(repeating()).weights_[0] == 1


def test_the_latest_fifth_or_a_random_one_decides() -> None:
    # 120 users touch an item of their own in May and all the same one in June.
    users = [f"u{n:03}" for n in range(120)]
    early = interactions([(user, f"{user}-{n}") for user in users for n in range(4)] * 2)
    early["timestamp"] += pd.to_timedelta(np.arange(len(early)), unit="min")
    late = interactions([(user, "hit") for user in users] * 3, "2024-06-01")
    late["timestamp"] += pd.to_timedelta(np.arange(len(late)), unit="min")
    crowd = interactions([("crowd", "hit")], "2024-05-01")
    table = pd.concat([early, crowd, late], ignore_index=True)
    parts = [Popularity(half_life_days=1), RepeatPurchase()]
    latest = WeightedHybrid(parts, exclude_seen=False).fit(table)
    spread = WeightedHybrid(parts, exclude_seen=False, held_back="random").fit(table)
    assert spread.weights_[1] > latest.weights_[1]


def test_a_random_part_decides_where_the_latest_are_newcomers() -> None:
    """300 users touch four items of 30 each on a day of their own; half of the last ones return."""
    rng = np.random.default_rng(5)
    days = pd.date_range("2024-01-01", periods=300)
    visits = [
        interactions([(f"u{n:03}", f"i{i:02}") for i in rng.choice(30, 4, replace=False)], str(day))
        for n, day in enumerate(days)
    ]
    newcomers = pd.concat(visits, ignore_index=True)
    regulars = newcomers.assign(user_id=[f"u{n % 150:03}" for n in range(len(newcomers))])

    def asked(table: pd.DataFrame, held_back: str) -> pd.Timestamp:
        past = Question.of(table, None, held_back=held_back, random_state=0).past
        return past["timestamp"].max()

    assert asked(newcomers, "auto") == asked(newcomers, "random")
    assert asked(regulars, "auto") == asked(regulars, "latest") < asked(regulars, "random")


def test_weights_are_alike_where_nobody_can_be_asked() -> None:
    assert WeightedHybrid([EASE(), ItemKNN()]).fit(HISTORY).weights_ == pytest.approx([0.5, 0.5])


def test_a_blend_is_no_worse_than_its_parts_at_what_it_was_asked() -> None:
    rng = np.random.default_rng(3)
    pairs = [
        (f"u{rng.integers(40)}", f"i{int(rng.integers(6) * rng.random())}") for _ in range(900)
    ]
    table = interactions(pairs)
    table["timestamp"] += pd.to_timedelta(np.arange(len(table)), unit="h")
    question = Question.of(table, None, held_back="latest", random_state=0)
    models = [Popularity(), RepeatPurchase(), ItemKNN()]
    scores = [question.scores(model) for model in models]
    blend = best_blend(scores, question, random_state=0)
    trends = trend(question.past) ** blend.trend
    assert question.ndcg(weighted(scores, blend.weights) * trends) >= max(
        map(question.ndcg, scores)
    )


@pytest.mark.parametrize(("wanted", "power"), [("new", 0.5), ("old", 0.0)])
def test_the_trend_counts_where_it_helps(wanted: str, power: float) -> None:
    past = pd.concat(
        [
            interactions([(f"u{n}", "old") for n in range(20)], "2024-01-01"),
            interactions([(f"u{n}", "new") for n in range(10)], "2024-05-01"),
        ]
    )
    ids = np.array(["old", "new"])
    question = Question(
        past=past,
        items=None,
        rows=np.arange(20),
        relevant=np.tile(ids == wanted, (20, 1)),
        seen=np.zeros((20, 2), dtype=bool),
        open=np.ones((20, 2), dtype=bool),
    )
    blend = best_blend([np.tile([1.0, 0.9], (20, 1))], question, random_state=0)
    assert blend.trend == power


def test_ndcg_by_hand() -> None:
    question = Question(
        past=HISTORY,
        items=None,
        rows=np.array([0]),
        relevant=np.array([[False, True, True]]),
        seen=np.array([[False, False, False]]),
        open=np.array([[True, True, True]]),
    )
    ideal = 1 + 1 / np.log2(3)
    assert question.ndcg(np.array([[1.0, 3.0, 2.0]])) == pytest.approx(1)
    assert question.ndcg(np.array([[3.0, 2.0, 1.0]])) == pytest.approx(
        (1 / np.log2(3) + 1 / 2) / ideal
    )


def test_the_models_given_stay_unfitted() -> None:
    parts = [EASE(), ItemKNN()]
    for hybrid in (WeightedHybrid(parts), FusionHybrid(parts)):
        hybrid.fit(HISTORY).recommend(["a"])
        assert not any(hasattr(part, "matrix_") for part in parts)


def test_a_damaged_artefact_is_named(tmp_path: Path) -> None:
    FusionHybrid([EASE()]).fit(HISTORY).save(tmp_path)
    with pytest.raises(ArtifactError, match="it holds FusionHybrid"):
        WeightedHybrid.load(tmp_path)
    description = (tmp_path / "model.json").read_text()
    (tmp_path / "model.json").write_text(description.replace("EASE", "Unheard"))
    with pytest.raises(ArtifactError, match="Unheard"):
        FusionHybrid.load(tmp_path)


@pytest.mark.parametrize("weights", [[1], [1, -1], [0, 0], [1, float("nan")]])
def test_weights_are_checked(weights: list[float]) -> None:
    with pytest.raises(InvalidInput, match="weights"):
        WeightedHybrid([EASE(), ItemKNN()], weights=weights)


def test_which_fifth_is_checked() -> None:
    with pytest.raises(InvalidInput, match="held_back"):
        WeightedHybrid([EASE()], held_back="first")


def test_parts_are_checked() -> None:
    with pytest.raises(InvalidInput, match="models"):
        FusionHybrid([])
    with pytest.raises(InvalidInput, match="models"):
        FusionHybrid([FusionHybrid([EASE()])])


def test_parts_that_are_loaded_share_who_touched_what(tmp_path: Path) -> None:
    hybrid = FusionHybrid([ItemKNN(), RepeatPurchase()]).fit(HISTORY)
    hybrid.save(tmp_path)
    first, second = (part.matrix_ for part in FusionHybrid.load(tmp_path).parts_)
    assert first.users is second.users
    assert np.shares_memory(first.weights.indices, second.weights.indices)
