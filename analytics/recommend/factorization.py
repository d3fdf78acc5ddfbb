"""Matrix factorisation of ratings by stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.errors import InvalidInput
from analytics.recommend.model import cosines
from analytics.recommend.ranking import Scores
from analytics.recommend.ratings import RatingModel


class MatrixFactorization(RatingModel):
    """Expects the product of a user's and an item's factors, with biases as a rating.

    Minimises the sum of squared errors over the known ratings plus regularization × (the squares
    of all factors and biases). Each step follows the errors of one batch; a user's or an item's
    part of the penalty is spread over the ratings that it has.

    Source: Koren, Bell and Volinsky, "Matrix factorization techniques for recommender systems",
    Computer 42(8), 2009.

    Args:
        n_factors: length of the factors.
        biases: add the mean of all ratings, and what user and item lie above it.
        regularization: from 0.
        learning_rate: above 0; the length of a step.
        n_epochs: times that each rating is visited, in an order of its own.
        batch_size: ratings a step; 1 is the classic, slow descent.
        random_state: seed of the first factors and of the order.

    Attributes:
        user_factors_, item_factors_: (users, n_factors) and (items, n_factors).
        user_biases_, item_biases_: (users,) and (items,); 0 without biases.
    """

    user_factors_: Scores
    item_factors_: Scores
    user_biases_: Scores
    item_biases_: Scores

    def __init__(
        self,
        *,
        n_factors: int = 10,
        biases: bool = True,
        regularization: float = 10.0,
        learning_rate: float = 0.01,
        n_epochs: int = 50,
        batch_size: int = 256,
        random_state: int = 0,
    ) -> None:
        super().__init__()
        for name, value in (
            ("n_factors", n_factors),
            ("n_epochs", n_epochs),
            ("batch_size", batch_size),
        ):
            if value < 1:
                raise InvalidInput(name, value, "a whole number from 1")
        if not regularization >= 0:
            raise InvalidInput("regularization", regularization, "a number from 0")
        if not learning_rate > 0:
            raise InvalidInput("learning_rate", learning_rate, "a number above 0")
        self.n_factors = n_factors
        self.biases = biases
        self.regularization = regularization
        self.learning_rate = learning_rate
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.random_state = random_state

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        known, rated = rows >= 0, self.matrix_.customers_of_items() > 0
        products = self.user_factors_[rows[known]] @ self.item_factors_[rated].T
        biases = self.user_biases_[rows[known], None] + self.item_biases_[rated]
        found = np.zeros((len(rows), len(rated)))
        found[np.ix_(known, rated)] = self._base + biases + products
        return found

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        return cosines(self.item_factors_, item_columns)

    @property
    def _base(self) -> float:
        return self.mean_ if self.biases else 0.0

    def _ratings(self, rows: NDArray[np.intp], item_columns: NDArray[np.intp]) -> Scores:
        user_known, item_known = rows >= 0, item_columns >= 0
        found = np.full(len(rows), self.mean_)
        found[user_known] += self.user_biases_[rows[user_known]]
        found[item_known] += self.item_biases_[item_columns[item_known]]
        known = user_known & item_known
        users = self.user_factors_[rows[known]]
        items = self.item_factors_[item_columns[known]]
        found[known] += self._base - self.mean_ + np.einsum("ck,ck->c", users, items)
        return found

    def _learn(self) -> None:
        super()._learn()
        rng = np.random.default_rng(self.random_state)
        n_users, n_items = self.matrix_.weights.shape
        self.user_factors_ = rng.normal(0, 0.1, (n_users, self.n_factors))
        self.item_factors_ = rng.normal(0, 0.1, (n_items, self.n_factors))
        self.user_biases_, self.item_biases_ = np.zeros(n_users), np.zeros(n_items)
        cells = self.matrix_.weights.tocoo()
        penalties = (
            self.regularization / np.maximum(np.bincount(cells.row, minlength=n_users), 1),
            self.regularization / np.maximum(np.bincount(cells.col, minlength=n_items), 1),
        )
        for _ in range(self.n_epochs):
            order = rng.permutation(cells.nnz)
            for start in range(0, cells.nnz, self.batch_size):
                batch = order[start : start + self.batch_size]
                self._step(cells.row[batch], cells.col[batch], cells.data[batch], *penalties)
        if not (np.isfinite(self.user_factors_).all() and np.isfinite(self.item_factors_).all()):
            raise InvalidInput(
                "learning_rate", self.learning_rate, "a smaller one: the factors grew without end"
            )

    def _step(
        self,
        rows: NDArray[np.intp],
        item_columns: NDArray[np.intp],
        ratings: Scores,
        user_penalties: Scores,
        item_penalties: Scores,
    ) -> None:
        """Move factors and biases along the errors of these ratings."""
        users, items = self.user_factors_[rows], self.item_factors_[item_columns]
        on_user, on_item = user_penalties[rows], item_penalties[item_columns]
        user_biases, item_biases = self.user_biases_[rows], self.item_biases_[item_columns]
        expected = self._base + user_biases + item_biases + np.einsum("ck,ck->c", users, items)
        error = ratings - expected
        rate = self.learning_rate
        np.add.at(
            self.user_factors_, rows, rate * (error[:, None] * items - on_user[:, None] * users)
        )
        np.add.at(
            self.item_factors_,
            item_columns,
            rate * (error[:, None] * users - on_item[:, None] * items),
        )
        if self.biases:
            np.add.at(self.user_biases_, rows, rate * (error - on_user * user_biases))
            np.add.at(self.item_biases_, item_columns, rate * (error - on_item * item_biases))

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "user_factors": self.user_factors_,
            "item_factors": self.item_factors_,
            "user_biases": self.user_biases_,
            "item_biases": self.item_biases_,
        }

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        super()._learn()
        self.user_factors_ = arrays["user_factors"]
        self.item_factors_ = arrays["item_factors"]
        self.user_biases_ = arrays["user_biases"]
        self.item_biases_ = arrays["item_biases"]
