from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.recommend import RatingItemKNN
from analytics.recommend.rating_item_knn import adjusted_cosine
from tests.analytics.recommend.data import rated, textbook

ASKED = pd.DataFrame({"user_id": ["Alice"], "item_id": ["i5"]})


def test_textbook() -> None:
    model = RatingItemKNN(shrinkage=0).fit(textbook())
    centred = model.matrix_.weights.copy()
    centred.data -= np.repeat(model.user_means_, np.diff(centred.indptr))
    likeness = adjusted_cosine(centred)(slice(4, 5)).toarray()
    assert likeness[0, :4] == pytest.approx([0.804914, -0.908232, -0.763560, 0.433063], abs=1e-6)
    assert model.predict(ASKED) == pytest.approx([4.650185], abs=1e-6)


def test_the_nearest_neighbour_alone() -> None:
    assert RatingItemKNN(shrinkage=0, n_neighbors=1).fit(textbook()).predict(ASKED) == [5]


def test_shrinkage_by_who_rated_both() -> None:
    plain = RatingItemKNN(shrinkage=0).fit(textbook()).similar_items("i5")
    shrunk = RatingItemKNN(shrinkage=4).fit(textbook()).similar_items("i5")
    assert shrunk["score"].to_numpy() == pytest.approx(plain["score"].to_numpy() / 2)


def test_items_rated_at_everybodys_mean_are_like_nothing() -> None:
    model = RatingItemKNN().fit(rated({"a": [0.1, 0.1, 0.1], "b": [0.3, 0.3, 0.3]}))
    assert model.neighbors_.nnz == 0
    pairs = pd.DataFrame({"user_id": ["a", "b", "c"], "item_id": "i1"})
    assert model.predict(pairs) == pytest.approx([0.1, 0.3, 0.2])


def test_zero_is_a_rating() -> None:
    table = rated({"a": [0, None, 4], "b": [0, 0, 4], "c": [1, 1, 5], "d": [4, 4, 0]})
    pair = pd.DataFrame({"user_id": ["a"], "item_id": ["i2"]})
    assert RatingItemKNN(shrinkage=0).fit(table).predict(pair) == [0]
