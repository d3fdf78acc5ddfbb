"""Parsers of single cells: what they read they read exactly, and nothing makes them fail."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.imports.online_retail import cells

anything = st.one_of(
    st.text(), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.none()
)
PARSERS = [
    cells.code,
    cells.country,
    cells.price,
    cells.quantity,
    cells.title,
    cells.moment_reader([]),
]


@settings(deadline=None)
@given(value=anything)
@pytest.mark.parametrize("parse", PARSERS)
def test_any_cell_is_read_or_is_not(parse: Any, value: Any) -> None:
    parsed = parse(value)

    assert parsed is None or isinstance(parsed, str | int | Decimal | datetime)


@given(units=st.integers(-(2**31) + 1, 2**31 - 1))
def test_a_quantity_is_read_from_text_and_from_a_float(units: int) -> None:
    assert cells.quantity(str(units)) == cells.quantity(float(units)) == units


@given(amount=st.decimals(-100_000, 100_000, places=4))
def test_a_price_is_read_exactly(amount: Decimal) -> None:
    assert cells.price(str(amount)) == cells.price(f" {amount} ") == amount


@given(pence=st.integers(-10_000_000, 10_000_000))
def test_a_float_is_the_price_that_it_shows(pence: int) -> None:
    amount = Decimal(pence) / 100

    assert cells.price(np.float64(amount)) == cells.price(float(amount)) == amount


def test_noise_of_floats_is_no_price_but_a_fifth_place_is_refused() -> None:
    assert cells.price(0.1 + 0.2) == Decimal("0.3")
    assert cells.price("2.55001") is None


@given(value=st.text())
def test_a_code_has_one_spelling(value: str) -> None:
    code = cells.code(value)

    assert code is None or cells.code(f" {code.lower()}\t") == cells.code(code.lower())
    assert code is None or 1 <= len(code) <= 64


@pytest.mark.parametrize("value", ["71053", 71053, 71053.0, np.float32(71053), "71053.0", " 71053"])
def test_a_code_of_digits_is_the_same_in_every_format(value: Any) -> None:
    assert cells.code(value) == "71053"


minutes = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0)
)


@settings(deadline=None)
@given(times=st.lists(minutes, min_size=1), form=st.sampled_from(cells.DATE_FORMATS))
def test_a_column_of_times_is_read_in_its_own_format(times: list[datetime], form: str) -> None:
    # A day after the twelfth tells day from month; years of two digits are those from 1990 on.
    times = [*times, datetime(2010, 12, 31, 8, 26)]  # noqa: DTZ001
    times = [at.replace(year=1990 + at.year % 70) for at in times if at.day < 29 or at.month != 2]
    read = cells.moment_reader([at.strftime(form) for at in times])

    for at in times:
        assert read(at.strftime(form)) == read(at)


def test_month_comes_first_where_both_orders_fit() -> None:
    assert cells.moment_reader(["12/1/2010 8:26"])("12/1/2010 8:26") == datetime(
        2010, 12, 1, 8, 26, tzinfo=UTC
    )


def test_a_time_with_a_zone_keeps_it() -> None:
    at = pd.Timestamp("2011-07-01 08:00", tz="Asia/Shanghai")

    assert cells.moment_reader([])(at) == datetime(2011, 7, 1, tzinfo=UTC)


def test_each_distinct_value_is_parsed_once() -> None:
    seen: list[str] = []
    values = pd.Series(["a", "b", None, "a"], index=[7, 5, 3, 1])

    parsed = cells.distinct(values, lambda value: seen.append(value) or value.upper())

    assert parsed.to_dict() == {7: "A", 5: "B", 3: None, 1: "A"}
    assert seen == ["a", "b"]
