from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from analytics.errors import InvalidInput
from analytics.recommend.evaluation import rating_errors

TEST = pd.DataFrame(
    {"user_id": ["u", "u", "v"], "item_id": ["a", "b", "a"], "rating": [4.0, 4.0, 3.0]}
)


class Fixed:
    def __init__(self, *ratings: float) -> None:
        self.ratings = ratings

    def predict(self, pairs: pd.DataFrame) -> NDArray[np.float64]:
        assert list(pairs.columns) == ["user_id", "item_id"]
        return np.array(self.ratings)


def test_errors_by_hand() -> None:
    # Off by -1, 0 and 2.
    found = rating_errors(Fixed(3, 4, 5), TEST)
    assert found == pytest.approx({"rmse": math.sqrt(5 / 3), "mae": 1})


@pytest.mark.parametrize("ratings", [(3, 4), (3, 4, math.nan)])
def test_a_row_without_a_number_is_refused(ratings: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInput, match="predict"):
        rating_errors(Fixed(*ratings), TEST)


@pytest.mark.parametrize("test", [TEST[:0], TEST.assign(rating=math.nan)])
def test_rows_without_ratings_are_refused(test: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match=r"test\.rating"):
        rating_errors(Fixed(3, 4, 5), test)
