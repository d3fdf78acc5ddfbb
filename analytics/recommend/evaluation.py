"""How good recommendations are, on interactions that the model has not seen."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from analytics import columns
from analytics.columns import ITEM, RANK, TIMESTAMP, USER
from analytics.errors import InvalidInput


class Recommends(Protocol):
    """A fitted model."""

    def recommend(self, user_ids: list[Any], n: int, exclude_seen: bool) -> pd.DataFrame: ...


def temporal_split(
    interactions: pd.DataFrame, *, at: pd.Timestamp | None = None, test_share: float = 0.2
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the interactions before a time, and those from it on.

    Args:
        at: the time; without it the one that puts `test_share` of the interactions after it.

    Raises:
        InvalidInput: `test_share` is not between 0 and 1.
    """
    columns.require(interactions, columns.INTERACTIONS, "interactions")
    if not 0 < test_share < 1:
        raise InvalidInput("test_share", test_share, "a number between 0 and 1")
    times = interactions[TIMESTAMP]
    after = times >= (times.quantile(1 - test_share) if at is None else at)
    return interactions[~after], interactions[after]


def evaluate(
    model: Recommends,
    train: pd.DataFrame,
    test: pd.DataFrame,
    n: int = 10,
    exclude_seen: bool = True,
) -> dict[str, float]:
    """Measure the lists of `n` items that `model`, fitted on `train`, makes for users of `test`.

    Only users of `train` count, and only items of `train`: what a model of interactions can know.
    With `exclude_seen` the items that a user touched in `train` are neither recommended nor
    relevant.

    Returns:
        n; users (number of users with a relevant item); and their means, 0 to 1: ndcg (binary
        relevance; Järvelin and Kekäläinen 2002; the ideal list holds min(n, relevant) items),
        recall (of all relevant items), hit_rate (at least one); coverage (share of the items of
        `train` that anybody was recommended).
    """
    relevant = _relevant(train, test, exclude_seen)
    sizes = relevant.groupby(USER).size()
    figures = {"n": n, "users": len(sizes)}
    if sizes.empty:
        return {**figures, "ndcg": 0.0, "recall": 0.0, "hit_rate": 0.0, "coverage": 0.0}
    lists = model.recommend(sizes.index.tolist(), n=n, exclude_seen=exclude_seen)
    hits = lists.merge(relevant, on=[USER, ITEM])
    discounts = 1 / np.log2(np.arange(2, n + 2))
    gains = discounts[hits[RANK].to_numpy() - 1]
    gained = pd.Series(gains, dtype=float).groupby(hits[USER].to_numpy()).sum()
    ideal = np.cumsum(discounts)[np.minimum(sizes.to_numpy(), n) - 1]
    found = hits.groupby(USER).size().reindex(sizes.index, fill_value=0)
    return {
        **figures,
        "ndcg": float((gained.reindex(sizes.index, fill_value=0) / ideal).mean()),
        "recall": float((found / sizes).mean()),
        "hit_rate": float((found > 0).mean()),
        "coverage": lists[ITEM].nunique() / train[ITEM].nunique(),
    }


def _relevant(train: pd.DataFrame, test: pd.DataFrame, exclude_seen: bool) -> pd.DataFrame:
    """Return the pairs (user_id, item_id) that a list should hold."""
    known = test[USER].isin(train[USER]) & test[ITEM].isin(train[ITEM])
    pairs = test.loc[known, [USER, ITEM]].drop_duplicates()
    if not exclude_seen:
        return pairs
    seen = train[[USER, ITEM]].drop_duplicates()
    marked = pairs.merge(seen, on=[USER, ITEM], how="left", indicator=True)
    return marked.loc[marked["_merge"] == "left_only", [USER, ITEM]]
