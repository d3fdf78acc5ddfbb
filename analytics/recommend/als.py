"""Matrix factorisation of implicit feedback by alternating least squares."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.errors import InvalidInput
from analytics.recommend.model import Model
from analytics.recommend.ranking import Scores

CELLS_AT_ONCE: Final = 50_000
"Cells whose factors are held in memory at a time."
STEPS: Final = 3
"Steps of conjugate gradient an update: each starts from the factors before."


class ALS(Model):
    """Factors whose products say whether a user touches an item.

    What was touched counts 1 with confidence 1 + alpha × weight, what was not counts 0 with
    confidence 1. A user's factors are solved for anew from what he touched whenever they are
    asked for, so that none are stored.

    Sources: Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets",
    ICDM 2008; Takács, Pilászy and Tikk, "Applications of the conjugate gradient method for
    implicit feedback collaborative filtering", RecSys 2011.

    Args:
        n_factors: length of the factors.
        alpha: how much more confidence a touched item gets.
        regularization: weight of the squared factors, above 0.
        n_iterations: rounds over users and items.
        half_life_days: days after which an interaction counts half; None counts all alike.
        random_state: seed of the first factors.

    Attributes:
        item_factors_: (items, n_factors); 0 for an item that nobody touched.
    """

    item_factors_: Scores

    def __init__(
        self,
        *,
        n_factors: int = 32,
        alpha: float = 5.0,
        regularization: float = 30.0,
        n_iterations: int = 15,
        half_life_days: float | None = None,
        random_state: int = 0,
    ) -> None:
        super().__init__(half_life_days=half_life_days)
        if n_factors < 1:
            raise InvalidInput("n_factors", n_factors, "a whole number from 1")
        if not alpha > 0:
            raise InvalidInput("alpha", alpha, "a number above 0")
        if not regularization > 0:
            raise InvalidInput("regularization", regularization, "a number above 0")
        if n_iterations < 1:
            raise InvalidInput("n_iterations", n_iterations, "a whole number from 1")
        self.n_factors = n_factors
        self.alpha = alpha
        self.regularization = regularization
        self.n_iterations = n_iterations
        self.random_state = random_state

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        profiles = self.matrix_.profiles(rows, recent)
        factors = np.zeros((len(rows), self.n_factors))
        for position in range(len(rows)):
            touched, weights = _row(profiles, position)
            if len(touched):
                own = self.item_factors_[touched]
                factors[position] = np.linalg.solve(
                    self._system(own, weights), own.T @ (1 + self.alpha * weights)
                )
        products: Scores = factors @ self.item_factors_.T
        return products

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        lengths = np.linalg.norm(self.item_factors_, axis=1, keepdims=True)
        unit = self.item_factors_ / np.where(lengths > 0, lengths, 1)
        cosines: Scores = unit @ unit[item_columns].sum(axis=0)
        return cosines

    def contributions(self, row: int, column: int, recent: csr_array | None = None) -> Scores:
        parts = np.zeros(len(self.matrix_.items))
        touched, weights = _row(self.matrix_.profiles(np.array([row]), recent), 0)
        own = self.item_factors_[touched]
        towards = np.linalg.solve(self._system(own, weights), self.item_factors_[column])
        parts[touched] = (own @ towards) * (1 + self.alpha * weights)
        return parts

    def _learn(self) -> None:
        weights = self.matrix_.weights
        rng = np.random.default_rng(self.random_state)
        users = np.zeros((weights.shape[0], self.n_factors))
        self.item_factors_ = rng.normal(0, 0.1, (weights.shape[1], self.n_factors))
        self.item_factors_[self.matrix_.customers_of_items() == 0] = 0.0
        of_items = weights.T.tocsr()
        for _ in range(self.n_iterations):
            self._update(users, self.item_factors_, weights)
            self._update(self.item_factors_, users, of_items)
        self._set_gram()

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {"item_factors": self.item_factors_}

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.item_factors_ = arrays["item_factors"]
        self._set_gram()

    def _set_gram(self) -> None:
        gram = self.item_factors_.T @ self.item_factors_
        self._gram_ = gram + self.regularization * np.eye(self.n_factors)

    def _system(self, own: Scores, weights: Scores) -> Scores:
        system: Scores = self._gram_ + (own.T * (self.alpha * weights)) @ own
        return system

    def _update(self, factors: Scores, fixed: Scores, weights: csr_array) -> None:
        """Bring `factors` nearer to the solution for all rows at once, in place."""
        gram = fixed.T @ fixed + self.regularization * np.eye(self.n_factors)
        rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        extra = self.alpha * weights.data
        touched = _like(weights, 1 + extra) @ fixed

        def times(vectors: Scores) -> Scores:
            cells = extra * _products(vectors, fixed, rows, weights.indices)
            product: Scores = vectors @ gram + _like(weights, cells) @ fixed
            return product

        residual = touched - times(factors)
        direction = residual.copy()
        size = _squared(residual)
        for _ in range(STEPS):
            ahead = times(direction)
            step = _ratio(size, np.einsum("rk,rk->r", direction, ahead))
            factors += step[:, None] * direction
            residual -= step[:, None] * ahead
            size, before = _squared(residual), size
            direction = residual + _ratio(size, before)[:, None] * direction


def _row(profiles: csr_array, position: int) -> tuple[NDArray[np.intp], Scores]:
    part = slice(profiles.indptr[position], profiles.indptr[position + 1])
    return profiles.indices[part], profiles.data[part]


def _like(weights: csr_array, data: Scores) -> csr_array:
    return csr_array((data, weights.indices, weights.indptr), shape=weights.shape)


def _products(
    left: Scores, right: Scores, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> Scores:
    """Return the product of a row of `left` and one of `right` for each cell, (cells,)."""
    found = np.empty(len(rows))
    for start in range(0, len(rows), CELLS_AT_ONCE):
        part = slice(start, start + CELLS_AT_ONCE)
        found[part] = np.einsum("ck,ck->c", left[rows[part]], right[columns[part]])
    return found


def _squared(vectors: Scores) -> Scores:
    lengths: Scores = np.einsum("rk,rk->r", vectors, vectors)
    return lengths


def _ratio(above: Scores, below: Scores) -> Scores:
    """Return the quotients; 0 where there is nothing left to correct."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > np.finfo(float).tiny)
