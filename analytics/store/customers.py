"""Customers, and what the shop's own records say of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics.errors import UnknownCustomer
from analytics.store import contacts
from analytics.store.models import Customer, Order, OrderLine, Review
from analytics.store.states import OrderStatus


@dataclass(frozen=True)
class Account:
    """A customer's record in figures.

    Attributes:
        orders: orders placed and not cancelled.
        spent: money for the units kept, in `currency`; None without orders.
    """

    customer: Customer
    orders: int
    spent: Decimal
    currency: str | None
    last_order_at: datetime | None


def get(session: Session, customer_id: str) -> Customer:
    """Return the customer with this id (any case).

    Raises:
        UnknownCustomer: there is none.
    """
    query = select(Customer).where(func.upper(Customer.id) == customer_id.strip().upper())
    customer = session.scalar(query.limit(1))
    if customer is None:
        raise UnknownCustomer(customer_id)
    return customer


def exists(session: Session, customer_id: str) -> bool:
    """Return whether a customer has exactly this id."""
    return session.get(Customer, customer_id) is not None


def known_id(session: Session, customer_id: str | None) -> str | None:
    """Return the id where a customer has exactly this one, else None."""
    return customer_id if customer_id and exists(session, customer_id) else None


def candidates(session: Session, email: str | None, postcode: str | None) -> list[Customer]:
    """Return the customers with this e-mail address, or else with this postcode; in any case."""
    column, value = (Customer.email, email) if email else (Customer.postcode, postcode or "")
    found = contacts.same(session, column, value)
    return list(session.scalars(select(Customer).where(found)))


def has_email(session: Session, email: str, other_than: str) -> bool:
    """Return whether another customer has this e-mail address, in any case."""
    query = select(Customer.id).where(
        contacts.same(session, Customer.email, email), Customer.id != other_than
    )
    return session.scalar(query.limit(1)) is not None


def review(session: Session, customer_id: str, product_id: str) -> Review | None:
    """Return what the customer has written of a product, or None."""
    return session.scalar(
        select(Review).where(Review.customer_id == customer_id, Review.product_id == product_id)
    )


def account(session: Session, customer_id: str) -> Account:
    """Return the customer's record.

    Raises:
        UnknownCustomer: there is none.
    """
    customer = get(session, customer_id)
    kept = Order.customer_id == customer.id, Order.status != OrderStatus.CANCELLED
    orders, currency, last = session.execute(
        select(func.count(Order.id), func.max(Order.currency), func.max(Order.placed_at)).where(
            *kept
        )
    ).one()
    lines = session.execute(
        select(OrderLine.quantity - OrderLine.returned, OrderLine.unit_price)
        .join(Order, Order.id == OrderLine.order_id)
        .where(*kept)
    )
    spent = sum((quantity * price for quantity, price in lines), Decimal(0))
    return Account(customer, orders, spent, currency, last)
