from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend import ItemTransition
from analytics.recommend.windows import windows
from tests.analytics.recommend.data import interactions


def history() -> pd.DataFrame:
    """Who bought a printer in April bought ink in May, and ink again; nobody a second printer."""
    users = [f"u{n}" for n in range(6)]
    april = interactions([(user, "printer") for user in users], "2024-04-10")
    may = interactions([(user, "ink") for user in users], "2024-05-20")
    return pd.concat([april, may], ignore_index=True)


def test_what_comes_next_and_not_what_came_before() -> None:
    new = interactions([("new", "printer"), ("other", "ink")], "2024-05-21")
    model = ItemTransition(regularization=1).fit(pd.concat([history(), new]))
    assert model.recommend(["new"], n=1)["item_id"].tolist() == ["ink"]
    assert model.similar_items("printer")["item_id"].tolist() == ["ink"]
    assert model.similar_items("ink").empty


def test_what_is_bought_again_is_predicted_from_itself() -> None:
    again = interactions([(f"u{n}", "ink") for n in range(6)], "2024-06-25")
    model = ItemTransition(regularization=1, half_life_days=None).fit(pd.concat([history(), again]))
    assert model.recommend(["u0"], n=1, exclude_seen=False)["item_id"].tolist() == ["ink"]
    assert set(model.explain("u0", "ink")["item_id"]) == {"ink", "printer"}


def test_weights_are_the_ridge_regression_of_the_windows() -> None:
    rng = np.random.default_rng(5)
    table = interactions([(f"u{rng.integers(9)}", f"i{rng.integers(5)}") for _ in range(200)])
    table["timestamp"] += pd.to_timedelta(rng.integers(0, 200, len(table)), unit="D")
    model = ItemTransition(regularization=3, half_life_days=None).fit(table)
    ids = list(model.matrix_.items)
    gram, products = 3 * np.eye(5), np.zeros((5, 5))
    for before, during in windows(table):
        for user in set(before["user_id"]) & set(during["user_id"]):
            x = np.isin(ids, before.loc[before["user_id"] == user, "item_id"]).astype(float)
            y = np.isin(ids, during.loc[during["user_id"] == user, "item_id"]).astype(float)
            gram += np.outer(x, x)
            products += np.outer(x, y)
    assert model.item_weights_ == pytest.approx(np.linalg.solve(gram, products), abs=1e-6)


def test_windows_are_thirty_days_with_something_before() -> None:
    days = [0, 29, 31, 60, 75]
    table = interactions([("u", f"i{day}") for day in days])
    table["timestamp"] += pd.to_timedelta(days, unit="D")
    found = [
        (before["item_id"].tolist(), during["item_id"].tolist())
        for before, during in windows(table)
    ]
    assert found == [(["i0", "i29", "i31"], ["i60", "i75"]), (["i0"], ["i29", "i31"])]


def test_settings_are_checked() -> None:
    with pytest.raises(InvalidInput, match="regularization"):
        ItemTransition(regularization=0)
