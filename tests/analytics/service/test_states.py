"""What an order, a line and a return go through: every step, allowed or not."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from analytics.errors import IllegalTransition
from analytics.store import orders, returns
from analytics.store.models import Order, OrderLine, Return, ReturnLine
from analytics.store.states import (
    LINE_STEPS,
    ORDER_STEPS,
    RETURN_STEPS,
    LineStatus,
    OrderStatus,
    ReturnStatus,
    require_step,
)

AT = datetime(2026, 6, 30, tzinfo=UTC)
ORDERS = {
    "pending": "processing cancelled",
    "processing": "shipped cancelled",
    "shipped": "delivered returned",
    "delivered": "returned",
    "cancelled": "",
    "returned": "",
}
RETURNS = {
    "requested": "received withdrawn",
    "received": "completed rejected",
    "completed": "",
    "rejected": "",
    "withdrawn": "",
}
LINES = {
    "ordered": "delivered cancelled",
    "delivered": "return_requested exchange_requested",
    "return_requested": "returned delivered",
    "exchange_requested": "exchanged delivered",
    "exchanged": "return_requested",
    "cancelled": "",
    "returned": "",
}


def pairs(kind: type[StrEnum], allowed: dict[str, str]) -> list[tuple[Any, Any, bool]]:
    """Return every pair of states, and whether the second follows the first."""
    return [(old, new, new in allowed[old].split()) for old in kind for new in kind]


@pytest.mark.parametrize(("old", "new", "allowed"), pairs(OrderStatus, ORDERS))
def test_steps_of_orders(old: OrderStatus, new: OrderStatus, allowed: bool) -> None:
    order = Order(id="1", status=old)
    if allowed:
        orders.advance(order, new, AT, "shop")
        assert order.status == new
        assert [(one.status, one.at, one.actor) for one in order.history] == [(new, AT, "shop")]
    else:
        with pytest.raises(IllegalTransition, match=f"{old} does not lead to {new}, accepted is"):
            orders.advance(order, new, AT, "shop")
        assert (order.status, order.history) == (old, [])


@pytest.mark.parametrize(("old", "new", "allowed"), pairs(ReturnStatus, RETURNS))
def test_steps_of_returns(old: ReturnStatus, new: ReturnStatus, allowed: bool) -> None:
    one = Return(id="R1", status=old)
    if allowed:
        returns.advance(one, new)
    else:
        with pytest.raises(IllegalTransition):
            returns.advance(one, new)
    assert one.status == (new if allowed else old)


@pytest.mark.parametrize(("old", "new", "allowed"), pairs(LineStatus, LINES))
def test_steps_of_lines(old: LineStatus, new: LineStatus, allowed: bool) -> None:
    if allowed:
        require_step(LINE_STEPS, old, new)
    else:
        with pytest.raises(
            IllegalTransition, match=", ".join(sorted(LINES[old].split())) or "nothing"
        ):
            require_step(LINE_STEPS, old, new)


@pytest.mark.parametrize("steps", [ORDER_STEPS, RETURN_STEPS, LINE_STEPS])
def test_every_state_says_what_follows(steps: dict[StrEnum, frozenset[StrEnum]]) -> None:
    assert set(steps) == set(type(next(iter(steps))))


def order(status: str, returned: int = 0, *coming: tuple[str, str, int]) -> Order:
    """Return an order of two lines, of three units and one, the first partly on its way back."""
    return Order(
        id="1",
        status=status,
        lines=[
            OrderLine(number=number, quantity=quantity, returned=back, unit_price=Decimal(10))
            for number, quantity, back in ((1, 3, returned), (2, 1, 0))
        ],
        returns=[
            Return(kind=kind, status=step, lines=[ReturnLine(line_number=1, quantity=quantity)])
            for kind, step, quantity in coming
        ],
    )


@pytest.mark.parametrize(
    ("placed", "status", "left"),
    [
        (order("pending"), "ordered", 3),
        (order("processing"), "ordered", 3),
        (order("shipped"), "ordered", 3),
        (order("delivered"), "delivered", 3),
        (order("cancelled", 3), "cancelled", 0),
        (order("delivered", 1), "delivered", 2),
        (order("delivered", 3), "returned", 0),
        (order("returned", 3), "returned", 0),
        (order("delivered", 0, ("return", "requested", 1)), "return_requested", 2),
        (order("delivered", 0, ("return", "received", 3)), "return_requested", 0),
        (order("delivered", 0, ("return", "rejected", 3)), "delivered", 3),
        (order("delivered", 0, ("return", "withdrawn", 3)), "delivered", 3),
        # Its units stand on the line.
        (order("delivered", 2, ("return", "completed", 2)), "delivered", 1),
        (order("delivered", 0, ("exchange", "requested", 1)), "exchange_requested", 2),
        (order("delivered", 0, ("exchange", "completed", 1)), "exchanged", 2),
        (order("delivered", 0, ("exchange", "rejected", 1)), "delivered", 3),
        (
            order("delivered", 0, ("exchange", "completed", 1), ("return", "requested", 1)),
            "return_requested",
            1,
        ),
        (
            order("delivered", 0, ("return", "requested", 1), ("exchange", "requested", 1)),
            "exchange_requested",
            1,
        ),
        (
            order("delivered", 1, ("exchange", "completed", 2), ("return", "completed", 1)),
            "exchanged",
            0,
        ),
    ],
)
def test_where_the_units_of_a_line_are(placed: Order, status: str, left: int) -> None:
    first, second = placed.lines
    assert orders.line_status(placed, first) == status
    assert orders.left(placed, first) == left
    assert orders.left(placed, second) == 1


def test_a_return_of_one_line_is_none_of_another() -> None:
    placed = order("delivered", 0, ("return", "requested", 3))
    assert orders.line_status(placed, placed.lines[1]) == LineStatus.DELIVERED
