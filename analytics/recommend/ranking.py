"""From scores to ranked tables: who gets which items, in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
TIER: Final = "tier"

Scores = NDArray[np.float64]
Tiers = Sequence[Scores]
"Scores of the items, best source first; each (users, items), or (items,) for all users alike."


def top(scores: Scores, rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Return the `n` of `rows` with the highest scores, best first; equal ones in order of row."""
    found = scores[rows]
    if len(rows) > n:
        worst_kept = np.partition(found, len(rows) - n)[len(rows) - n]
        rows, found = rows[found >= worst_kept], found[found >= worst_kept]
    return rows[np.argsort(-found, kind="stable")[:n]]


def fill(tiers: Tiers, allowed: NDArray[np.bool_], n: int) -> tuple[NDArray[np.intp], list[int]]:
    """Return `n` allowed items and the tier each came from.

    First come the items that the first tier scores above 0, best first, then those of the second,
    and so on; what no tier scores comes last, in order, as tier `len(tiers)`.
    """
    left = allowed.copy()
    chosen: list[NDArray[np.intp]] = []
    sources: list[int] = []
    for tier, scores in enumerate((*tiers, np.ones(len(allowed)))):
        best = top(scores, np.flatnonzero(left & (scores > 0)), n - len(sources))
        left[best] = False
        chosen.append(best)
        sources += [tier] * len(best)
        if len(sources) == n:
            break
    return np.concatenate(chosen), sources


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
    block = max(1, CELLS_AT_ONCE // max(1, len(matrix.items)))
    lists: list[tuple[NDArray[np.intp], Scores, list[int]]] = []
    for start in range(0, len(rows), block):
        part = rows[start : start + block]
        new = None if recent is None else recent[start : start + block]
        tiers = [np.broadcast_to(t, (len(part), len(matrix.items))) for t in tiers_of(part, new)]
        for position, row in enumerate(part):
            open_items = allowed.copy()
            if exclude_seen:
                open_items[matrix.touched(row)] = False
            if exclude_seen and new is not None:
                open_items[new[[position]].indices] = False
            own = [tier[position] for tier in tiers]
            best, sources = fill(own, open_items, n)
            lists.append((best, _scores_of(own, best, sources), sources))
    return _table(matrix, users, lists)


def candidate_mask(
    matrix: InteractionMatrix, candidates: Sequence[Any] | None
) -> NDArray[np.bool_]:
    """Return which items may be recommended, (items,); ids that the matrix lacks are ignored."""
    mask = np.full(len(matrix.items), candidates is None)
    if candidates is not None:
        mask[matrix.columns_of(candidates)] = True
    return mask


def _scores_of(tiers: Tiers, best: NDArray[np.intp], sources: list[int]) -> Scores:
    return np.array(
        [
            tiers[tier][item] if tier < len(tiers) else 0.0
            for item, tier in zip(best, sources, strict=True)
        ]
    )


def _table(
    matrix: InteractionMatrix,
    users: list[Any],
    lists: list[tuple[NDArray[np.intp], Scores, list[int]]],
) -> pd.DataFrame:
    lengths = [len(best) for best, _, _ in lists]
    empty = np.empty(0, dtype=np.intp)
    items = np.concatenate([empty, *(best for best, _, _ in lists)])
    return pd.DataFrame(
        {
            USER: pd.Index(users).repeat(lengths),
            ITEM: matrix.items.to_numpy()[items],
            SCORE: np.concatenate([np.empty(0), *(scores for _, scores, _ in lists)]),
            RANK: np.concatenate([empty, *(np.arange(1, size + 1) for size in lengths)]),
            TIER: np.concatenate([empty, *(np.array(s, dtype=np.intp) for _, _, s in lists)]),
        }
    )
