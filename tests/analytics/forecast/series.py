"""Demand tables to test with."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

FIRST = "2025-01-06"
"A Monday."


def weekly(first: str = FIRST, **series: Sequence[float]) -> pd.DataFrame:
    """Return a demand table of weekly series that all begin in the week of `first`."""
    return pd.concat(
        pd.DataFrame(
            {
                "unique_id": name,
                "ds": pd.date_range(first, periods=len(values), freq="W-MON"),
                "y": [float(value) for value in values],
            }
        )
        for name, values in series.items()
    ).reset_index(drop=True)
