"""Webhooks that are to go out, and those that came in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analytics.store.models import DeliveryState, WebhookDelivery, WebhookReceipt

LEASE: Final = timedelta(minutes=2)
"How long a delivery belongs to who took it: far longer than one attempt may last."
RECEIPTS_KEPT: Final = timedelta(days=30)
"For so long a repeat is recognised; what is signed with a time is refused long before that."


def take(session: Session, delivery_id: str, now: datetime) -> WebhookDelivery | None:
    """Return one delivery to attempt, due or not, and keep others from it for `LEASE`.

    None where it is over.
    """
    query = select(WebhookDelivery).where(
        WebhookDelivery.id == delivery_id, WebhookDelivery.state == DeliveryState.PENDING
    )
    return _taken(session, query, now)


def any_due(session: Session, now: datetime, resting: Collection[str]) -> bool:
    """Return whether `take_due` would find one; to ask keeps no writer waiting."""
    return session.scalar(_due(now, resting)) is not None


def take_due(session: Session, now: datetime, resting: Collection[str]) -> WebhookDelivery | None:
    """Return the next delivery to attempt, and keep others from it for `LEASE`.

    Of one conversation and endpoint, none overtakes an earlier one that still has to arrive. Two
    workers never get the same one. What failed before comes after what did not: one that no
    receiver takes holds up no other.

    Args:
        resting: endpoints that are not to be called now.
    """
    return _taken(session, _due(now, resting), now)


def _due(now: datetime, resting: Collection[str]) -> Select[WebhookDelivery]:
    pending = WebhookDelivery.state == DeliveryState.PENDING
    # What is about no conversation stands for itself.
    about = func.coalesce(WebhookDelivery.conversation_id, WebhookDelivery.id)
    first = select(func.min(WebhookDelivery.id)).where(pending)
    return (
        select(WebhookDelivery)
        .where(
            pending,
            WebhookDelivery.next_attempt_at <= now,
            WebhookDelivery.endpoint.not_in(resting),
            WebhookDelivery.id.in_(first.group_by(WebhookDelivery.endpoint, about)),
        )
        .order_by(WebhookDelivery.attempts, WebhookDelivery.id)
        .limit(1)
    )


def _taken(
    session: Session, query: Select[WebhookDelivery], now: datetime
) -> WebhookDelivery | None:
    taken = session.scalar(query.with_for_update(skip_locked=True))
    if taken is not None:
        taken.attempts += 1
        taken.next_attempt_at = now + LEASE
    return taken


def delivery(session: Session, delivery_id: str) -> WebhookDelivery | None:
    """Return the delivery with this id, or None."""
    return session.get(WebhookDelivery, delivery_id)


def retry(session: Session, delivery_id: str, now: datetime) -> WebhookDelivery | None:
    """Have a delivery tried again as if it were new, and return it; None where there is none."""
    again = session.get(WebhookDelivery, delivery_id)
    if again is not None:
        again.state = DeliveryState.PENDING
        again.attempts = 0
        # What is given up is given up by its age.
        again.created_at = again.next_attempt_at = now
        again.delivered_at = None
    return again


def deliveries(
    session: Session, limit: int, state: DeliveryState | None = None
) -> list[WebhookDelivery]:
    """Return the newest deliveries, newest first; those of one state where it is named."""
    query = select(WebhookDelivery).order_by(WebhookDelivery.id.desc()).limit(limit)
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    return list(session.scalars(query))


def remember_receipt(session: Session, source: str, delivery_id: str, at: datetime) -> bool:
    """Keep that a delivery came in; return whether it is the first time.

    Of two at once, the second waits for the first one's transaction, and then is no longer new.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(WebhookReceipt)
        .values(source=source, delivery_id=delivery_id, received_at=at)
        .on_conflict_do_nothing()
        .returning(WebhookReceipt.delivery_id)
    )
    new = session.scalar(statement) is not None
    session.execute(delete(WebhookReceipt).where(WebhookReceipt.received_at < at - RECEIPTS_KEPT))
    return new
