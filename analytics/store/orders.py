"""Orders as their owners may see them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from analytics.errors import UnknownOrder
from analytics.store.models import Customer, Order, OrderLine, Variant


def of_customer(
    session: Session, customer_id: str, limit: int = 3, placed: tuple[date, date] | None = None
) -> list[Order]:
    """Return the customer's newest orders, newest first.

    Args:
        placed: only orders placed from the first to the last of these days, UTC.
    """
    query = _complete().where(Order.customer_id == customer_id)
    if placed is not None:
        begin, end = (datetime.combine(day, time.min, UTC) for day in placed)
        # The last day counts to its end; the calendar's last one has no day after it.
        until = end + timedelta(days=1) if placed[1] < date.max else end
        query = query.where(Order.placed_at >= begin, Order.placed_at < until)
    return list(session.scalars(query.order_by(Order.placed_at.desc(), Order.id).limit(limit)))


def owned(session: Session, order_id: str, customer_id: str) -> Order:
    """Return an order of this customer.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
    """
    return _one(session, order_id, Order.customer_id == customer_id)


def verified(session: Session, order_id: str, email: str) -> Order:
    """Return an order to somebody who also knows the e-mail address it was placed with.

    Raises:
        UnknownOrder: there is none, or the address is another.
    """
    return _one(
        session,
        order_id,
        Order.customer.has(func.lower(Customer.email) == email.strip().lower()),
    )


def total(order: Order) -> Decimal:
    """Return what the order costs with shipping, units sent back taken off, in its currency."""
    goods = sum(
        ((line.quantity - line.returned) * line.unit_price for line in order.lines), Decimal(0)
    )
    return goods + order.shipping_fee


def _one(session: Session, order_id: str, allowed: ColumnElement[bool]) -> Order:
    query = _complete().where(func.upper(Order.id) == order_id.strip().upper())
    order = session.scalar(query.where(allowed).limit(1))
    if order is None:
        raise UnknownOrder(order_id)
    return order


def _complete() -> Select[Order]:
    line_to_product = joinedload(OrderLine.variant).joinedload(Variant.product)
    return select(Order).options(
        joinedload(Order.customer),
        selectinload(Order.lines).options(line_to_product),
        selectinload(Order.history),
    )
