"""Names for segments, by how their customers stand among all customers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.columns import FREQUENCY, MONETARY, RECENCY


class Segment(StrEnum):
    """Every name that a segment can get; each is a key of the texts that people read."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    BIG_SPENDERS = "big_spenders"
    PROMISING = "promising"
    NEW = "new"
    OCCASIONAL = "occasional"
    AT_RISK = "at_risk"
    LAPSED = "lapsed"


TYPICAL: Final = {
    Segment.CHAMPIONS: (0.85, 0.90, 0.90),  # lately, very often, very much
    Segment.LOYAL: (0.60, 0.75, 0.70),  # often and much, and still coming
    Segment.BIG_SPENDERS: (0.50, 0.40, 0.80),  # few orders, but large ones
    Segment.PROMISING: (0.80, 0.55, 0.50),  # lately, and not for the first time
    Segment.NEW: (0.85, 0.20, 0.25),  # lately, but hardly more than once
    Segment.OCCASIONAL: (0.45, 0.40, 0.35),  # now and then, not much
    Segment.AT_RISK: (0.20, 0.65, 0.65),  # often and much, but not lately
    Segment.LAPSED: (0.15, 0.25, 0.25),  # little, and long ago
}
"""The standing that fits each name best, in recency, frequency and monetary value.

A standing is the share of all customers that a customer is ahead of: 0.9 in frequency buys more
often than nine of ten; 0.9 in recency bought more lately than nine of ten.
"""


def standings(rfm: pd.DataFrame) -> NDArray[np.float64]:
    """Return the standing of each customer, (customers, 3); equal customers share theirs."""
    better = pd.DataFrame(
        {RECENCY: -rfm[RECENCY], FREQUENCY: rfm[FREQUENCY], MONETARY: rfm[MONETARY]}
    )
    ahead: NDArray[np.float64] = (
        better.rank(method="average").to_numpy(dtype=np.float64) - 0.5
    ) / max(len(rfm), 1)
    return ahead


def name_segments(mean_standings: NDArray[np.float64]) -> list[Segment]:
    """Return a name for each segment, no two alike.

    Of all ways to give each segment a name of its own, it is the one with the smallest sum of
    squared distances between the segments' mean standings and the `TYPICAL` ones.

    Args:
        mean_standings: (segments, 3), at most as many segments as there are names.
    """
    # Only fitting needs it; those who ask for a segment do not wait for its import.
    from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

    names = list(TYPICAL)
    typical = np.array([TYPICAL[name] for name in names])
    costs = ((mean_standings[:, None, :] - typical[None, :, :]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(costs)
    return [names[column] for column in chosen]
