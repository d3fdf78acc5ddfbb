"""How good the forecasts would have been: the last periods held out, against a naive forecast."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analytics.columns import PERIOD, SERIES, VALUE
from analytics.forecast.forecaster import SHORT_HISTORY, DemandForecaster

LEVEL: Final = (80, 95)


def backtest(
    demand: pd.DataFrame,
    freq: str | int,
    season_length: int,
    horizon: int,
    *,
    sample: int = 500,
    seed: int = 0,
) -> dict[str, float | int]:
    """Hold out the last `horizon` periods of a sample of series and compare with a naive forecast.

    The naive forecast repeats the last season, or the last value where the history before the
    held-out periods covers less than two seasons. The mean absolute scaled error (Hyndman and
    Koehler 2006) is the error in units of the naive forecast's error inside that history, so a
    series that never changed before has none and is left out of the mean.

    Args:
        demand: regular series: unique_id, ds, y with a row for every period.
        sample: at most so many series, drawn with `seed`.

    Returns:
        series (number compared; 0, and nothing else, where all are too short), mase, mase_naive
        (means over series), coverage_80, coverage_95 (share of held-out values inside the
        interval).
    """
    lengths = demand.groupby(SERIES).size()
    long_enough = lengths.index[lengths >= SHORT_HISTORY + horizon].to_numpy()
    if not len(long_enough):
        return {"series": 0}
    rng = np.random.default_rng(seed)
    chosen = rng.choice(long_enough, min(sample, len(long_enough)), replace=False)
    sampled = demand[demand[SERIES].isin(chosen)].sort_values([SERIES, PERIOD], ignore_index=True)
    from_end = sampled.groupby(SERIES).cumcount(ascending=False)
    past, future = sampled[from_end >= horizon], sampled[from_end < horizon]
    forecast = DemandForecaster(freq, season_length, LEVEL).fit(past).predict(horizon)
    compared = future.merge(forecast, on=[SERIES, PERIOD])
    errors = pd.concat(
        _errors(compared[compared[SERIES].isin(ids)], past[past[SERIES].isin(ids)], freq, season)
        for season, ids in _seasons(past, season_length).items()
    ).replace(np.inf, np.nan)
    return {
        "series": len(chosen),
        "mase": round(float(errors["mean"].mean()), 4),
        "mase_naive": round(float(errors["naive"].mean()), 4),
        **{f"coverage_{level}": round(_coverage(compared, level), 4) for level in LEVEL},
    }


def _seasons(past: pd.DataFrame, season_length: int) -> dict[int, pd.Index]:
    """Return the ids by the season that their history shows twice, 1 for none."""
    lengths = past.groupby(SERIES).size()
    season = pd.Series(np.where(lengths >= 2 * season_length, season_length, 1), lengths.index)
    return {int(each): season.index[season == each] for each in season.unique()}


def _errors(
    compared: pd.DataFrame, past: pd.DataFrame, freq: str | int, season: int
) -> pd.DataFrame:
    from statsforecast import StatsForecast
    from statsforecast.models import SeasonalNaive
    from utilsforecast.losses import mase

    horizon = int(compared.groupby(SERIES).size().max())
    naive = StatsForecast([SeasonalNaive(season, alias="naive")], freq=freq, n_jobs=1)
    both = compared.merge(naive.forecast(df=past, h=horizon), on=[SERIES, PERIOD])
    return mase(both, ["mean", "naive"], seasonality=season, train_df=past)


def _coverage(compared: pd.DataFrame, level: int) -> float:
    value = compared[VALUE]
    return float(value.between(compared[f"lo-{level}"], compared[f"hi-{level}"]).mean())
