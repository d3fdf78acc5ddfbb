"""Money of orders: what was paid and given back, by which means.

For every order, payments less refunds equal `orders.total`: whoever changes the one changes the
other in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.store import orders
from analytics.store.models import (
    Order,
    Payment,
    PaymentKind,
    PaymentMethod,
    PaymentMethodKind,
    PaymentStatus,
)
from analytics.store.service import new_id


@dataclass(frozen=True)
class Share:
    """A part of an amount, and the means of payment that it came by or goes to.

    Attributes:
        method: None where the shop does not tell how it was paid.
    """

    method: PaymentMethod | None
    amount: Decimal


def balance(order: Order) -> Decimal:
    """Return payments less refunds, pending ones too; an order without any was paid in full."""
    if not order.payments:
        return orders.total(order)
    return sum((_signed(payment) for payment in order.payments), Decimal(0))


def paid_by(order: Order) -> list[Share]:
    """Return by which means what was paid and not given back came, the latest first."""
    if not order.payments:
        due = orders.total(order)
        return [Share(order.payment_method, due)] if due else []
    latest: dict[str | None, Share] = {}
    for payment in order.payments:
        known = latest.pop(payment.method_id, Share(payment.method, Decimal(0)))
        latest[payment.method_id] = Share(known.method, known.amount + _signed(payment))
    return [share for share in reversed(latest.values()) if share.amount > 0]


def at_most_paid(order: Order, amount: Decimal) -> Decimal:
    """Return `amount`, or what was paid and not given back where that is less.

    It is less where a payment failed, or where the shop's data do not tell of a discount.
    """
    return max(min(amount, balance(order)), Decimal(0))


def back_as_paid(order: Order, amount: Decimal) -> list[Share]:
    """Return `amount` as shares that go back the way they came, the latest payment first.

    Raises:
        ValueError: more than was paid.
    """
    found = []
    for share in paid_by(order):
        part = min(share.amount, amount)
        if part > 0:
            found.append(Share(share.method, part))
            amount -= part
    if amount > 0:
        raise ValueError(f"order {order.id}: {amount} more than was paid is to be given back")
    return found


def open_books(order: Order) -> None:
    """Write down what was paid before the shop's data were connected, if nothing tells of it."""
    due = orders.total(order)
    if not order.payments and due > 0:
        order.payments.append(
            Payment(
                id=new_id("P"),
                kind=PaymentKind.PAYMENT,
                amount=due,
                method_id=order.payment_method_id,
                method=order.payment_method,
                status=PaymentStatus.DONE,
                at=order.placed_at,
            )
        )


def pay(order: Order, method: PaymentMethod, amount: Decimal, at: datetime, change_id: str) -> None:
    """Have the customer pay an amount: a gift card at once, other means by the shop's service."""
    at_once = method.kind == PaymentMethodKind.GIFT_CARD
    if at_once:
        method.balance = (method.balance or Decimal(0)) - amount
    _record(
        order,
        kind=PaymentKind.PAYMENT,
        amount=amount,
        method_id=method.id,
        method=method,
        status=PaymentStatus.DONE if at_once else PaymentStatus.PENDING,
        at=at,
        due_on=None if at_once else at.date(),
        change_id=change_id,
    )


def refund(
    order: Order,
    share: Share,
    at: datetime,
    due_on: date,
    change_id: str,
    return_id: str | None = None,
) -> None:
    """Give an amount back, by `due_on`; to a gift card at once where that is today."""
    method = share.method
    gift_card = method is not None and method.kind == PaymentMethodKind.GIFT_CARD
    at_once = gift_card and due_on <= at.date()
    if at_once and method is not None:
        method.balance = (method.balance or Decimal(0)) + share.amount
    _record(
        order,
        kind=PaymentKind.REFUND,
        amount=share.amount,
        method_id=method.id if method else None,
        method=method,
        status=PaymentStatus.DONE if at_once else PaymentStatus.PENDING,
        at=at,
        due_on=None if at_once else due_on,
        change_id=change_id,
        return_id=return_id,
    )


def methods(session: Session, customer_id: str) -> list[PaymentMethod]:
    """Return the customer's means of payment, in the order of their ids; none is changed by others
    until the transaction ends.
    """
    query = select(PaymentMethod).where(PaymentMethod.customer_id == customer_id)
    # What was read before the wait may have changed in it.
    return list(
        session.scalars(
            query.order_by(PaymentMethod.id).with_for_update(key_share=True),
            execution_options={"populate_existing": True},
        )
    )


def new_gift_card(session: Session, customer_id: str, currency: str) -> PaymentMethod:
    """Give the customer an empty gift card."""
    card = PaymentMethod(
        id=new_id("GC"),
        customer_id=customer_id,
        kind=PaymentMethodKind.GIFT_CARD,
        balance=Decimal(0),
        currency=currency,
    )
    session.add(card)
    session.flush()
    return card


def refunds(order: Order) -> Sequence[Payment]:
    """Return the order's refunds, oldest first."""
    return [payment for payment in order.payments if payment.kind == PaymentKind.REFUND]


def _record(order: Order, **values: object) -> None:
    order.payments.append(Payment(id=new_id("P"), **values))


def _signed(payment: Payment) -> Decimal:
    if payment.status == PaymentStatus.FAILED:
        return Decimal(0)
    return payment.amount if payment.kind == PaymentKind.PAYMENT else -payment.amount
