"""What came of the suggestions that were really shown: opened, bought, and for how much.

Suggestions higher up are opened more because they are higher up. So rates of two rungs, or of two
versions, compare at equal positions only: `lift` does that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics import columns
from analytics.errors import InvalidInput

SHOWN: Final = (
    *("rung", "position", "model_version", "shown_at", "clicked", "bought"),
    *("currency", "revenue"),
)
"Columns of the suggestions shown; see `analytics.store.frames.suggestions`."
BASELINE: Final = "popular"
"The rung that the others are compared with: it needs no model of the customer."
MOST_VERSIONS: Final = 10
"Versions that are told apart: those shown last."


def wilson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the bounds of the interval of a rate; NaN without trials.

    Unlike the normal approximation it holds for few trials and rates near 0, as these are.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22, 1927.

    Raises:
        InvalidInput: `level` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InvalidInput("level", level, "a number between 0 and 1")
    z = NormalDist().inv_cdf((1 + level) / 2)
    n = np.asarray(trials, dtype=np.float64)
    n = np.where(n > 0, n, np.nan)
    rate = np.asarray(successes, dtype=np.float64) / n
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    return middle - half, middle + half


def lift(shown: pd.DataFrame, baseline: pd.DataFrame) -> float:
    """Return how many times as often suggestions are opened as others at the same positions.

    The Mantel-Haenszel ratio of the click-through rates, position by position; NaN where no
    position has both, or none of the others was opened.

    Source: Mantel and Haenszel, "Statistical aspects of the analysis of data from retrospective
    studies of disease", Journal of the National Cancer Institute 22, 1959, for ratios of rates.
    """
    own, other = (
        frame.groupby("position")["clicked"].agg(["sum", "count"]) for frame in (shown, baseline)
    )
    both = own.join(other, how="inner", lsuffix="", rsuffix="_other")
    total = both["count"] + both["count_other"]
    above = (both["sum"] * both["count_other"] / total).sum()
    below = (both["sum_other"] * both["count"] / total).sum()
    return float(above / below) if below else float("nan")


def rates(shown: pd.DataFrame, *, as_of: datetime, window: timedelta) -> pd.DataFrame:
    """Return how often suggestions were opened and bought: in all, and by rung, position, version
    and week.

    Args:
        shown: one row a suggestion shown, with the columns `SHOWN`; times UTC without a zone.
        as_of: until when purchases are known (UTC without a zone).
        window: for how long after it was shown a suggestion can be bought.

    Returns:
        by, group, shown, clicked, click_through, click_low, click_high (Wilson, 95%); closed (those
        whose window is over), bought (of these), conversion, conversion_low, conversion_high; lift
        (of a rung against the popular one, see `lift`). NaN where there is nothing to divide by.

    Raises:
        InvalidInput: a column is missing.
    """
    columns.require(shown, SHOWN, "shown")
    closed = shown["shown_at"] <= as_of - window
    popular = shown[shown["rung"] == BASELINE]
    rows = [
        {
            "by": by,
            "group": group,
            "shown": len(part),
            "clicked": int(part["clicked"].sum()),
            "closed": int(closed[part.index].sum()),
            "bought": int((part["bought"] & closed[part.index]).sum()),
            "lift": lift(part, popular) if by == "rung" and group != BASELINE else np.nan,
        }
        for by, group, part in _groups(shown)
    ]
    table = pd.DataFrame(
        rows, columns=["by", "group", "shown", "clicked", "closed", "bought", "lift"]
    )
    for rate, name, successes, trials in (
        ("click_through", "click", "clicked", "shown"),
        ("conversion", "conversion", "bought", "closed"),
    ):
        table[rate] = table[successes] / table[trials].where(table[trials] > 0)
        table[f"{name}_low"], table[f"{name}_high"] = wilson(table[successes], table[trials])
    return table[
        [
            *("by", "group", "shown", "clicked", "click_through", "click_low", "click_high"),
            *("closed", "bought", "conversion", "conversion_low", "conversion_high", "lift"),
        ]
    ]


def revenue(shown: pd.DataFrame) -> pd.DataFrame:
    """Return what suggestions sold so far: by, group, currency, bought, revenue (as in `shown`).

    Money of different currencies is never added.

    Raises:
        InvalidInput: a column is missing.
    """
    columns.require(shown, SHOWN, "shown")
    rows = [
        {
            "by": by,
            "group": group,
            "currency": currency,
            "bought": len(sold),
            "revenue": sum(sold["revenue"]),
        }
        for by, group, part in _groups(shown)
        for currency, sold in part[part["bought"]].groupby("currency")
    ]
    return pd.DataFrame(rows, columns=["by", "group", "currency", "bought", "revenue"])


def _groups(shown: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield the suggestions in all, then by each kind of group, in the order of a report."""
    yield "all", "all", shown
    newest = shown.groupby("model_version")["shown_at"].max().nlargest(MOST_VERSIONS).index
    monday = shown["shown_at"].dt.to_period("W").dt.start_time.dt.strftime("%Y-%m-%d")
    keys: dict[str, pd.Series[Any]] = {
        "rung": shown["rung"],
        "position": shown["position"],
        "version": shown["model_version"].where(shown["model_version"].isin(newest)),
        "week": monday,
    }
    for by, key in keys.items():
        for group, part in shown.groupby(key):
            yield by, str(group), part
