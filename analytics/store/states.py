"""What an order and its lines go through, and which steps are allowed.

The states say what is possible at all; what a shop permits of that, and to whom, is policy (see
`analytics.service`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from analytics.errors import IllegalTransition


class OrderStatus(StrEnum):
    """What an order goes through."""

    PENDING = "pending"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class LineStatus(StrEnum):
    """Where the units of an order line are; see `analytics.store.orders.line_status`."""

    ORDERED = "ordered"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURN_REQUESTED = "return_requested"
    EXCHANGE_REQUESTED = "exchange_requested"
    RETURNED = "returned"
    EXCHANGED = "exchanged"


class ReturnStatus(StrEnum):
    """What a return or an exchange goes through."""

    REQUESTED = "requested"
    RECEIVED = "received"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


ORDER_STEPS: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = {
    OrderStatus.PENDING: frozenset({OrderStatus.PROCESSING, OrderStatus.CANCELLED}),
    OrderStatus.PROCESSING: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.SHIPPED: frozenset({OrderStatus.DELIVERED, OrderStatus.RETURNED}),
    OrderStatus.DELIVERED: frozenset({OrderStatus.RETURNED}),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.RETURNED: frozenset(),
}
RETURN_STEPS: Final[Mapping[ReturnStatus, frozenset[ReturnStatus]]] = {
    ReturnStatus.REQUESTED: frozenset({ReturnStatus.RECEIVED, ReturnStatus.WITHDRAWN}),
    ReturnStatus.RECEIVED: frozenset({ReturnStatus.COMPLETED, ReturnStatus.REJECTED}),
    ReturnStatus.COMPLETED: frozenset(),
    ReturnStatus.REJECTED: frozenset(),
    ReturnStatus.WITHDRAWN: frozenset(),
}
LINE_STEPS: Final[Mapping[LineStatus, frozenset[LineStatus]]] = {
    LineStatus.ORDERED: frozenset({LineStatus.DELIVERED, LineStatus.CANCELLED}),
    LineStatus.DELIVERED: frozenset({LineStatus.RETURN_REQUESTED, LineStatus.EXCHANGE_REQUESTED}),
    LineStatus.RETURN_REQUESTED: frozenset({LineStatus.RETURNED, LineStatus.DELIVERED}),
    LineStatus.EXCHANGE_REQUESTED: frozenset({LineStatus.EXCHANGED, LineStatus.DELIVERED}),
    LineStatus.EXCHANGED: frozenset({LineStatus.RETURN_REQUESTED}),
    LineStatus.CANCELLED: frozenset(),
    LineStatus.RETURNED: frozenset(),
}


def require_step[S: StrEnum](steps: Mapping[S, frozenset[S]], old: S, new: S) -> None:
    """Raise where `new` does not follow `old`.

    Raises:
        IllegalTransition: naming both, and what may follow.
    """
    if new not in steps[old]:
        raise IllegalTransition(old, new, sorted(steps[old]))
