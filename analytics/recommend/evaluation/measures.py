"""What a list of recommendations is worth to its user: one array a measure, all users at once.

`hits` is (users, ranks): whether the item at that rank is relevant. `items` is (users, ranks): the
column of the item at that rank, -1 where there is none that is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from analytics.recommend.ranking import CELLS_AT_ONCE

Hits = NDArray[np.bool_]
Items = NDArray[np.intp]
Figures = NDArray[np.float64]


def ndcg(hits: Hits, relevant: NDArray[np.intp]) -> Figures:
    """Return the discounted gain over that of an ideal list of min(ranks, relevant) items.

    Binary relevance; the item at rank r counts 1 / log2(r + 1) (Järvelin and Kekäläinen 2002).

    Args:
        relevant: (users,), how many items are relevant: at least 1.
    """
    ranks = hits.shape[1]
    discounts = 1 / np.log2(np.arange(2, ranks + 2))
    ideal: Figures = np.cumsum(discounts)[np.minimum(relevant, ranks) - 1]
    return (hits @ discounts) / ideal


def recall(hits: Hits, relevant: NDArray[np.intp]) -> Figures:
    """Return the share of all relevant items that the list holds."""
    share: Figures = hits.sum(axis=1) / relevant
    return share


def hit_rate(hits: Hits) -> Figures:
    """Return 1 where the list holds a relevant item, else 0."""
    return hits.any(axis=1).astype(np.float64)


def reciprocal_rank(hits: Hits) -> Figures:
    """Return 1 / rank of the first relevant item, 0 where there is none; the mean is the MRR."""
    return np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0.0)


def novelty(items: Items, users_of_items: Figures, n_users: int) -> Figures:
    """Return the mean over the list of -log2(share of users who touched the item), in bits.

    An item that nobody touched counts as if one user had. 0 for an empty list.

    Source: Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems",
    PNAS 2010.
    """
    surprise = -np.log2(np.maximum(users_of_items, 1) / n_users)
    listed = items >= 0
    total = np.where(listed, surprise[items], 0.0).sum(axis=1)
    mean: Figures = total / np.maximum(listed.sum(axis=1), 1)
    return mean


def diversity(items: Items, touched: csr_array) -> Figures:
    """Return 1 less the mean cosine of two items of the list; 1 for a list of fewer than two.

    Two items are alike when the same users touched them. The pairs' cosines add up to half of what
    the squared length of the sum of unit vectors exceeds the sum of their squared lengths by.

    Source: Ziegler et al., "Improving recommendation lists through topic diversification", WWW
    2005.

    Args:
        touched: (users, items), 1 where the user touched the item.
    """
    lengths = np.sqrt(np.asarray(touched.multiply(touched).sum(axis=0)).ravel())
    inverse = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    units = (touched @ diags_array(inverse)).T.tocsr()
    block = max(1, CELLS_AT_ONCE // max(1, touched.shape[0]))
    blocks = [
        _diversity(items[start : start + block], units, lengths > 0)
        for start in range(0, len(items), block)
    ]
    return np.concatenate([np.empty(0), *blocks])


def _diversity(items: Items, units: csr_array, known: NDArray[np.bool_]) -> Figures:
    rows, ranks = np.nonzero(items >= 0)
    listed = csr_array(
        (np.ones(len(rows)), (rows, items[rows, ranks])), shape=(len(items), units.shape[0])
    )
    sums = listed @ units
    squared_length = np.asarray(sums.multiply(sums).sum(axis=1)).ravel()
    size = np.asarray(listed.sum(axis=1)).ravel()
    pairs = size * (size - 1)
    alike = squared_length - listed @ known.astype(np.float64)
    mean: Figures = np.divide(alike, pairs, out=np.zeros(len(items)), where=pairs > 0)
    return 1 - mean
