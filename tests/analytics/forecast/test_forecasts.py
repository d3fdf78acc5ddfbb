"""A part of an item's forecast."""

from datetime import date

import pandas as pd
import pytest

from analytics.forecast import ItemForecast

WEEKS = pd.DataFrame({"ds": pd.date_range("2026-11-30", periods=8, freq="W-MON"), "mean": 5.0})
FORECAST = ItemForecast("LAMP-001", "W-MON", WEEKS.iloc[:0], WEEKS)


def test_first_and_last_day() -> None:
    assert (FORECAST.starts, FORECAST.ends) == (date(2026, 11, 30), date(2027, 1, 24))


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        (date(2026, 11, 30), date(2027, 1, 10), range(6)),
        (date(2026, 12, 6), date(2026, 12, 7), range(2)),
        (date(2027, 1, 24), date(2027, 12, 31), range(7, 8)),
        (date(2026, 1, 1), date(2026, 11, 29), range(0)),
        (date(2027, 1, 25), date(2027, 2, 1), range(0)),
    ],
)
def test_periods_that_share_a_day(first: date, last: date, weeks: range) -> None:
    found = FORECAST.during(first, last).forecast["ds"]
    assert list(found) == [WEEKS["ds"][week] for week in weeks]
