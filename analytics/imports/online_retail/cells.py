"""What one cell of an online-retail file means. A parser returns None for what it cannot read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

SHOP_TIME: Final = ZoneInfo("Europe/London")
YEARS: Final = range(1970, 2201)
LONGEST_CODE: Final = 64
LARGEST_QUANTITY: Final = 2**31 - 1
LARGEST_PRICE: Final = Decimal(10) ** 10

DATE_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%y %H:%M",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
)
"Of two that read a file equally well the earlier stands: 12/1/2010 is the first of December."

_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)", re.ASCII)
_WHOLE_AS_FLOAT: Final = re.compile(r"(\d+)\.0+", re.ASCII)
_PLACES: Final = Decimal("0.0001")
_FLOAT_NOISE: Final = Decimal("1e-9")


def distinct[T](values: pd.Series[Any], parse: Callable[[Any], T | None]) -> pd.Series[Any]:
    """Return `parse` of each value, called once a distinct value; a missing value stays None."""
    codes, found = pd.factorize(values)
    parsed = np.empty(len(found) + 1, dtype=object)
    parsed[:-1] = [parse(value) for value in found]
    return pd.Series(parsed[codes], index=values.index, dtype=object)


def text(value: Any) -> str | None:
    """Return the cell as text with single spaces; a whole number without its decimal point."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    words = " ".join(str(value).split())
    whole = _WHOLE_AS_FLOAT.fullmatch(words)
    return (whole[1] if whole else words) or None


def code(value: Any) -> str | None:
    """Return an invoice number, stock code or customer id in its one spelling, in capitals."""
    words = text(value)
    return words.upper() if words and len(words) <= LONGEST_CODE else None


def country(value: Any) -> str | None:
    words = text(value)
    return None if words is None or words.lower() == "unspecified" else words[:80]


def title(value: Any) -> str | None:
    words = text(value)
    return words[:300] if words else None


def quantity(value: Any) -> int | None:
    """Return a whole number of either sign."""
    number = _number(value)
    if number is None or number != number.to_integral_value() or abs(number) > LARGEST_QUANTITY:
        return None
    return int(number)


def price(value: Any) -> Decimal | None:
    """Return an amount of either sign with at most four decimal places."""
    number = _number(value)
    if number is None or abs(number) > LARGEST_PRICE:
        return None
    exact = number.quantize(_PLACES)
    # A float's last digits, such as 2.5500000000000003, are noise and not a price.
    return exact + 0 if abs(exact - number) < _FLOAT_NOISE else None


def moment_reader(values: Iterable[Any]) -> Callable[[Any], datetime | None]:
    """Return the parser for a column of times in the shop's local time; it gives UTC.

    Text is read by the one of `DATE_FORMATS` that fits most of `values`. An hour that the clock
    repeats is taken as its first pass; one that it skips, as if the clock had not been moved.
    """
    texts = {words for value in values if isinstance(value, str) and (words := text(value))}
    best = _best_format(texts)

    def moment(value: Any) -> datetime | None:
        if isinstance(value, str):
            local = _strptime(text(value) or "", best)
        elif isinstance(value, datetime):
            local = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
        elif isinstance(value, date):
            local = datetime.combine(value, time())
        else:
            local = None
        if local is None or local.year not in YEARS:
            return None
        aware = local if local.tzinfo else local.replace(tzinfo=SHOP_TIME)
        return aware.astimezone(UTC)

    return moment


def _number(value: Any) -> Decimal | None:
    """Return what is a plain decimal number: no exponent, separator, currency sign or infinity."""
    words = str(value).strip()
    return Decimal(words) if len(words) <= 30 and _NUMBER.fullmatch(words) else None


def _best_format(texts: set[str]) -> str:
    """Return the format that reads most of `texts`; stops at one that reads all."""
    best, most = DATE_FORMATS[0], -1
    for form in DATE_FORMATS:
        read = sum(_strptime(words, form) is not None for words in texts)
        if read > most:
            best, most = form, read
        if read == len(texts):
            break
    return best


def _strptime(words: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(words, form)  # noqa: DTZ007 - the caller adds the shop's zone
    except ValueError:
        return None
