from __future__ import annotations

import pandas as pd

from analytics.recommend.matrix import InteractionMatrix
from tests.analytics.recommend.data import interactions


def test_columns_come_by_how_many_users_touched_them_then_by_id() -> None:
    # b is touched most often, but by one user.
    table = interactions([("u", "b"), ("u", "b"), ("u", "b"), ("u", "a"), ("u", "z"), ("v", "z")])
    matrix = InteractionMatrix.build(table, pd.DataFrame({"item_id": ["0 new"]}), None)
    assert matrix.items.tolist() == ["z", "a", "b", "0 new"]
    assert matrix.users.tolist() == ["u", "v"]
    assert matrix.weights.toarray().tolist() == [[1, 1, 1, 0], [1, 0, 0, 0]]
