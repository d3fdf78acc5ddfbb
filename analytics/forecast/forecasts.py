"""The forecasts of a trained version, item by item."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandas.tseries.frequencies import to_offset

from analytics.columns import PERIOD, SERIES, VALUE
from analytics.errors import ArtifactError, NotEnoughHistory

FORECASTS_FILE: Final = "forecasts.parquet"
HISTORY_FILE: Final = "history.parquet"
META_FILE: Final = "meta.json"
HISTORY_PERIODS: Final = 52
"Periods of history kept to be shown beside a forecast."
PLACES: Final = 2
"Decimal places of the amounts that a page shows."


@dataclass(frozen=True)
class ItemForecast:
    """What one item sold, and what it is expected to sell.

    Attributes:
        freq: pandas frequency of the periods; ds is the first day of one, UTC.
        history: ds, y: the last periods (52 at most), units sold.
        forecast: ds, mean, lo-80, hi-80, lo-95, hi-95: the next periods, units.
    """

    item_id: str
    freq: str
    history: pd.DataFrame
    forecast: pd.DataFrame

    @property
    def starts(self) -> date:
        """The first day of the forecast."""
        day: date = self.forecast[PERIOD].iloc[0].date()
        return day

    @property
    def ends(self) -> date:
        """The last day of the forecast."""
        after = self.forecast[PERIOD].iloc[-1] + to_offset(self.freq)
        day: date = after.date() - timedelta(days=1)
        return day

    def during(self, first: date, last: date) -> ItemForecast:
        """Return the forecast of the periods that share a day with `first` to `last`, if any do."""
        begins = self.forecast[PERIOD]
        ends = begins + to_offset(self.freq)
        shared = (begins.dt.date <= last) & (ends.dt.date > first)
        return replace(self, forecast=self.forecast[shared].reset_index(drop=True))

    def to_custom(self, title: str) -> dict[str, Any]:
        """Return what the chat page draws a chart from; plain values that JSON knows."""
        return {
            "type": "forecast",
            "item_id": self.item_id,
            "title": title,
            "freq": self.freq,
            "history": _records(self.history),
            "forecast": _records(self.forecast),
        }


class Forecasts:
    """The forecasts that `train_forecasts` wrote; made by `load`."""

    def __init__(self, freq: str, history: pd.DataFrame, forecasts: pd.DataFrame) -> None:
        self.freq = freq
        self._history = history
        self._forecasts = forecasts
        self._history_rows = history.groupby(SERIES).indices
        self._forecast_rows = forecasts.groupby(SERIES).indices

    @classmethod
    def load(cls, folder: Path) -> Forecasts:
        """Read a folder that `train_forecasts` wrote.

        Raises:
            ArtifactError: a file is missing or is not what was written.
        """
        try:
            meta = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
            return cls(
                freq=meta["freq"],
                history=pd.read_parquet(folder / HISTORY_FILE),
                forecasts=pd.read_parquet(folder / FORECASTS_FILE),
            )
        except (OSError, ValueError, KeyError) as error:
            raise ArtifactError(f"{folder}: no forecasts ({error}): train again") from error

    def of(self, item_id: str) -> ItemForecast:
        """Return the forecast of one item.

        Raises:
            NotEnoughHistory: the item has none; it sold too little or too recently.
        """
        if item_id not in self._forecast_rows:
            raise NotEnoughHistory(item_id)
        history = self._history.iloc[self._history_rows[item_id]]
        forecast = self._forecasts.iloc[self._forecast_rows[item_id]]
        return ItemForecast(
            item_id=item_id,
            freq=self.freq,
            history=history[[PERIOD, VALUE]].reset_index(drop=True),
            forecast=forecast.drop(columns=SERIES).reset_index(drop=True),
        )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rounded = table.round(PLACES).assign(ds=table[PERIOD].dt.strftime("%Y-%m-%d"))
    return [{str(key): value for key, value in row.items()} for row in rounded.to_dict("records")]
