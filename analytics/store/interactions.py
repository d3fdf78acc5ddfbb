"""What customers did with products other than buying them, as it happens in the chat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.store.models import Interaction, InteractionKind

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
