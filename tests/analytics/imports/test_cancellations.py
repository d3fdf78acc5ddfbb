"""A cancellation finds the purchase that it takes back, or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.imports.online_retail.cancellations import Matches, match

START = datetime(2010, 12, 1, tzinfo=UTC)
PRICE = Decimal("2.55")

type Event = tuple[int, int]
"Day and quantity: above zero for a purchase, below for a cancellation."


def lines(*events: Event, customer: str | None = "17850", price: Decimal = PRICE) -> pd.DataFrame:
    """Return order lines, each an order of its own, named by its place."""
    return pd.DataFrame(
        [
            {
                "order_id": str(place),
                "customer_id": customer,
                "sku": "85123A",
                "unit_price": price,
                "at": pd.Timestamp(START + timedelta(days=day)),
                "quantity": quantity,
                "returned": 0,
            }
            for place, (day, quantity) in enumerate(events)
        ]
    )


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def test_the_latest_purchase_of_that_quantity_is_meant() -> None:
    found = match(lines((0, 6), (1, 6), (2, 9)), lines((3, -6)), ())

    assert found == Matches({1: 6}, [("1", at(3))], [])


def test_units_are_taken_from_the_latest_purchase_of_more() -> None:
    found = match(lines((0, 10), (1, 9)), lines((3, -2), (4, -3)), ())

    assert found == Matches({1: 5}, [("1", at(3)), ("1", at(4))], [])


def test_several_purchases_are_taken_back_together() -> None:
    found = match(lines((0, 4), (1, 4)), lines((3, -6)), ())

    assert found == Matches({1: 4, 0: 2}, [("1", at(3)), ("0", at(3))], [])


def test_a_cancellation_of_more_than_was_bought_is_met_not_at_all() -> None:
    found = match(lines((0, 4)), lines((3, -5), (4, -4)), ())

    assert found == Matches({0: 4}, [("0", at(4))], [0])


def test_a_later_purchase_is_not_meant() -> None:
    assert match(lines((4, 6)), lines((3, -6)), ()).unmatched == [0]


def test_the_same_minute_is_not_later() -> None:
    assert match(lines((3, 6)), lines((3, -6)), ()).returned == {0: 6}


def test_customer_and_price_must_agree() -> None:
    bought = lines((0, 6))

    assert match(bought, lines((1, -6), customer="13047"), ()).unmatched == [0]
    assert match(bought, lines((1, -6), price=Decimal("2.95")), ()).unmatched == [0]
    assert match(bought, lines((1, -6), customer=None), ()).unmatched == [0]


def test_a_cancellation_that_is_known_takes_nothing_more() -> None:
    bought = lines((0, 6)).assign(returned=2)
    known = {("17850", "85123A", PRICE, at(1))}

    assert match(bought, lines((1, -2)), known) == Matches()
    assert match(bought, lines((1, -2), (2, -4)), known).returned == {0: 4}


def test_a_known_time_counts_only_for_units_that_came_back() -> None:
    bought = lines((0, 6)).assign(returned=6)
    known = {("17850", "85123A", PRICE, at(day)) for day in (1, 2)}

    assert match(bought, lines((1, -6), (2, -6)), known).unmatched == [1]


events = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=9)


@settings(deadline=None)
@given(bought=events, cancelled=events)
def test_no_unit_is_taken_back_twice_and_none_is_lost(
    bought: list[Event], cancelled: list[Event]
) -> None:
    purchases, cancellations = lines(*bought), lines(*((day, -units) for day, units in cancelled))
    found = match(purchases, cancellations, ())

    assert all(0 < units <= purchases["quantity"][line] for line, units in found.returned.items())
    met = cancellations.drop(index=found.unmatched)
    assert sum(found.returned.values()) == -met["quantity"].sum()
    days = [moment for _, moment in found.steps]
    assert days == sorted(days)


@settings(deadline=None)
@given(bought=events, cancelled=events)
def test_what_was_matched_once_is_known_again(bought: list[Event], cancelled: list[Event]) -> None:
    purchases, cancellations = lines(*bought), lines(*((day, -units) for day, units in cancelled))
    first = match(purchases, cancellations, ())
    returned = pd.Series(first.returned, dtype="int64").reindex(purchases.index, fill_value=0)
    known = {("17850", "85123A", PRICE, moment) for _, moment in first.steps}

    again = match(purchases.assign(returned=returned), cancellations, known)

    assert again.returned == {}
    assert again.steps == []
