from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.customers import rfm
from analytics.errors import InvalidInput

AS_OF = datetime(2024, 6, 1, 12, tzinfo=UTC)


def order_lines(rows: list[tuple[str, str | None, str, int, object]]) -> pd.DataFrame:
    columns = ["order_id", "customer_id", "timestamp", "quantity", "unit_price"]
    table = pd.DataFrame(rows, columns=columns).assign(item_id="i")
    return table.assign(timestamp=pd.to_datetime(table["timestamp"]))


def test_by_hand() -> None:
    lines = order_lines(
        [
            ("1", "b", "2024-05-01 12:00", 2, 1.5),
            ("1", "b", "2024-05-01 12:00", 1, 4.0),
            ("2", "b", "2024-05-31 13:00", 10, 0.5),
            ("3", "a", "2024-05-30 12:00", 1, 100.0),
        ]
    )
    expected = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "recency_days": [2, 0],
            "frequency": [1, 2],
            "monetary": [100.0, 12.0],
        }
    )
    pd.testing.assert_frame_equal(rfm(lines, AS_OF), expected)


def test_exact_money_and_zoned_times_are_read_too() -> None:
    lines = order_lines([("1", "a", "2024-05-30 12:00", 3, Decimal("0.10"))])
    lines["timestamp"] = lines["timestamp"].dt.tz_localize("UTC")
    found = rfm(lines, AS_OF.replace(tzinfo=None))
    assert found["monetary"].tolist() == pytest.approx([0.3])
    assert found["recency_days"].tolist() == [2]


def test_later_lines_and_guests_do_not_count() -> None:
    lines = order_lines(
        [
            ("1", "a", "2024-05-01", 1, 1.0),
            ("2", "a", "2024-06-02", 1, 1.0),
            ("3", None, "2024-05-01", 1, 1.0),
            ("4", "b", "2024-06-02", 1, 1.0),
        ]
    )
    found = rfm(lines, AS_OF)
    assert found["customer_id"].tolist() == ["a"]
    assert found["frequency"].tolist() == [1]


def test_no_lines_no_customers() -> None:
    found = rfm(order_lines([]), AS_OF)
    assert found.empty
    assert list(found.columns) == ["customer_id", "recency_days", "frequency", "monetary"]


def test_bad_input_is_named() -> None:
    lines = order_lines([("1", "a", "2024-05-01", 1, 1.0)])
    with pytest.raises(InvalidInput, match=r"order_lines\.unit_price"):
        rfm(lines.drop(columns="unit_price"), AS_OF)
    with pytest.raises(InvalidInput, match=r"order_lines\.timestamp"):
        rfm(lines.assign(timestamp="yesterday"), AS_OF)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from("1234"),
            st.integers(0, 100),
            st.integers(1, 9),
            st.integers(0, 10_000),
        ),
        min_size=1,
    )
)
def test_totals_are_kept(rows: list[tuple[str, str, int, int, int]]) -> None:
    first = pd.Timestamp("2024-01-01")
    lines = pd.DataFrame(
        [
            (f"{customer}{order}", customer, first + pd.Timedelta(day, "D"), "i", quantity, cents)
            for customer, order, day, quantity, cents in rows
        ],
        columns=["order_id", "customer_id", "timestamp", "item_id", "quantity", "unit_price"],
    )
    found = rfm(lines, AS_OF)
    assert found["monetary"].sum() == (lines["quantity"] * lines["unit_price"]).sum()
    assert found["frequency"].sum() == lines["order_id"].nunique()
    assert (found["recency_days"] >= 0).all()
    shuffled = lines.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(rfm(shuffled, AS_OF), found)
