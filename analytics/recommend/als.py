"""Matrix factorisation of implicit feedback by alternating least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.errors import InvalidInput
from analytics.recommend.model import Model
from analytics.recommend.ranking import Scores

Factors = NDArray[np.float32]

CELLS_AT_ONCE: Final = 4_000
"Cells whose factors are held at a time: so few that the processor's cache holds them."
STEPS: Final = 2
"Steps of conjugate gradient an update: each starts from the factors before."
KEPT_USERS: Final = 20_000
"Users up to whom their factors are kept: of more they would take much memory."
PADDING: Final = 1.25
"How much longer the longest row of a block may be than its shortest."


class ALS(Model):
    """Factors whose products say whether a user touches an item.

    What was touched counts 1 with confidence 1 + alpha × weight, what was not counts 0 with
    confidence 1. A user's factors solve for what he touched: of many users, and where something is
    new, only when they are asked for. A round takes time in proportion to the interactions times
    n_factors, and to users and items times n_factors squared.

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
        item_factors_: (items, n_factors), float32; 0 for an item that nobody touched.
        user_factors_: (users, n_factors), float32, in the coordinates of `_whitened`; no rows for
            more than `KEPT_USERS`.
    """

    item_factors_: Factors
    user_factors_: Factors

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
        kept = (rows >= 0) & (len(self.user_factors_) > 0)
        if recent is not None:
            kept &= np.diff(recent.indptr) == 0
        factors = np.empty((len(rows), self.n_factors), dtype=np.float32)
        factors[kept] = self.user_factors_[rows[kept]]
        if not kept.all():
            left = None if recent is None else recent[np.flatnonzero(~kept)]
            factors[~kept] = self._factors_of(self.matrix_.profiles(rows[~kept], left))
        products: Scores = (factors @ self._whitened_.T).astype(np.float64)
        return products

    def _factors_of(self, profiles: csr_array) -> Factors:
        """Return the factors of users by what they touched, (users, n_factors)."""
        factors = np.zeros((profiles.shape[0], self.n_factors), dtype=np.float32)
        for block in _blocks(profiles, self.alpha):
            factors[block.rows] = _solved(self._whitened_[block.columns], block)
        return factors

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        towards = self._inverse_lengths_[item_columns] @ self.item_factors_[item_columns]
        cosines = (self.item_factors_ @ towards) * self._inverse_lengths_
        return cosines.astype(np.float64)

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        parts = np.zeros((len(columns), len(self.matrix_.items)))
        profile = self.matrix_.profiles(np.array([row]), recent)
        own = self._whitened_[profile.indices].astype(np.float64)
        extra = self.alpha * profile.data
        system = np.eye(self.n_factors) + (own.T * extra) @ own
        towards = np.linalg.solve(system, self._whitened_[columns].T)
        parts[:, profile.indices] = (own @ towards).T * (1 + extra)
        return parts

    def _learn(self) -> None:
        weights = self.matrix_.weights
        rng = np.random.default_rng(self.random_state)
        items = rng.normal(0, 0.1, (weights.shape[1], self.n_factors)).astype(np.float32)
        items[self.matrix_.customers_of_items() == 0] = 0.0
        users = np.zeros((weights.shape[0], self.n_factors), dtype=np.float32)
        of_users, of_items = _blocks(weights, self.alpha), _blocks(weights.T.tocsr(), self.alpha)
        for _ in range(self.n_iterations):
            users = _updated(users, items, of_users, self.regularization)
            items = _updated(items, users, of_items, self.regularization)
        self.item_factors_ = items
        self._prepare()
        few = weights.shape[0] <= KEPT_USERS
        self.user_factors_ = self._factors_of(weights if few else weights[:0])

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {"item_factors": self.item_factors_, "user_factors": self.user_factors_}

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.item_factors_ = arrays["item_factors"]
        self.user_factors_ = arrays["user_factors"]
        self._prepare()

    def _prepare(self) -> None:
        """Set what serving takes beside the factors: their lengths, and the whitened factors."""
        lengths = np.linalg.norm(self.item_factors_, axis=1)
        self._inverse_lengths_ = _ratio(np.ones_like(lengths), lengths)
        self._whitened_ = _whitened(self.item_factors_, self.regularization)[0]


@dataclass(frozen=True)
class _Block:
    """Rows of a sparse matrix with about as many cells each, the shorter ones padded.

    Attributes:
        rows: (rows,).
        columns: (rows, cells); 0 beyond the end of a row.
        extra: (rows, cells), what a cell adds to the confidence 1; 0 beyond the end.
        confidence: (rows, cells), the confidence of a cell; 0 beyond the end.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.int32]
    extra: Factors
    confidence: Factors


def _blocks(weights: csr_array, alpha: float) -> list[_Block]:
    """Return the rows that have any cells, in blocks of at most `CELLS_AT_ONCE` or one row."""
    counts = np.diff(weights.indptr)
    order = np.argsort(counts, kind="stable")
    order = order[counts[order] > 0]
    sizes = counts[order]
    blocks = []
    start = 0
    while start < len(order):
        longest = sizes[start : start + max(1, CELLS_AT_ONCE // int(sizes[start]))]
        fits = np.arange(1, len(longest) + 1) * longest <= CELLS_AT_ONCE
        fits &= longest <= PADDING * sizes[start] + 1
        end = start + max(1, int(np.count_nonzero(fits)))
        blocks.append(_block(weights, order[start:end], int(sizes[end - 1]), alpha))
        start = end
    return blocks


def _block(weights: csr_array, rows: NDArray[np.intp], length: int, alpha: float) -> _Block:
    ends = weights.indptr[rows + 1, None]
    cells = weights.indptr[rows, None] + np.arange(length, dtype=np.int32)
    inside = cells < ends
    cells = np.where(inside, cells, 0)
    extra = np.where(inside, np.float32(alpha) * weights.data[cells], np.float32(0))
    columns = np.where(inside, weights.indices[cells], 0)
    return _Block(rows, columns, extra, extra + inside)


def _updated(
    factors: Factors, fixed: Factors, blocks: list[_Block], regularization: float
) -> Factors:
    """Return `factors` nearer to the solution of each row, 0 for rows without cells.

    In the coordinates of `_whitened` the system of a row is I + H' W H, where H holds the fixed
    factors of its cells and W what they add to the confidence: nothing but the row's own cells is
    left to multiply with.
    """
    whitened, lower, inverse = _whitened(fixed, regularization)
    turned: Factors = factors @ lower
    for block in blocks:
        turned[block.rows] = _nearer(turned[block.rows], whitened[block.columns], block)
    updated: Factors = turned @ inverse
    return updated


def _whitened(fixed: Factors, regularization: float) -> tuple[Factors, Factors, Factors]:
    """Return `fixed` L'^-1, L and L^-1, with L L' = `fixed`' `fixed` + regularization I."""
    gram = regularization * np.eye(fixed.shape[1]) + fixed.T @ fixed
    lower = np.linalg.cholesky(gram)
    inverse = np.linalg.inv(lower).astype(np.float32)
    return fixed @ inverse.T, lower.astype(np.float32), inverse


def _solved(own: Factors, block: _Block) -> Scores:
    """Return the solution of each row, (rows, factors): of the smaller of two equal systems.

    The solution of (I + H' W H) z = H' c is H' times that of (I + W H H') y = c.

    Args:
        own: (rows, cells, factors), whitened.
    """
    exact = own.astype(np.float64)
    across = exact.transpose(0, 2, 1)
    extra, confidence = block.extra[:, :, None], block.confidence[:, :, None]
    n_cells, n_factors = own.shape[1:]
    if n_cells < n_factors:
        systems = np.eye(n_cells) + extra * (exact @ across)
        solved: Scores = across @ np.linalg.solve(systems, confidence)
    else:
        systems = np.eye(n_factors) + across @ (extra * exact)
        solved = np.linalg.solve(systems, across @ confidence)
    return solved[:, :, 0]


def _nearer(solution: Factors, own: Factors, block: _Block) -> Factors:
    """Return the solutions after some steps of conjugate gradient: (rows, factors).

    Args:
        own: (rows, cells, factors).
    """

    def along(vectors: Factors) -> Factors:
        products: Factors = np.matmul(own, vectors[:, :, None])[:, :, 0]
        return products

    def combined(cells: Factors) -> Factors:
        sums: Factors = np.matmul(cells[:, None, :], own)[:, 0]
        return sums

    residual = combined(block.confidence - block.extra * along(solution)) - solution
    direction, size = residual, _squared(residual)
    for _ in range(STEPS):
        ahead = combined(block.extra * along(direction)) + direction
        step = _ratio(size, np.einsum("rk,rk->r", direction, ahead))[:, None]
        solution = solution + step * direction
        residual = residual - step * ahead
        size, before = _squared(residual), size
        direction = residual + _ratio(size, before)[:, None] * direction
    return solution


def _squared(vectors: Factors) -> Factors:
    lengths: Factors = np.einsum("rk,rk->r", vectors, vectors)
    return lengths


def _ratio(above: Factors, below: Factors) -> Factors:
    """Return the quotients; 0 where there is nothing left to correct."""
    tiny = np.finfo(np.float32).tiny
    return np.divide(above, below, out=np.zeros_like(above), where=below > tiny)
