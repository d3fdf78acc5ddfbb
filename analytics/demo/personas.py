"""Customers worth speaking as, found in the shop's own data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from analytics.store.models import Customer, Order
from analytics.store.states import OrderStatus

RECENT: Final = timedelta(days=60)
LAPSED_AFTER: Final = timedelta(days=180)
LAPSED_ORDERS: Final = 4
_CANDIDATES: Final = 20


@dataclass(frozen=True)
class Persona:
    """A customer to speak as.

    Attributes:
        name: None where the shop knows none.
        description: what makes the customer interesting: pending_order, on_its_way, loyal,
            lapsed, returned or new.
        language: en or zh.
    """

    customer_id: str
    name: str | None
    description: str
    language: str


def personas(session: Session) -> list[Persona]:
    """Return one customer for each description that the shop's data offers, at most six.

    "Recent" is measured from the shop's latest order, so an old data set serves as well. Where
    several customers would do, the languages take turns.
    """
    latest = session.scalar(select(func.max(Order.placed_at)))
    if latest is None:
        return []
    found: list[Persona] = []
    for description, query in _queries(latest):
        taken = [persona.customer_id for persona in found]
        candidates = [
            Persona(customer.id, customer.name, description, customer.language)
            for customer in session.scalars(
                query.where(Customer.id.not_in(taken)).limit(_CANDIDATES)
            )
        ]
        last_language = found[-1].language if found else None
        other = (one for one in candidates if one.language != last_language)
        if candidates:
            found.append(next(other, candidates[0]))
    return found


def _queries(latest: datetime) -> Iterator[tuple[str, Select[Customer]]]:
    """Yield each description with the customers that it fits, the best first."""
    bought = (
        select(
            Order.customer_id,
            func.count().label("orders"),
            func.max(Order.placed_at).label("newest"),
        )
        .where(Order.status != OrderStatus.CANCELLED)
        .group_by(Order.customer_id)
        .subquery()
    )
    buyers = select(Customer).join(bought, bought.c.customer_id == Customer.id)
    most_orders = bought.c.orders.desc(), Customer.id

    yield "pending_order", _newest_with(OrderStatus.PENDING)
    yield "on_its_way", _newest_with(OrderStatus.SHIPPED)
    yield "loyal", buyers.where(bought.c.newest >= latest - RECENT).order_by(*most_orders)
    yield (
        "lapsed",
        buyers.where(
            bought.c.newest < latest - LAPSED_AFTER, bought.c.orders >= LAPSED_ORDERS
        ).order_by(*most_orders),
    )
    yield "returned", _newest_with(OrderStatus.RETURNED)
    yield "new", buyers.where(bought.c.orders == 1).order_by(bought.c.newest.desc(), Customer.id)


def _newest_with(status: OrderStatus) -> Select[Customer]:
    """Return customers with an order of this status, the newest such order first."""
    newest = (
        select(Order.customer_id, func.max(Order.placed_at).label("at"))
        .where(Order.status == status)
        .group_by(Order.customer_id)
        .subquery()
    )
    return (
        select(Customer)
        .join(newest, newest.c.customer_id == Customer.id)
        .order_by(newest.c.at.desc(), Customer.id)
    )
