"""What a model learns from, and what it is measured on."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analytics import columns
from analytics.columns import TIMESTAMP, USER
from analytics.errors import InvalidInput


def temporal_split(
    interactions: pd.DataFrame, *, at: pd.Timestamp | None = None, test_share: float = 0.2
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the interactions before a time, and those from it on.

    Args:
        at: the time; without it the one that puts `test_share` of the interactions after it.

    Raises:
        InvalidInput: a column is missing, or `test_share` is not between 0 and 1.
    """
    columns.require(interactions, columns.INTERACTIONS, "interactions")
    _check(test_share)
    times = interactions[TIMESTAMP]
    after = times >= (times.quantile(1 - test_share) if at is None else at)
    return interactions[~after], interactions[after]


def random_split(
    interactions: pd.DataFrame, *, rng: np.random.Generator, test_share: float = 0.2
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the interactions to learn from, and of each user a random share to be measured on.

    Users come in the order of their ids; each one's rows are shuffled, and the first
    floor((1 - `test_share`) * rows) are to learn from. Both tables keep the order of the rows.

    Raises:
        InvalidInput: a column is missing, or `test_share` is not between 0 and 1.
    """
    columns.require(interactions, columns.INTERACTIONS, "interactions")
    _check(test_share)
    learned = np.zeros(len(interactions), dtype=bool)
    for _, rows in sorted(interactions.groupby(USER).indices.items()):
        shuffled = rng.permutation(rows)
        learned[shuffled[: math.floor(round((1 - test_share) * len(rows), 9))]] = True
    return interactions[learned], interactions[~learned]


def _check(test_share: float) -> None:
    if not 0 < test_share < 1:
        raise InvalidInput("test_share", test_share, "a number between 0 and 1")
