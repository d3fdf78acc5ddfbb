"""Stretches of the past in which one can see what users touched next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.columns import TIMESTAMP
from analytics.recommend.matrix import InteractionMatrix, positions

WINDOW_DAYS: Final = 30
WINDOWS: Final = 4


def windows(interactions: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield what came before each of the last windows of 30 days, and what was in it.

    The newest of the four comes first; those without anything before them are left out.
    """
    times = interactions[TIMESTAMP]
    end, length = times.max(), timedelta(days=WINDOW_DAYS)
    for number in range(WINDOWS):
        until = end - number * length
        before = times <= until - length
        if not before.any():
            return
        yield interactions[before], interactions[(times > until - length) & (times <= until)]


def aligned(own: InteractionMatrix, users: pd.Index[Any], items: pd.Index[Any]) -> csr_array:
    """Return the weights as (users, items) of these ids; `items` holds all of its own."""
    profiles = own.profiles(positions(own.users, users))
    columns: NDArray[np.intp] = positions(items, own.items)[profiles.indices]
    return csr_array((profiles.data, columns, profiles.indptr), shape=(len(users), len(items)))
