"""The days that the demo shop has lived through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

import numpy as np
import pandas as pd

from analytics.demo.catalogue import Floats, Ints

SECONDS_OF_A_DAY: Final = 86_400
DAYS_OF_A_YEAR: Final = 365.25
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True)
class Period:
    """The D days from `start` to `until`, both included, in UTC. Day 0 is `start`.

    Moments are whole seconds since midnight of day 0, so that they stay small exact numbers;
    nothing happens at or after `end`.
    """

    start: date
    until: date

    @classmethod
    def ending(cls, until: date, months: int) -> Self:
        """Return the period of so many calendar months that ends with `until`."""
        first = pd.Timestamp(until + timedelta(days=1)) - pd.DateOffset(months=months)
        return cls(first.date(), until)

    def __len__(self) -> int:
        return (self.until - self.start).days + 1

    @property
    def end(self) -> int:
        """The moment after the last: midnight that follows `until`."""
        return len(self) * SECONDS_OF_A_DAY

    @property
    def days(self) -> pd.DatetimeIndex:
        return pd.date_range(self.start, self.until, freq="D")

    @property
    def day_of_year(self) -> Ints:
        """1 to 365 for each day; the last day of a leap year counts as the 365th."""
        return np.minimum(self.days.dayofyear.to_numpy().astype(np.int64), 365)

    @property
    def years(self) -> Floats:
        """Years since the start, for each day."""
        return np.arange(len(self)) / DAYS_OF_A_YEAR

    def times(self, moments: Ints) -> pd.Series:
        """Return moments as times in UTC."""
        offset = (self.start - _EPOCH).days * SECONDS_OF_A_DAY
        return pd.Series(pd.to_datetime(moments + offset, unit="s", utc=True))

    def dates(self, days: Ints) -> list[date]:
        """Return day numbers as dates."""
        return [date.fromordinal(self.start.toordinal() + int(day)) for day in days]
