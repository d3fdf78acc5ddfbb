"""What a customer bought, and did with products other than buying them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from analytics.store.models import Interaction, Order, OrderLine, Variant
from analytics.store.states import OrderStatus


def bought(session: Session, customer_id: str, product_ids: Collection[str]) -> set[str]:
    """Return those of the products that the customer bought and kept."""
    query = _bought(customer_id).where(Variant.product_id.in_(product_ids)).distinct()
    return set(session.scalars(query))


def touched_since(session: Session, customer_id: str, since: datetime | None) -> list[str]:
    """Return the products that the customer bought, put in a cart, rated or viewed after a time.

    Args:
        since: None for all.

    Returns:
        An id for each time.
    """
    bought = _bought(customer_id)
    others = select(Interaction.product_id).where(Interaction.customer_id == customer_id)
    if since is not None:
        bought = bought.where(Order.placed_at > since)
        others = others.where(Interaction.at > since)
    return list(session.scalars(bought.union_all(others)))


def _bought(customer_id: str) -> Select[str]:
    return (
        select(Variant.product_id)
        .join(OrderLine, OrderLine.sku == Variant.sku)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.customer_id == customer_id,
            Order.status != OrderStatus.CANCELLED,
            OrderLine.quantity > OrderLine.returned,
        )
    )
