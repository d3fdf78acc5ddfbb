"""Orders as their owners may see them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from analytics.errors import UnknownOrder
from analytics.store.models import (
    Order,
    OrderEvent,
    OrderLine,
    Return,
    ReturnKind,
    Variant,
)
from analytics.store.states import (
    ORDER_STEPS,
    LineStatus,
    OrderStatus,
    ReturnStatus,
    require_step,
)

OPEN: Final = frozenset({ReturnStatus.REQUESTED, ReturnStatus.RECEIVED})
"States of a return that is not over."
_COUNTED: Final = {
    # Units of a return that is over are counted as returned on their line.
    ReturnKind.RETURN: OPEN,
    ReturnKind.EXCHANGE: OPEN | {ReturnStatus.COMPLETED},
}


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


def find(session: Session, order_id: str) -> Order | None:
    """Return the order with this number (any case, with or without a #), whoever's it is.

    For staff, and for comparing what a guest claims; nobody else is to see what comes back.
    """
    return session.scalar(_complete().where(_has_number(order_id)).limit(1))


def with_product(session: Session, customer_id: str, product_id: str) -> list[Order]:
    """Return the customer's orders that hold a product, newest first."""
    holds = Order.lines.any(OrderLine.variant.has(Variant.product_id == product_id))
    query = _complete().where(Order.customer_id == customer_id, holds)
    return list(session.scalars(query.order_by(Order.placed_at.desc(), Order.id)))


def lock(session: Session, order: Order) -> None:
    """Wait until nobody else changes the order, and read it anew; until the transaction ends.

    SQLite lets one transaction at a time write, so there the reading is enough.
    """
    session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
    session.expire(order)


def total(order: Order) -> Decimal:
    """Return what the customer pays for the order as it stands now, in its currency.

    Goods, shipping and fees; what has been sent back or is on its way back counts as given back,
    and what is exchanged at its new price. Of a cancelled order the fees are left.
    """
    if order.status == OrderStatus.CANCELLED:
        return order.fees
    goods = sum(
        ((line.quantity - line.returned) * line.unit_price for line in order.lines), Decimal(0)
    )
    return goods + order.shipping_fee + order.fees - _coming_back(order)


def under_way(order: Order, number: int) -> int:
    """Return how many units of a line are part of a return that is not over, or exchanged."""
    return sum(
        part.quantity
        for one in order.returns
        if one.status in _COUNTED[ReturnKind(one.kind)]
        for part in one.lines
        if part.line_number == number
    )


def line_status(order: Order, line: OrderLine) -> LineStatus:
    """Return where the line's units are; of several states the latest that some of them reached."""
    if order.status == OrderStatus.CANCELLED:
        return LineStatus.CANCELLED
    for one in reversed(order.returns):
        if any(part.line_number == line.number for part in one.lines) and one.status in OPEN:
            exchange = one.kind == ReturnKind.EXCHANGE
            return LineStatus.EXCHANGE_REQUESTED if exchange else LineStatus.RETURN_REQUESTED
    if line.returned == line.quantity:
        return LineStatus.RETURNED
    if under_way(order, line.number):
        return LineStatus.EXCHANGED
    delivered = order.status in (OrderStatus.DELIVERED, OrderStatus.RETURNED)
    return LineStatus.DELIVERED if delivered else LineStatus.ORDERED


def left(order: Order, line: OrderLine) -> int:
    """Return how many units of a line have neither come back nor are to be."""
    return line.quantity - line.returned - under_way(order, line.number)


def delivered_at(order: Order) -> datetime | None:
    """Return when the order was delivered, by its history; None where it does not tell."""
    moments = [event.at for event in order.history if event.status == OrderStatus.DELIVERED]
    return max(moments, default=None)


def delivery_steps(session: Session, limit: int) -> list[tuple[str | None, OrderStatus, float]]:
    """Return carrier, step and days from that step to delivery, of the newest deliveries.

    Args:
        limit: deliveries looked at.
    """
    arrived = (
        select(OrderEvent.order_id, func.max(OrderEvent.at).label("at"))
        .where(OrderEvent.status == OrderStatus.DELIVERED)
        .group_by(OrderEvent.order_id)
        .order_by(func.max(OrderEvent.at).desc())
        .limit(limit)
        .subquery()
    )
    query = (
        select(Order.carrier, OrderEvent.status, OrderEvent.at, arrived.c.at)
        .join(arrived, arrived.c.order_id == OrderEvent.order_id)
        .join(Order, Order.id == OrderEvent.order_id)
        .where(
            OrderEvent.status.in_(
                [OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.SHIPPED]
            )
        )
    )
    return [
        (carrier, OrderStatus(status), (end - begin).total_seconds() / 86_400)
        for carrier, status, begin, end in session.execute(query)
    ]


def advance(order: Order, status: OrderStatus, at: datetime, actor: str) -> None:
    """Bring the order one step further.

    Raises:
        IllegalTransition: the step does not follow from where it is.
    """
    require_step(ORDER_STEPS, OrderStatus(order.status), status)
    order.status = status
    order.history.append(OrderEvent(status=status, at=at, actor=actor))


def _coming_back(order: Order) -> Decimal:
    """Return by how much returns under way, and exchanges, make the order cheaper."""
    prices = {line.number: line.unit_price for line in order.lines}
    return sum(
        (
            part.quantity * (prices[part.line_number] - (part.new_unit_price or Decimal(0)))
            for one in order.returns
            if one.status in _COUNTED[ReturnKind(one.kind)]
            for part in one.lines
        ),
        Decimal(0),
    )


def _one(session: Session, order_id: str, allowed: ColumnElement[bool]) -> Order:
    order = session.scalar(_complete().where(_has_number(order_id), allowed).limit(1))
    if order is None:
        raise UnknownOrder(order_id)
    return order


def _has_number(order_id: str) -> ColumnElement[bool]:
    number = order_id.strip().upper()
    return func.upper(Order.id).in_([number, f"#{number}", number.removeprefix("#")])


def _complete() -> Select[Order]:
    line_to_product = joinedload(OrderLine.variant).joinedload(Variant.product)
    return select(Order).options(
        joinedload(Order.customer),
        selectinload(Order.lines).options(line_to_product),
        selectinload(Order.history),
        selectinload(Order.payments),
        selectinload(Order.returns).selectinload(Return.lines),
    )
