"""From order lines to demand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.forecast import to_demand
from analytics.forecast.demand import check_demand, fill_periods
from tests.analytics.forecast.series import weekly


def order_lines(*sales: tuple[str, Any, Any]) -> pd.DataFrame:
    """Return order lines from item, time and quantity."""
    return pd.DataFrame(
        {
            "order_id": [f"o{number}" for number in range(len(sales))],
            "customer_id": None,
            "timestamp": [time for _, time, _ in sales],
            "item_id": [item for item, _, _ in sales],
            "quantity": [quantity for _, _, quantity in sales],
            "unit_price": 1.0,
        }
    )


def rows(demand: pd.DataFrame) -> list[tuple[str, str, float]]:
    days = demand["ds"].dt.strftime("%Y-%m-%d")
    return list(zip(demand["unique_id"], days, demand["y"], strict=True))


# 2025-01-06 and the 13th, 20th and 27th are Mondays.
SALES = order_lines(
    ("lamp", "2025-01-12 23:59", 2),
    ("lamp", "2025-01-06 00:00", 1),
    ("lamp", "2025-01-13 00:00", 5),
    ("mug", "2025-01-15 10:00", 4),
    ("mug", "2025-01-15 11:00", 3),
    ("lamp", "2025-01-28 09:00", 50),
)


def test_weeks_run_from_monday_to_sunday_and_the_incomplete_last_is_dropped() -> None:
    assert rows(to_demand(SALES)) == [
        ("lamp", "2025-01-06", 3),
        ("lamp", "2025-01-13", 5),
        ("lamp", "2025-01-20", 0),
        ("mug", "2025-01-13", 7),
        ("mug", "2025-01-20", 0),
    ]


def test_a_week_whose_last_day_has_orders_is_complete() -> None:
    sunday = order_lines(("lamp", "2025-01-13 09:00", 1), ("lamp", "2025-01-19 09:00", 1))
    assert rows(to_demand(sunday)) == [("lamp", "2025-01-13", 2)]


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        ("2025-01-19 23:59", "2025-01-06"),
        ("2025-01-20", "2025-01-13"),
        ("2025-02-03", "2025-01-27"),
    ],
)
def test_the_last_period_is_the_last_that_ended_by_then(as_of: str, last: str) -> None:
    demand = to_demand(SALES, as_of=datetime.fromisoformat(as_of).replace(tzinfo=UTC))
    assert demand["ds"].max() == pd.Timestamp(last)


def test_times_with_a_zone_are_turned_into_utc() -> None:
    # Half past midnight on Monday in Shanghai is still Sunday in UTC.
    times = pd.to_datetime(["2025-01-13 00:30", "2025-01-26 12:00"]).tz_localize("Asia/Shanghai")
    demand = to_demand(order_lines(("lamp", times[0], 1), ("lamp", times[1], 1)))
    assert rows(demand) == [
        ("lamp", "2025-01-06", 1),
        ("lamp", "2025-01-13", 0),
        ("lamp", "2025-01-20", 1),
    ]


@pytest.mark.parametrize(
    ("freq", "expected"),
    [
        ("MS", [("lamp", "2025-01-01", 3), ("lamp", "2025-02-01", 0), ("lamp", "2025-03-01", 7)]),
        ("QS", [("lamp", "2025-01-01", 10)]),
    ],
)
def test_months_and_quarters_are_named_by_their_first_day(
    freq: str, expected: list[tuple[str, str, float]]
) -> None:
    sales = order_lines(
        ("lamp", "2025-01-01", 1), ("lamp", "2025-01-31 23:00", 2), ("lamp", "2025-03-31", 7)
    )
    assert rows(to_demand(sales, freq)) == expected


def test_days() -> None:
    sales = order_lines(("lamp", "2025-01-01 08:00", 1), ("lamp", "2025-01-03 08:00", 2))
    assert [y for _, _, y in rows(to_demand(sales, "D"))] == [1, 0, 2]


@pytest.mark.parametrize("sales", [[], [("lamp", "2025-01-15", 1)]])
def test_without_a_complete_period_the_table_is_empty(sales: list[tuple[str, Any, Any]]) -> None:
    demand = to_demand(order_lines(*sales))
    assert list(demand.columns) == ["unique_id", "ds", "y"]
    assert len(demand) == 0


@pytest.mark.parametrize("freq", ["ME", "2W-MON", "h", "7D", "every week", ""])
def test_periods_that_are_refused(freq: str) -> None:
    with pytest.raises(InvalidInput, match="freq"):
        to_demand(SALES, freq)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": -1}, "order_lines.quantity"),
        ({"quantity": "two"}, "order_lines.quantity"),
        ({"quantity": None}, "order_lines.quantity"),
        ({"timestamp": pd.NaT}, "order_lines.timestamp"),
        ({"timestamp": "yesterday"}, "order_lines.timestamp"),
        ({"timestamp": 20250113}, "order_lines.timestamp"),
    ],
)
def test_order_lines_that_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        to_demand(SALES.assign(**changes))
    assert caught.value.values["field"] == field


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"order_lines\.item_id"):
        to_demand(SALES.drop(columns="item_id"))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="as_of"):
        to_demand(SALES, as_of=datetime(2025, 2, 3))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"y": float("nan")}, "demand.y"),
        ({"y": float("inf")}, "demand.y"),
        ({"y": -0.5}, "demand.y"),
        ({"y": "many"}, "demand.y"),
        ({"ds": pd.Timestamp("2025-01-06")}, "demand.ds"),
        ({"ds": pd.NaT}, "demand.ds"),
        ({"ds": 1}, "demand.ds"),
        ({"unique_id": None}, "demand.unique_id"),
    ],
)
def test_demand_that_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_demand(weekly(lamp=[1, 2, 3]).assign(**changes), "W-MON")
    assert caught.value.values["field"] == field


def test_an_integer_step_takes_integer_periods_only() -> None:
    with pytest.raises(InvalidInput, match=r"demand\.ds"):
        check_demand(weekly(lamp=[1, 2, 3]), 1)


def test_periods_off_the_grid_are_refused() -> None:
    tuesdays = weekly("2025-01-06", lamp=[1, 2, 3]).assign(
        ds=pd.date_range("2025-01-07", periods=3, freq="W-TUE")
    )
    with pytest.raises(InvalidInput, match=r"lamp 2025-01-07.*W-MON"):
        fill_periods(check_demand(tuesdays, "W-MON"), "W-MON")


def test_missing_periods_have_no_demand() -> None:
    table = weekly(lamp=[1, 2, 3, 4, 5], mug=[6, 7]).drop(index=[1, 3])
    assert list(fill_periods(table, "W-MON")["y"]) == [1, 0, 3, 0, 5, 6, 7]
    assert list(fill_periods(table, "W-MON", "global")["y"]) == [1, 0, 3, 0, 5, 6, 7, 0, 0, 0]
