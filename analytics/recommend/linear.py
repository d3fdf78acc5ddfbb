"""Models that weigh each item by each of the user's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.errors import InvalidInput
from analytics.recommend.model import Model
from analytics.recommend.ranking import Scores


class LinearModel(Model):
    """A model whose scores are the sums of learned weights over what the user touched.

    Attributes:
        item_weights_: (items, items), float32; column i predicts item i.
    """

    item_weights_: NDArray[np.float32]

    def __init__(self, *, regularization: float, half_life_days: float | None) -> None:
        super().__init__(half_life_days=half_life_days)
        if not regularization > 0:
            raise InvalidInput("regularization", regularization, "a number above 0")
        self.regularization = regularization

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        return np.asarray(
            self.matrix_.profiles(rows, recent) @ self.item_weights_, dtype=np.float64
        )

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        return self.item_weights_[item_columns].sum(axis=0, dtype=np.float64)

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        own: Scores = self.matrix_.profiles(np.array([row]), recent).toarray().ravel()
        return own * self.item_weights_[:, columns].T

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {"item_weights": self.item_weights_}

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.item_weights_ = arrays["item_weights"]
