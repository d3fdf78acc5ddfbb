"""Returns and exchanges once they are under way: what the shop's warehouse does with them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from analytics.store import orders
from analytics.store.models import (
    PaymentMethodKind,
    PaymentStatus,
    Return,
    ReturnKind,
)
from analytics.store.states import RETURN_STEPS, OrderStatus, ReturnStatus, require_step


def advance(one: Return, status: ReturnStatus) -> None:
    """Bring a return one step further.

    Raises:
        IllegalTransition: the step does not follow from where it is.
    """
    require_step(RETURN_STEPS, ReturnStatus(one.status), status)
    one.status = status


def complete(one: Return, at: datetime, actor: str) -> None:
    """Finish a return whose goods have come back: its units are returned, its money is sent.

    Raises:
        IllegalTransition: the goods have not been received.
    """
    order = one.order
    advance(one, ReturnStatus.COMPLETED)
    if one.kind == ReturnKind.RETURN:
        lines = {line.number: line for line in order.lines}
        for part in one.lines:
            lines[part.line_number].returned += part.quantity
    for payment in order.payments:
        if payment.return_id == one.id and payment.status == PaymentStatus.PENDING:
            payment.status = PaymentStatus.DONE
            method = payment.method
            if method is not None and method.kind == PaymentMethodKind.GIFT_CARD:
                method.balance = (method.balance or Decimal(0)) + payment.amount
    if all(line.returned == line.quantity for line in order.lines):
        orders.advance(order, OrderStatus.RETURNED, at, actor)
