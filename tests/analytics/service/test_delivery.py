"""When a parcel comes, from constructed histories with known answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from analytics.service.delivery import FRESH, LEAST, DeliveryTimes, Expected
from analytics.store.models import Order, OrderEvent
from tests.analytics.service.shop import AT, DAY, PLACED, Counter, order


def deliver(session: Session, carrier: str, days: Iterable[float]) -> None:
    """Add orders that were sent a day after they were placed, and came so many days after that."""
    for number, taken in enumerate(days):
        steps = {"pending": 0.0, "processing": 0.5, "shipped": 1.0, "delivered": 1 + taken}
        session.add(
            Order(
                id=f"{carrier}{number}",
                placed_at=PLACED - 100 * DAY,
                status="delivered",
                currency="GBP",
                carrier=carrier,
                history=[
                    OrderEvent(status=step, at=PLACED + (after - 100) * DAY, actor="shop")
                    for step, after in steps.items()
                ],
            )
        )


def under_way(
    session: Session, carrier: str | None = "post", status: str = "shipped", since: float = 0
) -> Order:
    """Return an order whose last step was so many days ago."""
    placed = order(session, f"C1-{carrier}-{status}-{since}", status)
    placed.carrier = carrier
    placed.history[-1].at = AT - since * DAY
    return placed


def day(after: int, since: int = 0) -> date:
    return (AT + (after - since) * DAY).date()


@pytest.fixture
def times(counter: Counter) -> DeliveryTimes:
    with counter.store.transaction() as session:
        # The shop's own deliveries of the constructed orders are in the way.
        for one in session.query(OrderEvent).where(OrderEvent.status == "delivered"):
            session.delete(one)
    return DeliveryTimes(counter.store, lambda: counter.at)


def expected(counter: Counter, times: DeliveryTimes, **more: object) -> Expected | None:
    with counter.store.transaction() as session:
        placed = under_way(session, **more)  # type: ignore[arg-type]
        session.flush()
        found = placed.id
    return times.expected(counter.order(found))


def test_half_come_by_the_day_and_eight_in_ten_within_the_spread(
    counter: Counter, times: DeliveryTimes
) -> None:
    with counter.store.transaction() as session:
        # 1 to 21 days: a tenth by day 3, half by day 11, nine tenths by day 19.
        deliver(session, "post", range(1, 22))
    assert expected(counter, times) == Expected(day(11), day(3), day(19))


def test_what_took_less_than_this_one_has_waited_tells_nothing(
    counter: Counter, times: DeliveryTimes
) -> None:
    with counter.store.transaction() as session:
        deliver(session, "post", range(1, 22))
    # Of 11 to 21 days: 12, 16, 20.
    assert expected(counter, times, since=10) == Expected(day(16, 10), day(12, 10), day(20, 10))


@pytest.mark.parametrize("since", [20.5, 21, 40])
def test_a_parcel_later_than_almost_all_comes_today_or_by_the_last_one(
    counter: Counter, times: DeliveryTimes, since: float
) -> None:
    with counter.store.transaction() as session:
        deliver(session, "post", range(1, 22))
    found = expected(counter, times, since=since)
    last = AT.date() if since > 20.5 else (AT + 0.5 * DAY).date()
    assert found == Expected(last, last, last)


@pytest.mark.parametrize(("status", "more"), [("pending", 1), ("processing", 0.5), ("shipped", 0)])
def test_the_days_count_from_the_step_it_is_at(
    counter: Counter, times: DeliveryTimes, status: str, more: float
) -> None:
    with counter.store.transaction() as session:
        deliver(session, "post", range(1, 22))
    found = expected(counter, times, status=status)
    assert found is not None
    assert found.on == (AT + (11 + more) * DAY).date()


def test_each_carrier_has_its_own_days(counter: Counter, times: DeliveryTimes) -> None:
    with counter.store.transaction() as session:
        deliver(session, "post", [2] * LEAST)
        deliver(session, "courier", [1] * LEAST)
        deliver(session, "pigeon", [9] * (LEAST - 1))
    assert expected(counter, times) == Expected(day(2), day(2), day(2))
    assert expected(counter, times, carrier="courier") == Expected(day(1), day(1), day(1))
    # Of too few all of the shop's count: 20 of 1 day, 20 of 2, 19 of 9.
    of_all = Expected(day(2), day(1), day(9))
    assert expected(counter, times, carrier="pigeon") == of_all
    assert expected(counter, times, carrier="unheard of") == of_all
    assert expected(counter, times, carrier=None) == of_all


def test_of_too_few_nothing_is_said(counter: Counter, times: DeliveryTimes) -> None:
    with counter.store.transaction() as session:
        deliver(session, "post", [2] * (LEAST - 1))
    assert expected(counter, times) is None


@pytest.mark.parametrize("status", ["delivered", "cancelled", "returned"])
def test_what_does_not_come_is_not_expected(
    counter: Counter, times: DeliveryTimes, status: str
) -> None:
    with counter.store.transaction() as session:
        deliver(session, "post", [2] * LEAST)
    assert expected(counter, times, status=status) is None


def test_without_a_history_nothing_is_said(counter: Counter, times: DeliveryTimes) -> None:
    with counter.store.transaction() as session:
        deliver(session, "post", [2] * LEAST)
        placed = under_way(session)
        placed.history.clear()
    assert times.expected(counter.order(placed.id)) is None


def test_what_came_since_is_looked_at_once_an_hour(counter: Counter, times: DeliveryTimes) -> None:
    assert expected(counter, times) is None
    with counter.store.transaction() as session:
        deliver(session, "post", [2] * LEAST)
    assert expected(counter, times, since=0.01) is None
    counter.at += FRESH + timedelta(seconds=1)
    assert expected(counter, times, since=0.02) is not None
