"""From scores to ranked tables: who gets which items, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.columns import ITEM, RANK, SCORE, USER
from analytics.errors import InvalidInput
from analytics.recommend.matrix import InteractionMatrix, positions

CELLS_AT_ONCE: Final = 4_000_000
"Scores held in memory at a time: 32 MB."
SCORES_AT_ONCE: Final = 250_000
"Scores that are ranked at a time: 2 MB, which the processor's cache holds."
GROUPS: Final = 200
"Groups of columns whose highest scores are looked at first."
TIER: Final = "tier"

Scores = NDArray[np.float64]
Tiers = Iterable[Scores]
"""Scores of the items, best source first; each (users, items), or (items,) for all users alike.
Those that are not needed are not asked for."""


def top(scores: Scores, rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Return the `n` of `rows` with the highest scores, best first; equal ones in order of row."""
    found = scores[rows]
    if len(rows) > n:
        worst_kept = np.partition(found, len(rows) - n)[len(rows) - n]
        rows, found = rows[found >= worst_kept], found[found >= worst_kept]
    return rows[np.argsort(-found, kind="stable")[:n]]


@dataclass(frozen=True)
class Lists:
    """Items for users, those of a user together, best first.

    Attributes:
        rows: (places,), the user of each place.
        items: (places,), the column of the item.
        scores: (places,), its score in its tier; 0 where no tier scored it.
        tiers: (places,), the tier that it came from.
    """

    rows: NDArray[np.intp]
    items: NDArray[np.intp]
    scores: Scores
    tiers: NDArray[np.intp]


def fill(tiers: Tiers, allowed: NDArray[np.bool_], n: int) -> Lists:
    """Return `n` items for each user, while allowed ones last.

    First come the items that the first tier scores above 0, best first, then those of the second,
    and so on; what no tier scores comes last, in order, as the tier after the last.

    Args:
        allowed: (users, items).
    """
    left = allowed.copy()
    wanted = np.minimum(left.sum(axis=1), n)
    in_order = np.arange(left.shape[1], 0, -1, dtype=np.float64)
    found: list[Lists] = []
    for tier, scores in enumerate(chain(tiers, [None])):
        if not wanted.any():
            break
        short = slice(None) if wanted.all() else np.flatnonzero(wanted)
        every = np.broadcast_to(in_order if scores is None else scores, left.shape)
        masked: Scores = every[short] * left[short]
        rows, items = _best(masked, wanted[short])
        values = np.zeros(len(rows)) if scores is None else masked[rows, items]
        rows = np.arange(len(left))[short][rows]
        left[rows, items] = False
        wanted = wanted - np.bincount(rows, minlength=len(left))
        found.append(Lists(rows, items, values, np.full(len(rows), tier)))
    return _joined(found)


def recommend(
    matrix: InteractionMatrix,
    tiers_of: Callable[[NDArray[np.intp], csr_array | None], Tiers],
    user_ids: Sequence[Any],
    n: int,
    exclude_seen: bool,
    allowed: NDArray[np.bool_],
    recent: csr_array | None = None,
) -> pd.DataFrame:
    """Rank items for each user, in blocks of users so that memory stays bounded.

    Args:
        tiers_of: gives the tiers for rows of the matrix (-1 for a user it does not know), and
            their part of `recent`.
        allowed: (items,), which may be recommended.
        recent: (users, items), how often each user touched each item since; it is seen too.

    Returns:
        user_id, item_id, score, rank, tier: for each user in the order asked, exactly `n` rows
        while candidates last.

    Raises:
        InvalidInput: `n` is below 1, or `user_ids` is one text rather than a list of ids.
    """
    if n < 1:
        raise InvalidInput("n", n, "a whole number from 1")
    if isinstance(user_ids, str):
        raise InvalidInput("user_ids", user_ids, "a list of ids")
    users = list(user_ids)
    rows = positions(matrix.users, users)
    block = max(1, SCORES_AT_ONCE // max(1, len(matrix.items)))
    lists: list[Lists] = []
    for start in range(0, len(rows), block):
        part = rows[start : start + block]
        new = None if recent is None else recent[start : start + block]
        open_items = np.tile(allowed, (len(part), 1))
        if exclude_seen:
            open_items[_cells(matrix.profiles(part))] = False
        if exclude_seen and new is not None:
            open_items[_cells(new)] = False
        found = fill(tiers_of(part, new), open_items, n)
        lists.append(replace(found, rows=found.rows + start))
    return _table(matrix, users, _joined(lists))


def candidate_mask(
    matrix: InteractionMatrix, candidates: Sequence[Any] | None
) -> NDArray[np.bool_]:
    """Return which items may be recommended, (items,); ids that the matrix lacks are ignored."""
    mask = np.full(len(matrix.items), candidates is None)
    if candidates is not None:
        mask[matrix.columns_of(candidates)] = True
    return mask


def _best(scores: Scores, wanted: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return row and column of the best scores of each row above 0, equal ones in order.

    Args:
        wanted: (rows,), how many of each.
    """
    rows, items = np.nonzero(scores >= _floors(scores, int(wanted.max()))[:, None])
    order = np.lexsort((-scores[rows, items], rows))
    kept = order[_ranks(rows) < wanted[rows]]
    return rows[kept], items[kept]


def _floors(scores: Scores, n: int) -> Scores:
    """Return of each row a score above 0 that at most about `n` exceed, and `n` where so many can.

    The highest scores of groups of columns are fewer to search than all scores, and so many of
    these as of those are above the n-th of them.
    """
    width = scores.shape[1] // max(n, GROUPS)
    if width > 1:
        whole = scores[:, : scores.shape[1] // width * width]
        scores = whole.reshape(len(scores), width, -1).max(axis=1)
    last = scores.shape[1] - n
    return np.maximum(np.partition(scores, last, axis=1)[:, last], np.finfo(float).tiny)


def _ranks(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the place of each among those of its row, from 0; rows come one after another."""
    return np.arange(len(rows)) - np.searchsorted(rows, rows)


def _cells(matrix: csr_array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return row and column of each stored cell."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices


def _joined(parts: list[Lists]) -> Lists:
    """Return the lists as one: those of a user in the order of the parts."""
    rows = np.concatenate([np.empty(0, dtype=np.intp), *(part.rows for part in parts)])
    order = np.argsort(rows, kind="stable")
    empty = np.empty(0, dtype=np.intp)
    return Lists(
        rows[order],
        np.concatenate([empty, *(part.items for part in parts)])[order],
        np.concatenate([np.empty(0), *(part.scores for part in parts)])[order],
        np.concatenate([empty, *(part.tiers for part in parts)])[order],
    )


def _table(matrix: InteractionMatrix, users: list[Any], lists: Lists) -> pd.DataFrame:
    return pd.DataFrame(
        {
            USER: np.array([*users, None], dtype=object)[lists.rows],
            ITEM: matrix.items.to_numpy()[lists.items],
            SCORE: lists.scores,
            RANK: _ranks(lists.rows) + 1,
            TIER: lists.tiers,
        }
    )
