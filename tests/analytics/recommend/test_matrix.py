from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analytics.recommend.matrix import InteractionMatrix, Reading
from tests.analytics.recommend.data import interactions


def test_columns_come_by_how_many_users_touched_them_then_by_id() -> None:
    # b is touched most often, but by one user.
    table = interactions([("u", "b"), ("u", "b"), ("u", "b"), ("u", "a"), ("u", "z"), ("v", "z")])
    matrix = InteractionMatrix.build(table, pd.DataFrame({"item_id": ["0 new"]}), None)
    assert matrix.items.tolist() == ["z", "a", "b", "0 new"]
    assert matrix.users.tolist() == ["u", "v"]
    assert matrix.weights.toarray().tolist() == [[1, 1, 1, 0], [1, 0, 0, 0]]


def test_ids_of_any_script_and_length_are_kept(tmp_path: Path) -> None:
    table = interactions([("小明", "台灯-1"), ("b", "p"), ("a longer one", "ß")])
    matrix = InteractionMatrix.build(table, None, None)
    matrix.save(tmp_path)
    loaded = InteractionMatrix.load(tmp_path)
    assert loaded.users.tolist() == matrix.users.tolist()
    assert loaded.items.tolist() == matrix.items.tolist()
    assert (loaded.weights != matrix.weights).nnz == 0


@pytest.mark.parametrize(
    ("reading", "expected"),
    [(Reading.LATEST, 1.0), (Reading.OCCASIONS, 1.5), (Reading.RATING, 2.0)],
)
def test_a_cell_holds_what_the_reading_says(reading: Reading, expected: float) -> None:
    # Twice at the newest time, and once a half-life before.
    days = ["2024-05-11", "2024-05-01", "2024-05-11"]
    table = interactions([("u", "i")] * 3).assign(
        timestamp=pd.to_datetime(days), rating=[5.0, 4.0, 2.0]
    )
    matrix = InteractionMatrix.build(table, None, 10, reading)
    assert matrix.weights.toarray().tolist() == [[expected]]
