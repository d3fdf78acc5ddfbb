from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend import EASE
from tests.analytics.recommend.data import interactions


def test_weights_of_two_items_by_hand() -> None:
    # X'X + 1 I = [[3, 1], [1, 2]] of a: x y, b: x. The inverse is [[2, -1], [-1, 3]] / 5, and
    # B = -P / diag(P): y is predicted from x with 1/3, x from y with 1/2.
    model = EASE(regularization=1).fit(interactions([("a", "x"), ("a", "y"), ("b", "x")]))
    assert model.item_weights_ == pytest.approx(np.array([[0, 1 / 3], [1 / 2, 0]]))
    table = model.recommend(["b"], n=1)
    assert table["item_id"].tolist() == ["y"]
    assert table["score"].tolist() == pytest.approx([1 / 3])


def test_each_column_is_the_ridge_regression_on_the_others() -> None:
    rng = np.random.default_rng(8)
    touched = rng.random((40, 9)) < 0.4
    pairs = [(f"u{u:02}", f"i{i}") for u, i in np.argwhere(touched)]
    model = EASE(regularization=3).fit(interactions(pairs))
    x = touched[:, [int(item[1:]) for item in model.matrix_.items]].astype(float)
    for item in range(9):
        others = np.delete(x, item, axis=1)
        ridge = np.linalg.solve(others.T @ others + 3 * np.eye(8), others.T @ x[:, item])
        found = np.delete(model.item_weights_[:, item], item)
        assert found == pytest.approx(ridge, abs=1e-6)


def test_what_speaks_against_an_item_is_no_reason() -> None:
    # x and y are touched together, z only without them.
    pairs = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("c", "z"), ("d", "z"), ("d", "x")]
    model = EASE(regularization=0.5).fit(interactions(pairs))
    assert model.item_weights_[1, 2] < 0
    assert model.explain("b", "z")["item_id"].tolist() == ["x"]


def test_regularization_is_above_zero() -> None:
    with pytest.raises(InvalidInput, match="regularization"):
        EASE(regularization=0)


def test_recent_interactions_count_more() -> None:
    old = interactions([("a", "x"), ("a", "y")], "2024-05-01")
    new = interactions([("b", "x"), ("b", "z"), ("c", "x")], "2024-06-30")
    model = EASE(regularization=1, half_life_days=20).fit(pd.concat([old, new]))
    assert model.recommend(["c"], n=1)["item_id"].tolist() == ["z"]
