"""Forecasts of the whole shop, written for those who only read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.columns import PERIOD, SERIES
from analytics.forecast.backtest import LEVEL, backtest
from analytics.forecast.demand import check_demand, fill_periods
from analytics.forecast.forecaster import MINIMUM_HISTORY, DemandForecaster
from analytics.forecast.forecasts import (
    FORECASTS_FILE,
    HISTORY_FILE,
    HISTORY_PERIODS,
    META_FILE,
)
from analytics.progress import Progress, silent

BATCH: Final = 200
"Series fitted between two reports of progress."


def train_forecasts(
    demand: pd.DataFrame,
    folder: Path,
    *,
    freq: str = "W-MON",
    season_length: int = 52,
    horizon: int = 8,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Forecast every item with enough history and write what `Forecasts.load` reads.

    All series end with the last period of the shop: an item without a row there sold nothing.
    The time grows with the number of series; see `DemandForecaster`.

    Args:
        demand: unique_id (item id), ds, y, as `to_demand` returns it.
        folder: gets forecasts.parquet, history.parquet and meta.json; made where missing.
        horizon: periods to forecast.
        progress: called with what is done, how many series are done, and of how many.

    Returns:
        Metrics: series (forecast), too_short (with less than 4 periods), methods (number of series
        by method), backtest (see `backtest`).

    Raises:
        InvalidInput: the demand is malformed.
    """
    history = fill_periods(check_demand(demand, freq), freq, end="global")
    lengths = history.groupby(SERIES)[PERIOD].transform("size")
    enough = history[lengths >= MINIMUM_HISTORY]
    forecasts, methods = _forecast_all(enough, freq, season_length, horizon, progress)
    metrics = {
        "series": enough[SERIES].nunique(),
        "too_short": history[SERIES].nunique() - enough[SERIES].nunique(),
        "methods": methods,
        "backtest": backtest(enough, freq, season_length, horizon),
    }
    meta = {"freq": freq, "season_length": season_length, "horizon": horizon, "level": LEVEL}
    folder.mkdir(parents=True, exist_ok=True)
    forecasts.to_parquet(folder / FORECASTS_FILE, index=False)
    enough.groupby(SERIES).tail(HISTORY_PERIODS).to_parquet(folder / HISTORY_FILE, index=False)
    (folder / META_FILE).write_text(
        json.dumps({**meta, "metrics": metrics}, indent=2), encoding="utf-8"
    )
    return metrics


def _forecast_all(
    history: pd.DataFrame,
    freq: str,
    season_length: int,
    horizon: int,
    progress: Progress,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the forecasts of all series and how many series each method got."""
    ids = history[SERIES].unique()
    tables, methods = [_no_forecasts()], [pd.Series(dtype=str)]
    progress("forecast", 0, len(ids))
    for start in range(0, len(ids), BATCH):
        batch = history[history[SERIES].isin(ids[start : start + BATCH])]
        model = DemandForecaster(freq, season_length, LEVEL).fit(batch)
        tables.append(model.predict(horizon))
        methods.append(model.method_)
        progress("forecast", min(start + BATCH, len(ids)), len(ids))
    counts = pd.concat(methods).value_counts().sort_index()
    filled = [table for table in tables if len(table)] or tables
    return pd.concat(filled, ignore_index=True), {str(k): int(v) for k, v in counts.items()}


def _no_forecasts() -> pd.DataFrame:
    amounts = ["mean", *(f"{side}-{level}" for level in LEVEL for side in ("lo", "hi"))]
    return pd.DataFrame(
        {
            SERIES: pd.Series(dtype=str),
            PERIOD: pd.Series(dtype="datetime64[ns]"),
            **{name: pd.Series(dtype=np.float64) for name in amounts},
        }
    )
