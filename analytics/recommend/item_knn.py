"""Item-based collaborative filtering: customers who bought this also bought that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, vstack

from analytics.errors import InvalidInput
from analytics.recommend.model import Model, pack, unpack
from analytics.recommend.ranking import CELLS_AT_ONCE, Scores, top

SIMILARITIES: Final = ("cosine", "euclidean")
WEIGHTINGS: Final = ("bm25", "plain")
BM25_K1: Final = 1.2
BM25_B: Final = 0.75

Likeness = Callable[[slice], Scores]
"Gives the likeness of some columns to all: (some, columns)."


class ItemNeighbors(Model):
    """A model that keeps for each item those most like it, and adds up over a user's own items.

    Attributes:
        neighbors_: (items, items) likeness; row i holds the neighbours of item i.
    """

    neighbors_: csr_array

    def __init__(
        self, *, n_neighbors: int, shrinkage: float, half_life_days: float | None = None
    ) -> None:
        super().__init__(half_life_days=half_life_days)
        if n_neighbors < 1:
            raise InvalidInput("n_neighbors", n_neighbors, "a whole number from 1")
        if not shrinkage >= 0:
            raise InvalidInput("shrinkage", shrinkage, "a number from 0")
        self.n_neighbors = n_neighbors
        self.shrinkage = shrinkage

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        dense: Scores = (self.matrix_.profiles(rows, recent) @ self._neighbors_of_).toarray()
        return dense

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        return np.asarray(self.neighbors_[item_columns].sum(axis=0)).ravel()

    def contributions(self, row: int, column: int, recent: csr_array | None = None) -> Scores:
        own = self.matrix_.profiles(np.array([row]), recent)
        parts: Scores = own.multiply(self.neighbors_[[column]]).toarray().ravel()
        return parts

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return pack("neighbors", self.neighbors_)

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        size = len(self.matrix_.items)
        self._set_neighbors(unpack("neighbors", arrays, (size, size)))

    def _set_neighbors(self, neighbors: csr_array) -> None:
        self.neighbors_ = neighbors
        self._neighbors_of_ = neighbors.T.tocsr()


class ItemKNN(ItemNeighbors):
    """Scores an item by its likeness to what the user touched before.

    Two items are alike when the same users touch them: the likeness of their columns, after BM25
    where asked, times shared / (shared + shrinkage), where shared is the number of users who
    touched both; without such users it is 0. Each item keeps its nearest neighbours, and its
    score for a user is the sum of their likenesses over those neighbours that the user touched,
    weighted by how lately.

    Sources: Sarwar et al., "Item-based collaborative filtering recommendation algorithms", WWW
    2001 (neighbours of the item to score); Robertson and Zaragoza, "The probabilistic relevance
    framework: BM25 and beyond", 2009; Koren, "Factorization meets the neighborhood", KDD 2008
    (shrinkage).

    Args:
        similarity: "cosine", or "euclidean", which is 1 / (1 + distance).
        weighting: "bm25" lets users with few items say more than users with many; "plain" takes
            all alike.
        n_neighbors: neighbours that each item keeps.
        shrinkage: number of shared users at which a likeness is halved; 0 trusts one shared user.
        half_life_days: days after which an interaction counts half, both in the likeness and in
            the user's own history; None counts all alike.

    Time grows with the sum of the squared number of items a user; memory is bounded beside
    `neighbors_`, with at most items times `n_neighbors` cells.
    """

    def __init__(
        self,
        *,
        similarity: str = "cosine",
        weighting: str = "bm25",
        n_neighbors: int = 100,
        shrinkage: float = 5.0,
        half_life_days: float | None = None,
    ) -> None:
        super().__init__(
            n_neighbors=n_neighbors, shrinkage=shrinkage, half_life_days=half_life_days
        )
        if similarity not in SIMILARITIES:
            raise InvalidInput("similarity", similarity, " or ".join(SIMILARITIES))
        if weighting not in WEIGHTINGS:
            raise InvalidInput("weighting", weighting, " or ".join(WEIGHTINGS))
        self.similarity = similarity
        self.weighting = weighting

    def _learn(self) -> None:
        weights = self.matrix_.weights
        columns = bm25(weights) if self.weighting == "bm25" else weights
        likeness = cosine if self.similarity == "cosine" else euclidean
        self._set_neighbors(nearest(columns, self.n_neighbors, self.shrinkage, likeness))


def bm25(weights: csr_array) -> csr_array:
    """Return the weights by Okapi BM25, with items as documents and users as terms.

    The inverse document frequency is ln(1 + (N - f + 0.5) / (f + 0.5)), never negative.

    Args:
        weights: (users, items).
    """
    cells = weights.tocoo()
    n_items = weights.shape[1]
    items_of_users = np.bincount(cells.row, minlength=weights.shape[0])
    rarity = np.log1p((n_items - items_of_users + 0.5) / (items_of_users + 0.5))
    lengths = np.asarray(weights.sum(axis=0)).ravel()
    relative = lengths / max(lengths.mean(), np.finfo(float).tiny) if n_items else lengths
    norm = BM25_K1 * (1 - BM25_B + BM25_B * relative)
    data = cells.data * (BM25_K1 + 1) / (cells.data + norm[cells.col]) * rarity[cells.row]
    return csr_array((data, (cells.row, cells.col)), shape=weights.shape)


def cosine(columns: csr_array) -> Likeness:
    """Return the cosines of the columns."""
    lengths = np.sqrt(_squares(columns))
    inverse = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    unit = (columns @ diags_array(inverse)).tocsr()
    rows = unit.T.tocsr()
    return lambda part: (rows[part] @ unit).toarray()


def euclidean(columns: csr_array) -> Likeness:
    """Return 1 / (1 + distance) of the columns; 0 for columns that share no row."""
    squares = _squares(columns)
    rows = columns.T.tocsr()

    def block(part: slice) -> Scores:
        products: Scores = (rows[part] @ columns).toarray()
        squared = squares[part, None] + squares - 2 * products
        return np.where(products > 0, 1 / (1 + np.sqrt(np.maximum(squared, 0))), 0.0)

    return block


def nearest(
    columns: csr_array,
    k: int,
    shrinkage: float,
    similarity: Callable[[csr_array], Likeness] = cosine,
) -> csr_array:
    """Return the `k` nearest neighbours of each column, likeness shrunk, (columns, columns).

    Works on blocks of columns: holds `CELLS_AT_ONCE` likenesses at a time.
    """
    size = columns.shape[1]
    shared = pattern(columns)
    shared_rows = shared.T.tocsr()
    likeness_of = similarity(columns)
    block = max(1, CELLS_AT_ONCE // max(1, size))
    blocks = [csr_array((0, size))]
    for start in range(0, size, block):
        part = slice(start, min(start + block, size))
        likeness = likeness_of(part)
        if shrinkage:
            both = (shared_rows[part] @ shared).toarray()
            likeness *= both / (both + shrinkage)
        own = np.arange(part.start, part.stop)
        likeness[own - part.start, own] = 0.0
        blocks.append(_keep_top(likeness, k))
    neighbors: csr_array = vstack(blocks, format="csr")
    return neighbors


def pattern(matrix: csr_array) -> csr_array:
    """Return 1 for each stored cell."""
    return csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)


def _squares(columns: csr_array) -> Scores:
    return np.asarray(columns.multiply(columns).sum(axis=0)).ravel()


def _keep_top(likeness: Scores, k: int) -> csr_array:
    rows = [top(row, np.flatnonzero(row > 0), k) for row in likeness]
    kept = [np.sort(columns) for columns in rows]
    indptr = np.concatenate([[0], np.cumsum([len(columns) for columns in kept])])
    indices = np.concatenate(kept)
    data = likeness[np.repeat(np.arange(len(kept)), np.diff(indptr)), indices]
    return csr_array((data, indices, indptr), shape=likeness.shape)
