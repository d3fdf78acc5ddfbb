"""Item-based collaborative filtering of ratings."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.recommend.item_knn import ItemNeighbors, Likeness, nearest, pattern
from analytics.recommend.ranking import Scores
from analytics.recommend.ratings import RatingModel

TINY: Final = 1e-12
"Squared deviations below which all ratings are means but for rounding."


class RatingItemKNN(ItemNeighbors, RatingModel):
    """Expects of an item what the user rated the items that are rated like it.

    Two items are alike by the adjusted cosine: over the users who rated both, of how far each
    rating is from the user's mean; shrunk as in `ItemKNN`. The expected rating is the mean of the
    user's ratings of the item's neighbours, weighted by likeness; the user's mean where there is
    none. The score that ranks is the sum of likeness × rating, not divided.

    Source: Sarwar et al., "Item-based collaborative filtering recommendation algorithms", WWW
    2001.

    Args:
        n_neighbors: neighbours that each item keeps, all with a likeness above 0.
        shrinkage: number of shared users at which a likeness is halved; 0 trusts one.
    """

    def __init__(self, *, n_neighbors: int = 200, shrinkage: float = 60.0) -> None:
        super().__init__(n_neighbors=n_neighbors, shrinkage=shrinkage)

    def _ratings(self, rows: NDArray[np.intp], item_columns: NDArray[np.intp]) -> Scores:
        found = np.where(rows >= 0, np.append(self.user_means_, self.mean_)[rows], self.mean_)
        known = np.flatnonzero((rows >= 0) & (item_columns >= 0))
        alike = self.neighbors_[item_columns[known]]
        own = self.matrix_.weights[rows[known]]
        sums = np.asarray(alike.multiply(own).sum(axis=1)).ravel()
        weights = np.asarray(alike.multiply(pattern(own)).sum(axis=1)).ravel()
        found[known] = np.divide(sums, weights, out=found[known], where=weights > 0)
        return found

    def _learn(self) -> None:
        RatingModel._learn(self)
        centred = self.matrix_.weights.copy()
        centred.data -= np.repeat(self.user_means_, np.diff(centred.indptr))
        self._set_neighbors(nearest(centred, self.n_neighbors, self.shrinkage, adjusted_cosine))

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        RatingModel._learn(self)
        super()._restore(arrays)


def adjusted_cosine(centred: csr_array) -> Likeness:
    """Return the cosines of the columns, each of two over the rows that both have."""
    squares, cells = centred.power(2), pattern(centred)
    rows, square_rows, cell_rows = centred.T.tocsr(), squares.T.tocsr(), cells.T.tocsr()

    def block(part: slice) -> csr_array:
        products: Scores = (rows[part] @ centred).toarray()
        own = (square_rows[part] @ cells).toarray()
        others = (cell_rows[part] @ squares).toarray()
        varied = (own > TINY) & (others > TINY)
        norms = np.sqrt(own * others, where=varied, out=np.ones_like(products))
        likeness: Scores = np.divide(products, norms, out=np.zeros_like(products), where=varied)
        shared: csr_array = cell_rows[part] @ cells
        of_cells = np.repeat(np.arange(len(likeness)), np.diff(shared.indptr))
        shared.data = likeness[of_cells, shared.indices]
        return shared

    return block
