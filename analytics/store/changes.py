"""What was changed through the assistant: written down with who, what, when and where."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics.store.models import Change


def find(session: Session, change_id: str) -> Change | None:
    """Return the change with this id if it was done."""
    return session.get(Change, change_id)


def record(session: Session, change: Change) -> None:
    """Write a change down."""
    session.add(change)
    session.flush()


def count(session: Session, order_id: str, kind: str) -> int:
    """Return how often an order has been changed in one way."""
    query = select(func.count()).where(Change.order_id == order_id, Change.kind == kind)
    return session.scalar(query) or 0
