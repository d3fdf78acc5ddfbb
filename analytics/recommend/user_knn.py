"""User-based collaborative filtering: what people of the same taste like."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.errors import InvalidInput
from analytics.recommend.ranking import CELLS_AT_ONCE, Scores, top
from analytics.recommend.ratings import RatingModel

SIMILARITIES: Final = ("cosine", "pearson")
MEANS: Final = ("own", "co_rated")
TINY: Final = 1e-12
"Variance below which ratings are all alike but for rounding."


class UserKNN(RatingModel):
    """Asks the users of the most similar ratings.

    The expected rating is the user's mean plus the mean deviation of those neighbours who rated
    the item from their own means, weighted by similarity; the user's mean where there is none.
    The score that ranks is the sum of similarity × rating over the nearest neighbours, not
    divided: it prefers what many of them touched.

    Sources: Resnick et al., "GroupLens", CSCW 1994 (prediction); Herlocker et al., "An
    algorithmic framework for performing collaborative filtering", SIGIR 1999 (neighbours,
    shrinkage); Cremonesi, Koren and Turrin, "Performance of recommender algorithms on top-n
    recommendation tasks", RecSys 2010 (the score without division).

    Args:
        similarity: "cosine" of all that two users rated, what one did not counting 0; or
            "pearson", over what both rated: without different ratings it finds nobody.
        means: what "pearson" takes each user's deviations from: the mean over all "own" ratings,
            or over the "co_rated" ones.
        n_neighbors: neighbours that count, all with a similarity above 0; for a rating those who
            rated the item.
        shrinkage: number of co-rated items at which a similarity is halved.

    The defaults are for ranking. Ratings of films were predicted best with "pearson", own means, 30
    neighbours and a shrinkage of 30.

    Time of a request grows with the ratings of the user's items; nothing is computed ahead.
    """

    def __init__(
        self,
        *,
        similarity: str = "cosine",
        means: str = "own",
        n_neighbors: int = 50,
        shrinkage: float = 0.0,
    ) -> None:
        super().__init__()
        if similarity not in SIMILARITIES:
            raise InvalidInput("similarity", similarity, " or ".join(SIMILARITIES))
        if means not in MEANS:
            raise InvalidInput("means", means, " or ".join(MEANS))
        if n_neighbors < 1:
            raise InvalidInput("n_neighbors", n_neighbors, "a whole number from 1")
        if not shrinkage >= 0:
            raise InvalidInput("shrinkage", shrinkage, "a number from 0")
        self.similarity = similarity
        self.means = means
        self.n_neighbors = n_neighbors
        self.shrinkage = shrinkage

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        found = np.zeros((len(rows), len(self.matrix_.items)))
        known = np.flatnonzero(rows >= 0)
        size = _users_at_once(len(self.matrix_.users))
        for start in range(0, len(known), size):
            part = known[start : start + size]
            nearest = _nearest(self._similarities(rows[part]), self.n_neighbors)
            found[part] = (nearest @ self.matrix_.weights).toarray()
        return found

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        """Return how much each own item adds by making neighbours alike; 0 with "pearson"."""
        ratings = self.matrix_.weights
        if row < 0 or self.similarity != "cosine":
            return np.zeros((len(columns), ratings.shape[1]))
        nearest = _nearest(self._similarities(np.array([row])), self.n_neighbors)
        others = ratings[nearest.indices]
        products = _times(ratings[[row]], others).ravel()
        of_others = (nearest.data / products)[:, None] * others[:, columns].toarray()
        own: Scores = ratings[[row]].toarray().ravel()
        parts: Scores = own * (others.T @ of_others).T
        return parts

    def _ratings(self, rows: NDArray[np.intp], item_columns: NDArray[np.intp]) -> Scores:
        found = np.where(rows >= 0, np.append(self.user_means_, self.mean_)[rows], self.mean_)
        order = np.argsort(rows, kind="stable")
        asked = order[(rows[order] >= 0) & (item_columns[order] >= 0)]
        users, pairs_of = np.unique(rows[asked], return_index=True)
        size = _users_at_once(len(self.matrix_.users))
        for start in range(0, len(users), size):
            similarities = self._similarities(users[start : start + size])
            ends = np.append(pairs_of, len(asked))[start : start + len(similarities) + 1]
            for own, first, last in zip(similarities, ends[:-1], ends[1:], strict=True):
                for pair in asked[first:last]:
                    found[pair] += self._deviation(own, int(item_columns[pair]))
        return found

    def _deviation(self, similarities: Scores, column: int) -> float:
        """Return how far the neighbours' ratings of the item are from their means."""
        part = slice(*self._of_items_.indptr[column : column + 2])
        raters, ratings = self._of_items_.indices[part], self._of_items_.data[part]
        alike = similarities[raters]
        best = top(alike, np.flatnonzero(alike > 0), self.n_neighbors)
        if not len(best):
            return 0.0
        deviations = ratings[best] - self.user_means_[raters[best]]
        return float(alike[best] @ deviations / alike[best].sum())

    def _similarities(self, rows: NDArray[np.intp]) -> Scores:
        """Return how similar every user is to those of the rows, himself 0: (rows, users)."""
        similarities = self._cosine(rows) if self.similarity == "cosine" else self._pearson(rows)
        if self.shrinkage:
            shared = _times(self._pattern_[rows], self._pattern_)
            similarities *= shared / (shared + self.shrinkage)
        similarities[np.arange(len(rows)), rows] = 0.0
        return similarities

    def _cosine(self, rows: NDArray[np.intp]) -> Scores:
        ratings = self.matrix_.weights
        lengths = np.sqrt(np.asarray(ratings.multiply(ratings).sum(axis=1)).ravel())
        products = _times(ratings[rows], ratings)
        norms = np.outer(lengths[rows], lengths)
        cosines: Scores = np.divide(
            products, norms, out=np.zeros_like(products), where=norms > TINY
        )
        return cosines

    def _pearson(self, rows: NDArray[np.intp]) -> Scores:
        centred, pattern = self._centred_, self._pattern_
        squared = centred.power(2)
        products = _times(centred[rows], centred)
        own_squares = _times(squared[rows], pattern)
        other_squares = _times(pattern[rows], squared)
        if self.means == "co_rated":
            shared = np.maximum(_times(pattern[rows], pattern), 1)
            own_sums = _times(centred[rows], pattern)
            other_sums = _times(pattern[rows], centred)
            products -= own_sums * other_sums / shared
            own_squares -= own_sums**2 / shared
            other_squares -= other_sums**2 / shared
        varied = (own_squares > TINY) & (other_squares > TINY)
        norms = np.sqrt(own_squares * other_squares, where=varied, out=np.ones_like(products))
        correlations: Scores = np.divide(products, norms, out=np.zeros_like(products), where=varied)
        return correlations

    def _learn(self) -> None:
        super()._learn()
        ratings = self.matrix_.weights
        counts = np.diff(ratings.indptr)
        self._of_items_ = ratings.T.tocsr()
        self._centred_ = _like(ratings, ratings.data - np.repeat(self.user_means_, counts))
        self._pattern_ = _like(ratings, np.ones(ratings.nnz))


def _users_at_once(n_users: int) -> int:
    return max(1, CELLS_AT_ONCE // max(1, n_users))


def _like(matrix: csr_array, data: NDArray[Any]) -> csr_array:
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _times(left: csr_array, right: csr_array) -> Scores:
    """Return the products of the rows, (rows of left, rows of right)."""
    products: Scores = (left @ right.T).toarray()
    return products


def _nearest(similarities: Scores, k: int) -> csr_array:
    """Keep the `k` largest of each row that are above 0."""
    kept = [top(row, np.flatnonzero(row > 0), k) for row in similarities]
    indptr = np.cumsum([0, *(len(columns) for columns in kept)])
    data = np.concatenate([row[columns] for row, columns in zip(similarities, kept, strict=True)])
    return csr_array((data, np.concatenate(kept), indptr), shape=similarities.shape)
