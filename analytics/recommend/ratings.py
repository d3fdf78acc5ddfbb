"""Models that say how a user would rate an item."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics import columns
from analytics.columns import ITEM, USER
from analytics.recommend.matrix import Reading, positions
from analytics.recommend.model import Model
from analytics.recommend.ranking import Scores


class RatingModel(Model):
    """A model that learns from ratings: the latest of each user and item.

    Rows without a rating have to be left out; without the column all interactions rate 1.

    Attributes:
        mean_: the mean of all ratings; 0 where there is none.
        user_means_: (users,), the mean of each user's own.
    """

    reading: ClassVar[Reading] = Reading.RATING
    mean_: float
    user_means_: Scores

    def predict(self, pairs: pd.DataFrame) -> Scores:
        """Return the rating that is expected of each pair (user_id, item_id): (pairs,).

        Not clipped to any scale. Where the model does not know the user, or the item, it says
        what it would without it: in the end the mean of all ratings.

        Raises:
            NotFittedError: before `fit`.
            InvalidInput: a column is missing.
        """
        matrix = self.fitted_matrix()
        asked = columns.require(pairs, (USER, ITEM), "pairs")
        return self._ratings(positions(matrix.users, asked[USER]), self._columns(asked[ITEM]))

    def _columns(self, item_ids: pd.Series[Any]) -> NDArray[np.intp]:
        """Return the column of each item; -1 where nobody rated it."""
        found = positions(self.matrix_.items, item_ids)
        rated = np.append(self.matrix_.customers_of_items() > 0, False)
        return np.where(rated[found], found, -1)

    @abstractmethod
    def _ratings(self, rows: NDArray[np.intp], item_columns: NDArray[np.intp]) -> Scores:
        """Return the rating of each pair of row and column; -1 is one that is not known."""

    def _learn(self) -> None:
        ratings = self.matrix_.weights
        counts = np.diff(ratings.indptr)
        sums = np.asarray(ratings.sum(axis=1)).ravel()
        self.mean_ = float(ratings.data.mean()) if ratings.nnz else 0.0
        self.user_means_ = np.divide(sums, counts, out=np.zeros(len(counts)), where=counts > 0)
