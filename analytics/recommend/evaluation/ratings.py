"""How far predicted ratings are from those that users gave."""

from __future__ import annotations

from typing import Any, Final, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics import columns
from analytics.columns import ITEM, RATING, USER
from analytics.errors import InvalidInput


class Predicts(Protocol):
    """A fitted model of ratings."""

    def predict(self, pairs: pd.DataFrame) -> NDArray[np.float64]: ...


DAMPING: Final = 5
"Ratings of the mean that a bias starts from."


class Biases:
    """The baseline of ratings: the mean, and how far item and user differ from it, damped."""

    def fit(self, ratings: pd.DataFrame) -> Self:
        """Learn from user_id, item_id, rating."""
        self.mean_ = ratings[RATING].mean()
        left = ratings[RATING] - self.mean_
        self.of_items_ = self._damped(left, ratings[ITEM])
        self.of_users_ = self._damped(left - ratings[ITEM].map(self.of_items_), ratings[USER])
        return self

    def predict(self, pairs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the rating of each pair, (pairs,); a bias that is not known is 0."""
        of_items = pairs[ITEM].map(self.of_items_).fillna(0)
        of_users = pairs[USER].map(self.of_users_).fillna(0)
        return (self.mean_ + of_items + of_users).to_numpy(dtype=np.float64)

    def _damped(self, left: pd.Series[Any], ids: pd.Series[Any]) -> pd.Series[Any]:
        groups = left.groupby(ids)
        return groups.sum() / (groups.count() + DAMPING)


def rating_errors(model: Predicts, test: pd.DataFrame) -> dict[str, float]:
    """Return rmse and mae of the ratings that `model` predicts for `test`, in stars.

    Args:
        test: user_id, item_id, rating; every row counts, known to the model or not.

    Raises:
        InvalidInput: a column is missing, there is no row, a rating is missing, or the model does
            not predict a number for every row.
    """
    table = columns.require(test, (USER, ITEM, RATING), "test")
    given = table[RATING].to_numpy(dtype=np.float64)
    if not len(given) or not np.isfinite(given).all():
        raise InvalidInput(f"test.{RATING}", "none, or an empty value", "a rating in every row")
    predicted = np.asarray(model.predict(table[[USER, ITEM]]), dtype=np.float64)
    if predicted.shape != given.shape or not np.isfinite(predicted).all():
        raise InvalidInput("predict", predicted, "a number for every row")
    errors = predicted - given
    return {"rmse": float(np.sqrt(np.mean(errors**2))), "mae": float(np.abs(errors).mean())}
