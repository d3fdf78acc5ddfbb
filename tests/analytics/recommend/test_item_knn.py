from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from analytics.errors import InvalidInput
from analytics.recommend import ItemKNN, item_knn
from analytics.recommend.item_knn import bm25, nearest
from tests.analytics.recommend.data import interactions

# x is touched by a and b, y by a, b and c, z by c: cosine(x, y) = 2 / sqrt(2 * 3),
# cosine(y, z) = 1 / sqrt(3 * 1), and x and z share nobody.
SMALL = [("a", "x"), ("b", "x"), ("a", "y"), ("b", "y"), ("c", "y"), ("c", "z")]
XY, YZ = 2 / math.sqrt(6), 1 / math.sqrt(3)


def plain(shrinkage: float = 0, n_neighbors: int = 100) -> ItemKNN:
    return ItemKNN(weighting="plain", shrinkage=shrinkage, n_neighbors=n_neighbors)


def likeness(model: ItemKNN, item: str) -> dict[str, float]:
    table = model.similar_items(item)
    return dict(zip(table["item_id"], table["score"], strict=True))


def test_plain_likeness_is_the_cosine() -> None:
    model = plain().fit(interactions(SMALL))
    assert likeness(model, "y") == pytest.approx({"x": XY, "z": YZ})
    assert likeness(model, "x") == pytest.approx({"y": XY})


def test_shrinkage_trusts_many_shared_users_more() -> None:
    model = plain(shrinkage=2).fit(interactions(SMALL))
    assert likeness(model, "y") == pytest.approx({"x": XY * 2 / 4, "z": YZ * 1 / 3})


def test_euclidean_likeness_falls_with_the_distance() -> None:
    model = ItemKNN(similarity="euclidean", weighting="plain", shrinkage=0)
    model.fit(interactions(SMALL))
    # x and y differ in c, y and z in a and b; x and z share nobody.
    assert likeness(model, "y") == pytest.approx({"x": 1 / 2, "z": 1 / (1 + math.sqrt(2))})
    assert likeness(model, "x") == pytest.approx({"y": 1 / 2})


def test_an_item_keeps_its_nearest_neighbours_only() -> None:
    model = plain(n_neighbors=1).fit(interactions(SMALL))
    assert list(likeness(model, "y")) == ["x"]
    assert list(likeness(model, "z")) == ["y"]


def test_score_is_the_sum_over_the_users_items() -> None:
    model = plain().fit(interactions([*SMALL, ("d", "x"), ("d", "z")]))
    # With d: x is touched by 3, y by 3 and z by 2; x and y share 2, y and z share 1.
    best = model.recommend(["d"], n=1)
    assert best["item_id"].tolist() == ["y"]
    assert best["score"][0] == pytest.approx(2 / 3 + 1 / math.sqrt(6))


def test_equal_scores_come_by_how_many_users_touched_the_item() -> None:
    # The cosine with s, touched by a to d, is 1 / (2 * 1) for x and 2 / (2 * 2) for z.
    touched = {"s": "abcd", "x": "a", "z": "bcfg"}
    pairs = [(user, item) for item, users in touched.items() for user in users]
    best = plain().fit(interactions(pairs)).recommend(["d"], n=2)
    assert best["score"].nunique() == 1
    assert best["item_id"].tolist() == ["z", "x"]


def test_recent_items_count_more() -> None:
    # Both pairs (old, near old) and (new, near new) are alike; d touched old 20 days before new.
    pairs = [("a", "old"), ("a", "near old"), ("b", "new"), ("b", "near new")]
    history = pd.concat(
        [
            interactions(pairs, "2024-05-21"),
            interactions([("d", "old")], "2024-05-01"),
            interactions([("d", "new")], "2024-05-21"),
        ]
    )
    model = ItemKNN(weighting="plain", shrinkage=0, half_life_days=10).fit(history)
    table = model.recommend(["d"], n=2)
    assert table["item_id"].tolist() == ["near new", "near old"]
    # Weight 1/4 of the old item, and its column (1, 1/4) has the length sqrt(17)/4.
    assert table["score"].tolist() == pytest.approx([1 / math.sqrt(2), 1 / math.sqrt(17)])


def test_the_latest_of_repeated_interactions_counts() -> None:
    once = interactions(SMALL, "2024-05-21")
    often = pd.concat([interactions(SMALL, "2024-01-01"), once, once])
    model = ItemKNN(half_life_days=10)
    expected = model.fit(once).recommend(["a", "b", "c"])
    pd.testing.assert_frame_equal(model.fit(often).recommend(["a", "b", "c"]), expected)


def test_times_of_any_zone_count_alike() -> None:
    table = interactions(SMALL)
    table["timestamp"] = pd.date_range("2024-05-01", periods=len(table), freq="5D")
    zoned = table.assign(timestamp=table["timestamp"].dt.tz_localize("UTC"))
    model = ItemKNN(half_life_days=10)
    expected = model.fit(table).recommend(["a", "b", "c"])
    pd.testing.assert_frame_equal(model.fit(zoned).recommend(["a", "b", "c"]), expected)


def test_bm25_of_an_even_matrix() -> None:
    # Two items, each touched by a user of its own: rarity ln(1 + 1.5/1.5), length norm 1.
    weighted = bm25(csr_array(np.eye(2)))
    assert weighted.toarray() == pytest.approx(np.eye(2) * math.log(2))


def test_bm25_lets_users_of_few_items_say_more() -> None:
    weights = csr_array(np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]]))
    weighted = bm25(weights).toarray()
    assert 0 < weighted[0, 0] < weighted[1, 0]


def test_blocks_do_not_change_the_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    columns = csr_array(rng.random((30, 23)) * (rng.random((30, 23)) < 0.3))
    whole = nearest(columns, k=4, shrinkage=1)
    monkeypatch.setattr(item_knn, "CELLS_AT_ONCE", 50)
    assert nearest(columns, k=4, shrinkage=1).toarray() == pytest.approx(whole.toarray())


def test_neighbours_match_a_dense_computation() -> None:
    rng = np.random.default_rng(6)
    touched = rng.random((40, 12)) < 0.4
    shared = touched.T.astype(float) @ touched
    lengths = np.sqrt(np.diag(shared))
    expected = shared / np.outer(lengths, lengths) * shared / (shared + 3)
    np.fill_diagonal(expected, 0)
    found = nearest(csr_array(touched.astype(float)), k=12, shrinkage=3)
    assert found.toarray() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"similarity": "pearson"}, "similarity"),
        ({"weighting": "tf-idf"}, "weighting"),
        ({"n_neighbors": 0}, "n_neighbors"),
        ({"shrinkage": -1.0}, "shrinkage"),
        ({"half_life_days": 0.0}, "half_life_days"),
    ],
)
def test_settings_are_checked(settings: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        ItemKNN(**settings)  # type: ignore[arg-type]


def test_decay_needs_times() -> None:
    table = interactions(SMALL).assign(timestamp=range(len(SMALL)))
    with pytest.raises(InvalidInput, match=r"interactions\.timestamp"):
        ItemKNN(half_life_days=10).fit(table)
