"""When a parcel comes, by how long the shop's own deliveries took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import quantiles
from threading import Lock
from typing import Final

from analytics.store import Store, orders
from analytics.store.models import Order
from analytics.store.states import OrderStatus

DELIVERIES: Final = 2_000
"The newest ones looked at."
LEAST: Final = 20
"Deliveries of a carrier below which all of the shop's count."
FRESH: Final = timedelta(hours=1)
WAITS: Final = (OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.SHIPPED)


@dataclass(frozen=True)
class Expected:
    """When a parcel is expected: half of those like it come by `on`, eight in ten within the rest.

    Attributes:
        first, last: between which days eight of ten such parcels come.
    """

    on: date
    first: date
    last: date


class DeliveryTimes:
    """Days from each step of an order to its delivery, by carrier; looked at once an hour.

    Args:
        now: the time that it is for the assistant.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._lock = Lock()
        self._read_at: datetime | None = None
        self._days: dict[tuple[str | None, OrderStatus], list[float]] = {}

    def expected(self, order: Order) -> Expected | None:
        """Return when an order that is on its way should come, or None where too little is known.

        A parcel that is later than all others is expected from today on.
        """
        status = OrderStatus(order.status)
        since = max((event.at for event in order.history if event.status == status), default=None)
        if status not in WAITS or since is None:
            return None
        days = self._history().get((order.carrier, status), [])
        if len(days) < LEAST:
            days = self._history().get((None, status), [])
        if len(days) < LEAST:
            return None
        waited = (self._now() - since).total_seconds() / 86_400
        # Those that took less than this one has waited tell nothing of it.
        remaining = [one for one in days if one > waited] or [waited]
        tenths = (
            quantiles(remaining, n=10, method="inclusive") if len(remaining) > 1 else remaining * 9
        )
        first, middle, last = ((since + timedelta(days=tenths[at])).date() for at in (0, 4, 8))
        return Expected(middle, first, last)

    def _history(self) -> dict[tuple[str | None, OrderStatus], list[float]]:
        with self._lock:
            now = self._now()
            if self._read_at is None or now - self._read_at > FRESH or now < self._read_at:
                with self._store.reading() as session:
                    steps = orders.delivery_steps(session, DELIVERIES)
                self._days = _by_carrier(steps)
                self._read_at = now
            return self._days


def _by_carrier(
    steps: list[tuple[str | None, OrderStatus, float]],
) -> dict[tuple[str | None, OrderStatus], list[float]]:
    found: dict[tuple[str | None, OrderStatus], list[float]] = {}
    for carrier, status, days in steps:
        for key in {(carrier, status), (None, status)}:
            found.setdefault(key, []).append(days)
    return found
