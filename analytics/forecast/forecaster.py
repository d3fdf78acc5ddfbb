"""Forecasts of demand with intervals, by the method that fits each series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from analytics.columns import PERIOD, SERIES, VALUE
from analytics.errors import InvalidInput, NotEnoughHistory, NotFittedError
from analytics.forecast.demand import check_demand, fill_periods

if TYPE_CHECKING:
    from statsforecast import StatsForecast

MINIMUM_HISTORY: Final = 4
"Periods from the first sale on, below which nothing is forecast."
SHORT_HISTORY: Final = 8
"Periods below which exponential smoothing has too few points for its parameters."
INTERMITTENT_INTERVAL: Final = 1.32
"Mean number of periods between two with demand (Syntetos, Boylan and Croston 2005)."
LONGEST_SEASON: Final = 24
"Periods; ETS would need one parameter for each period of a longer season."

MEAN: Final = "HistoricAverage"
INTERMITTENT: Final = "IMAPA"
SMOOTHING: Final = "AutoETS"
SEASONAL: Final = "SeasonalAutoETS"


class DemandForecaster:
    """Forecasts many series at once, each by the method that its history allows.

    - `AutoETS`: exponential smoothing chosen by AICc (Hyndman and Khandakar 2008), and
      `SeasonalAutoETS`, which may have a season, where the history covers two seasons of at
      most 24 periods. A longer season is not modelled.
    - `IMAPA` (Petropoulos and Kourentzes 2015) for intermittent demand, where on average more
      than 1.32 periods lie between two with demand. Its interval is the range of the series' own
      demand between two quantiles, stretched to hold the mean: normal intervals do not fit
      demand that is mostly 0.
    - `HistoricAverage` for 4 to 7 periods: the mean, with Student's t interval for the next value
      of a normal sample. These intervals are wide, as they have to be.

    Demand is not negative, so means and intervals are cut at 0. Deterministic, one process; about
    2 ms a series of 40 periods without a season, 70 ms a series of 80 with a season of 12.

    Args:
        freq: pandas frequency of the periods, or an integer step where ds is an integer.
        season_length: periods in a season, 1 for none.
        level: interval levels in percent.

    Attributes:
        method_: the name of the method by unique_id.
    """

    method_: pd.Series

    def __init__(self, freq: str | int, season_length: int, level: Sequence[int] = (80, 95)):
        if season_length < 1:
            raise InvalidInput("season_length", season_length, "1 or more periods")
        if not level or not all(0 < each < 100 for each in level):
            raise InvalidInput("level", level, "percentages between 0 and 100")
        self.freq = freq
        self.season_length = season_length
        self.level = tuple(level)

    def fit(self, demand: pd.DataFrame) -> DemandForecaster:
        """Fit a model to each series.

        Args:
            demand: unique_id, ds, y. Periods that are missing inside a series have demand 0.

        Raises:
            InvalidInput: the table is empty or malformed.
            NotEnoughHistory: a series has less than 4 periods; `subject` is its id.
        """
        history = fill_periods(check_demand(demand, self.freq), self.freq)
        if history.empty:
            raise InvalidInput("demand", "no rows", "at least one series")
        lengths = history.groupby(SERIES).size()
        if lengths.min() < MINIMUM_HISTORY:
            raise NotEnoughHistory(str(lengths.idxmin()))
        self.method_ = _methods(history, self.season_length)
        self._history = {
            str(method): group
            for method, group in history.groupby(history[SERIES].map(self.method_))
        }
        self._models = {
            method: self._fitted(method, group) for method, group in self._history.items()
        }
        return self

    def predict(self, h: int) -> pd.DataFrame:
        """Forecast the `h` periods after the end of each series.

        Returns:
            unique_id, ds, mean, then lo-L and hi-L for each level L, by unique_id and ds; units
            of y.

        Raises:
            InvalidInput: `h` is below 1.
            NotFittedError: before fit.
        """
        if not hasattr(self, "method_"):
            raise NotFittedError(self)
        if h < 1:
            raise InvalidInput("h", h, "1 or more periods")
        table = pd.concat(
            [self._forecast(method, h) for method in self._models], ignore_index=True
        ).sort_values([SERIES, PERIOD], ignore_index=True)
        bounds = [f"{side}-{level}" for level in self.level for side in ("lo", "hi")]
        for bound in bounds:
            nearer = np.minimum if bound.startswith("lo") else np.maximum
            table[bound] = nearer(table[bound], table["mean"])
        amounts = ["mean", *bounds]
        return table[[SERIES, PERIOD]].join(table[amounts].clip(lower=0.0))

    def _fitted(self, method: str, history: pd.DataFrame) -> StatsForecast:
        # Imported here: it takes seconds, and the command line imports this module.
        from statsforecast import StatsForecast
        from statsforecast.models import IMAPA, AutoETS, HistoricAverage

        model = {
            MEAN: HistoricAverage(alias="mean"),
            INTERMITTENT: IMAPA(alias="mean"),
            SMOOTHING: AutoETS(season_length=1, alias="mean"),
            SEASONAL: AutoETS(season_length=self.season_length, alias="mean"),
        }[method]
        # AutoETS also tries candidates with no degree of freedom left, divides by 0, and rejects
        # them by their AICc.
        with np.errstate(divide="ignore", invalid="ignore"):
            fitted: StatsForecast = StatsForecast([model], freq=self.freq, n_jobs=1).fit(history)
        return fitted

    def _forecast(self, method: str, h: int) -> pd.DataFrame:
        model = self._models[method]
        if method in (SMOOTHING, SEASONAL):
            table = model.predict(h=h, level=list(self.level))
            return table.rename(columns=lambda name: name.removeprefix("mean-"))
        table = model.predict(h=h)
        bounds = _sample_bounds if method == MEAN else _own_quantiles
        return table.merge(bounds(self._history[method], self.level), on=SERIES)


def _methods(history: pd.DataFrame, season_length: int) -> pd.Series:
    values = history.groupby(SERIES)[VALUE]
    length, sales = values.size(), values.agg(np.count_nonzero)
    seasonal = (length >= 2 * season_length) & (1 < season_length <= LONGEST_SEASON)
    return pd.Series(
        np.select(
            [length < SHORT_HISTORY, length > INTERMITTENT_INTERVAL * sales, seasonal],
            [MEAN, INTERMITTENT, SEASONAL],
            default=SMOOTHING,
        ),
        index=length.index,
        name="method",
    )


def _own_quantiles(history: pd.DataFrame, level: Sequence[int]) -> pd.DataFrame:
    values = history.groupby(SERIES)[VALUE]
    return _bounds(level, values.quantile)


def _sample_bounds(history: pd.DataFrame, level: Sequence[int]) -> pd.DataFrame:
    """Interval of the next value of a normal sample: mean ± t s √(1 + 1/n), n - 1 degrees."""
    from scipy.special import stdtrit

    values = history.groupby(SERIES)[VALUE]
    mean, size, deviation = values.mean(), values.size(), values.std()
    return _bounds(
        level, lambda share: mean + stdtrit(size - 1, share) * deviation * np.sqrt(1 + 1 / size)
    )


def _bounds(level: Sequence[int], quantile: Callable[[float], pd.Series]) -> pd.DataFrame:
    """Return unique_id, lo-L and hi-L for each level, from a function of the share below."""
    columns = {f"lo-{each}": quantile(0.5 - each / 200) for each in level}
    columns |= {f"hi-{each}": quantile(0.5 + each / 200) for each in level}
    return pd.DataFrame(columns).reset_index()
