"""Rows that are kept for some time only."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from analytics.store.models import (
    Base,
    DeliveryState,
    Handoff,
    HandoffMessage,
    HandoffState,
    IdentityAttempt,
    Question,
    ShownSuggestion,
    Thumb,
    Ticket,
    WebhookDelivery,
    WebhookReceipt,
)


def delete_before(
    session: Session,
    *,
    handoffs: datetime,
    questions: datetime,
    suggestions: datetime,
    identity_attempts: datetime,
    webhooks: datetime,
    dry_run: bool,
) -> Counter[str]:
    """Delete what is older than its time; return the rows of each table.

    Of a handoff, and of its ticket, only what was said goes: the figures stay. A webhook still to
    be delivered stays too.

    Args:
        dry_run: only count.
    """
    over = (Handoff.state == HandoffState.CLOSED) & (Handoff.closed_at < handoffs)
    old = select(Handoff.id).where(over)
    gone: list[tuple[type[Base], ColumnElement[bool]]] = [
        (HandoffMessage, HandoffMessage.handoff_id.in_(old)),
        (Question, Question.at < questions),
        (Thumb, Thumb.at < questions),
        (ShownSuggestion, ShownSuggestion.shown_at < suggestions),
        (IdentityAttempt, IdentityAttempt.created_at < identity_attempts),
        (
            WebhookDelivery,
            (WebhookDelivery.state != DeliveryState.PENDING)
            & (WebhookDelivery.created_at < webhooks),
        ),
        (WebhookReceipt, WebhookReceipt.received_at < webhooks),
    ]
    done: Counter[str] = Counter()
    for model, rows in gone:
        done[model.__tablename__] = _count(session, model, rows)
        if not dry_run:
            session.execute(delete(model).where(rows))
    silenced: list[tuple[type[Base], ColumnElement[bool], dict[str, Any]]] = [
        (
            Ticket,
            Ticket.id.in_(select(Handoff.ticket_id).where(over)) & (Ticket.body != ""),
            {"body": ""},
        ),
        (
            Handoff,
            over & (Handoff.subject != ""),
            {"subject": "", "summary": {}, "transcript": []},
        ),
    ]
    for model, rows, values in silenced:
        done[model.__tablename__] = _count(session, model, rows)
        if not dry_run:
            session.execute(update(model).where(rows).values(values))
    return done


def _count(session: Session, model: type[Base], rows: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(model).where(rows)) or 0
