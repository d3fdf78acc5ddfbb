"""How far a mean over users may be off by the chance of which users there were."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from analytics.errors import InvalidInput

DRAWS_AT_ONCE: Final = 2_000_000
"Draws held in memory at a time."


class Interval(NamedTuple):
    """The bounds of an interval, one for each column of what it was made of."""

    low: pd.Series[float]
    high: pd.Series[float]


def bootstrap(
    figures: pd.DataFrame,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    resamples: int = 1_000,
) -> Interval:
    """Return the percentile interval of each column's mean, users drawn with replacement.

    Two models measured on the same users are compared by the interval of the difference of
    their figures: they differ where it leaves out 0.

    Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.

    Args:
        figures: a row for each user.

    Raises:
        InvalidInput: there is no user, `level` is not between 0 and 1, or `resamples` is below 1.
    """
    if figures.empty:
        raise InvalidInput("figures", "no user", "a row for each user")
    if not 0 < level < 1:
        raise InvalidInput("level", level, "a number between 0 and 1")
    if resamples < 1:
        raise InvalidInput("resamples", resamples, "a whole number from 1")
    values, size = figures.to_numpy(dtype=np.float64), len(figures)
    block = max(1, DRAWS_AT_ONCE // size)
    even = np.full(size, 1 / size)
    means = np.concatenate(
        [
            rng.multinomial(size, even, size=min(block, resamples - start)) @ values / size
            for start in range(0, resamples, block)
        ]
    )
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Interval(pd.Series(low, figures.columns), pd.Series(high, figures.columns))
