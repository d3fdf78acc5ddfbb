"""What customers did with products other than buying them, as it happens in the chat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from analytics.store.models import Interaction, InteractionKind, Order, OrderLine, Variant
from analytics.store.states import OrderStatus

AGAIN: Final = timedelta(days=1)
"From so much later on, opening the same product counts once more."


def record_click(
    session: Session, customer_id: str, product_ids: Collection[str], at: datetime
) -> None:
    """Keep that a customer opened products, or asked about them, in the chat; each once a day."""
    lately = select(Interaction.product_id).where(
        Interaction.customer_id == customer_id,
        Interaction.product_id.in_(product_ids),
        Interaction.kind == InteractionKind.CLICK,
        Interaction.at > at - AGAIN,
    )
    new = sorted(set(product_ids) - set(session.scalars(lately)))
    session.add_all(
        Interaction(customer_id=customer_id, product_id=one, kind=InteractionKind.CLICK, at=at)
        for one in new
    )
    session.flush()


def recent(session: Session, customer_id: str, since: datetime) -> Counter[str]:
    """Return how often a customer touched each product after `since`: what the models missed yet.

    The same counts as in `frames.interactions`: purchases that stand, and all but mere views.
    """
    bought = (
        select(Variant.product_id)
        .join(OrderLine, OrderLine.sku == Variant.sku)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.customer_id == customer_id,
            Order.placed_at > since,
            Order.status != OrderStatus.CANCELLED,
            OrderLine.quantity > OrderLine.returned,
        )
    )
    shown = select(Interaction.product_id).where(
        Interaction.customer_id == customer_id,
        Interaction.at > since,
        Interaction.kind != InteractionKind.VIEW,
    )
    return Counter(session.scalars(union_all(bought, shown)))
