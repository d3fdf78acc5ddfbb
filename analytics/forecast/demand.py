"""Demand tables: from order lines to one regular series an item, and what makes one valid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset
from pandas.tseries.offsets import BaseOffset, Day, MonthBegin, QuarterBegin, Week, YearBegin

from analytics.columns import (
    DEMAND,
    ITEM,
    ORDER_LINES,
    PERIOD,
    QUANTITY,
    SERIES,
    TIMESTAMP,
    VALUE,
    require,
)
from analytics.errors import InvalidInput

CALENDAR_PERIODS: Final = (Day, Week, MonthBegin, QuarterBegin, YearBegin)


def to_demand(
    order_lines: pd.DataFrame, freq: str = "W-MON", as_of: datetime | None = None
) -> pd.DataFrame:
    """Return the units sold of each item in each period.

    A period is named by its first day: with "W-MON" a week runs from Monday to Sunday. Each
    series begins with the item's first sale; all end with the last complete period, and a period
    without a sale has demand 0. A period that ends after `as_of` is incomplete and left out,
    since it would look like a fall in demand.

    Args:
        order_lines: the contract's order lines; times with a zone are turned into UTC, times
            without one are UTC.
        freq: a day ("D"), a week named by its first day ("W-MON"), or a month, quarter or year
            named by its start ("MS", "QS", "YS").
        as_of: the moment up to which the orders are known; by default the end of the day (UTC)
            of the last order.

    Returns:
        unique_id (item id), ds (UTC without a zone), y (float, units), by unique_id and ds.

    Raises:
        InvalidInput: a column is missing, a value is malformed, or `freq` is none of the above.
    """
    offset = _offset(freq)
    if not isinstance(offset, CALENDAR_PERIODS) or offset.n != 1:
        raise InvalidInput("freq", freq, "D, W-MON to W-SUN, MS, QS or YS")
    lines = require(order_lines, ORDER_LINES, "order_lines")
    days = _utc(lines[TIMESTAMP], "order_lines.timestamp").dt.normalize()
    sold = pd.DataFrame(
        {
            SERIES: lines[ITEM],
            PERIOD: days.map({day: offset.rollback(day) for day in days.unique()}),
            VALUE: _amounts(lines[QUANTITY], "order_lines.quantity"),
        }
    )
    if sold.empty:
        return _typed(sold)
    known_until = days.max() + pd.Timedelta(1, unit="D") if as_of is None else _moment(as_of)
    last = offset.rollback(known_until.normalize()) - offset
    sold = sold[sold[PERIOD] <= last]
    if sold.empty:
        return _typed(sold)
    # A row at the last period makes every series reach it, also those that sold nothing then.
    ends = pd.DataFrame({SERIES: sold[SERIES].unique(), PERIOD: last, VALUE: 0.0})
    summed = pd.concat([sold, ends]).groupby([SERIES, PERIOD])[VALUE].sum()
    return fill_periods(_typed(summed.reset_index()), freq)


def check_demand(demand: pd.DataFrame, freq: str | int) -> pd.DataFrame:
    """Return the columns of a demand table with their types, sorted by unique_id and ds.

    Raises:
        InvalidInput: a column is missing; y is not a finite number of 0 or more; ds is not a
            time (for an integer `freq`: an integer); a unique_id is missing; a period stands
            twice in a series; `freq` is unknown.
    """
    table = require(demand, DEMAND, "demand").copy()
    if table[SERIES].isna().any():
        raise InvalidInput("demand.unique_id", None, "an id in every row")
    table[VALUE] = _amounts(table[VALUE], "demand.y")
    if isinstance(freq, str):
        _offset(freq)
        table[PERIOD] = _utc(table[PERIOD], "demand.ds")
    elif freq < 1 or not pd.api.types.is_integer_dtype(table[PERIOD]):
        raise InvalidInput("demand.ds", str(table[PERIOD].dtype), "integers, for an integer freq")
    if (twice := table.duplicated([SERIES, PERIOD])).any():
        row = table[twice].iloc[0]
        raise InvalidInput(
            "demand.ds", f"{row[SERIES]} {row[PERIOD]} twice", "one row for a series and period"
        )
    return table.sort_values([SERIES, PERIOD], ignore_index=True)


def fill_periods(
    demand: pd.DataFrame, freq: str | int, end: Literal["per_serie", "global"] = "per_serie"
) -> pd.DataFrame:
    """Return a checked `demand` with a row of demand 0 for every period that had none.

    Args:
        end: fill up to the end of each series, or up to the last period of all series.

    Raises:
        InvalidInput: a ds is not on the grid of `freq`, such as a Tuesday for "W-MON".
    """
    from utilsforecast.preprocessing import id_time_grid

    if demand.empty:
        return demand
    grid = id_time_grid(demand, freq=freq, start="per_serie", end=end)
    filled: pd.DataFrame = grid.merge(demand, on=[SERIES, PERIOD], how="left")
    if int(filled[VALUE].count()) < len(demand):
        lost = demand.merge(grid, on=[SERIES, PERIOD], how="left", indicator=True)
        row = lost[lost["_merge"] == "left_only"].iloc[0]
        raise InvalidInput("demand.ds", f"{row[SERIES]} {row[PERIOD]}", f"periods of freq {freq!r}")
    return filled.fillna({VALUE: 0.0})


def _offset(freq: str) -> BaseOffset:
    try:
        return to_offset(freq)
    except (ValueError, TypeError) as error:
        raise InvalidInput("freq", freq, "a pandas frequency such as W-MON, D or MS") from error


def _utc(times: pd.Series, field: str) -> pd.Series:
    if pd.api.types.is_numeric_dtype(times) and not times.empty:
        raise InvalidInput(field, str(times.dtype), "times or ISO 8601 text")
    try:
        utc = pd.to_datetime(times, utc=True, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise InvalidInput(field, str(error), "times or ISO 8601 text") from error
    if utc.isna().any():
        raise InvalidInput(field, "a missing time", "a time in every row")
    return utc.dt.tz_localize(None).astype("datetime64[ns]")


def _moment(as_of: datetime) -> pd.Timestamp:
    if as_of.tzinfo is None:
        raise InvalidInput("as_of", as_of, "a time with its zone")
    return pd.Timestamp(as_of.astimezone(UTC)).tz_localize(None).as_unit("ns")


def _amounts(values: pd.Series, field: str) -> pd.Series:
    try:
        amounts = pd.to_numeric(values).astype(float)
    except (ValueError, TypeError) as error:
        raise InvalidInput(field, str(error), "numbers of 0 or more") from error
    wrong = amounts[~(np.isfinite(amounts) & (amounts >= 0))]
    if len(wrong):
        raise InvalidInput(field, float(wrong.iloc[0]), "finite numbers of 0 or more")
    return amounts


def _typed(demand: pd.DataFrame) -> pd.DataFrame:
    return demand.astype({PERIOD: "datetime64[ns]", VALUE: float}).reset_index(drop=True)
