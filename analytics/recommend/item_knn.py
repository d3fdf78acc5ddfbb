"""Item-based collaborative filtering: customers who bought this also bought that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from analytics.errors import InvalidInput
from analytics.recommend.model import Model, pack, unpack
from analytics.recommend.ranking import CELLS_AT_ONCE, Scores

SIMILARITIES: Final = ("cosine", "euclidean")
WEIGHTINGS: Final = ("bm25", "plain")
BM25_K1: Final = 1.2
BM25_B: Final = 0.75

FAINTEST: Final = 1e-15
"Below it a weight counts as this much, so that no product of two vanishes."

Likeness = Callable[[slice], csr_array]
"""Gives the likeness of some columns to all, (some, columns): a cell for each two columns that
share a row, in the order in which the product of the matrices has them."""


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
        scores = self.matrix_.profiles(rows, recent) @ self._neighbors_of_
        dense: Scores = scores.toarray().astype(np.float64)
        return dense

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        return np.asarray(self.neighbors_[item_columns].sum(axis=0)).ravel()

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        own = self.matrix_.profiles(np.array([row]), recent).toarray()
        parts: Scores = own * self.neighbors_[columns].toarray()
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
        weights = _like(weights, np.maximum(weights.data, FAINTEST))
        columns = bm25(weights) if self.weighting == "bm25" else weights
        likeness = cosine if self.similarity == "cosine" else euclidean
        self._set_neighbors(nearest(columns, self.n_neighbors, self.shrinkage, likeness))


def bm25(weights: csr_array) -> csr_array:
    """Return the weights by Okapi BM25, with items as documents and users as terms.

    The inverse document frequency is ln(1 + (N - f + 0.5) / (f + 0.5)), never negative.

    Args:
        weights: (users, items).
    """
    n_items = weights.shape[1]
    items_of_users = np.diff(weights.indptr)
    rarity = np.log1p((n_items - items_of_users + 0.5) / (items_of_users + 0.5))
    lengths = np.bincount(weights.indices, weights.data, n_items)
    relative = lengths / max(lengths.mean(), np.finfo(float).tiny) if n_items else lengths
    norm = (BM25_K1 * (1 - BM25_B + BM25_B * relative)).astype(weights.dtype)
    data = weights.data * (BM25_K1 + 1) / (weights.data + norm[weights.indices])
    data *= np.repeat(rarity, items_of_users)
    return _like(weights, data)


def cosine(columns: csr_array) -> Likeness:
    """Return the cosines of the columns."""
    lengths = np.sqrt(_squares(columns))
    inverse = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    unit = _like(columns, columns.data * inverse.astype(columns.dtype)[columns.indices])
    rows = unit.T.tocsr()
    return lambda part: rows[part] @ unit


def euclidean(columns: csr_array) -> Likeness:
    """Return 1 / (1 + distance) of the columns."""
    exact = columns.astype(np.float64)
    squares = _squares(exact)
    rows = exact.T.tocsr()

    def block(part: slice) -> csr_array:
        products = rows[part] @ exact
        own = np.repeat(squares[part], np.diff(products.indptr))
        squared = own + squares[products.indices] - 2 * products.data
        return _like(products, 1 / (1 + np.sqrt(np.maximum(squared, 0))))

    return block


def nearest(
    columns: csr_array,
    k: int,
    shrinkage: float,
    similarity: Callable[[csr_array], Likeness] = cosine,
) -> csr_array:
    """Return the `k` nearest neighbours of each column, likeness shrunk, (columns, columns).

    Works on blocks of columns: holds about `CELLS_AT_ONCE` likenesses at a time.
    """
    size = columns.shape[1]
    shared = pattern(columns)
    shared_rows = shared.T.tocsr()
    likeness_of = similarity(columns)
    blocks = [csr_array((0, size), dtype=columns.dtype)]
    for part in _parts(np.minimum(shared_rows @ np.diff(columns.indptr), size)):
        likeness = likeness_of(part)
        if shrinkage:
            both = (shared_rows[part] @ shared).data
            likeness.data *= both / (both + columns.dtype.type(shrinkage))
        blocks.append(_keep_top(likeness, np.arange(part.start, part.stop), k))
    neighbors: csr_array = vstack(blocks, format="csr")
    return neighbors


def _parts(sizes: NDArray[Any]) -> Iterator[slice]:
    """Yield slices whose sizes add up to about `CELLS_AT_ONCE`; one larger than that by itself."""
    number = np.cumsum(sizes) // CELLS_AT_ONCE
    bounds = np.flatnonzero(np.diff(number)) + 1
    for start, stop in pairwise([0, *bounds.tolist(), len(sizes)]):
        yield slice(start, stop)


def pattern(matrix: csr_array) -> csr_array:
    """Return 1 for each stored cell."""
    return _like(matrix, np.ones(matrix.nnz, dtype=matrix.dtype))


def _like(matrix: csr_array, data: NDArray[Any]) -> csr_array:
    cells = (data.astype(matrix.dtype, copy=False), matrix.indices, matrix.indptr)
    return csr_array(cells, shape=matrix.shape)


def _squares(columns: csr_array) -> Scores:
    return np.bincount(columns.indices, np.square(columns.data), columns.shape[1])


def _keep_top(likeness: csr_array, own: NDArray[np.intp], k: int) -> csr_array:
    """Return the `k` largest cells of each row above 0, of equal ones the first columns.

    Args:
        own: (rows,), the column that is the row itself, which is left out.
    """
    n_rows = likeness.shape[0]
    sizes = np.diff(likeness.indptr)
    data = np.where(likeness.indices == np.repeat(own, sizes), 0, likeness.data)
    floors = np.full(n_rows, np.finfo(data.dtype).tiny)
    for row in np.flatnonzero(sizes > k):
        cells = data[likeness.indptr[row] : likeness.indptr[row + 1]]
        floors[row] = max(floors[row], np.partition(cells, len(cells) - k)[len(cells) - k])
    kept = data >= np.repeat(floors, sizes)
    found = csr_array(
        (data[kept], likeness.indices[kept], _starts(kept, likeness.indptr)), shape=likeness.shape
    )
    found.sort_indices()
    return _without_last_equal(found, floors, k)


def _without_last_equal(found: csr_array, floors: Scores, k: int) -> csr_array:
    """Return `k` cells of each row: of those that equal its floor the first columns."""
    sizes = np.diff(found.indptr)
    equal = found.data == np.repeat(floors, sizes)
    equals = np.append(0, np.cumsum(equal))
    before = equals[:-1] - np.repeat(equals[found.indptr[:-1]], sizes)
    room = k - (sizes - np.diff(equals[found.indptr]))
    kept = ~equal | (before < np.repeat(room, sizes))
    cells = (found.data[kept], found.indices[kept], _starts(kept, found.indptr))
    return csr_array(cells, shape=found.shape)


def _starts(kept: NDArray[np.bool_], indptr: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return where each row starts among the cells that are kept."""
    return np.append(0, np.cumsum(kept))[indptr]
