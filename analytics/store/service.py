"""What the assistant itself writes: quotes, tickets, handoffs."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics.store.models import Handoff, HandoffState, Quote, Ticket

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"Digits and letters that are not mistaken for one another when read aloud."


def new_id(prefix: str) -> str:
    """Return a fresh id such as `Q-7KM2XW9R`, unguessable enough to be told to one person."""
    return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(8))}"


def save_quote(session: Session, quote: Quote) -> Quote:
    """Keep a quote with its lines."""
    session.add(quote)
    session.flush()
    return quote


def quote(session: Session, quote_id: str) -> Quote | None:
    """Return the quote with this number (any case), whoever's it is, or None."""
    return session.scalar(select(Quote).where(func.upper(Quote.id) == quote_id.strip().upper()))


def last_quote(session: Session, customer_id: str) -> Quote | None:
    """Return the customer's newest quote, or None."""
    query = select(Quote).where(Quote.customer_id == customer_id)
    return session.scalar(query.order_by(Quote.created_at.desc(), Quote.id).limit(1))


def open_handoff(
    session: Session,
    *,
    conversation_id: str,
    customer_id: str | None,
    reason: str,
    summary: str,
    at: datetime,
) -> Handoff:
    """Ask for a person: return the conversation's open handoff, or open one with its ticket.

    Args:
        reason: the intent or the rule that asked.
        summary: what the person who takes over needs to know.
    """
    waiting = session.scalar(
        select(Handoff).where(
            Handoff.conversation_id == conversation_id, Handoff.state != HandoffState.CLOSED
        )
    )
    if waiting is not None:
        return waiting
    ticket = Ticket(
        id=new_id("T"),
        customer_id=customer_id,
        conversation_id=conversation_id,
        subject=reason,
        body=summary,
        created_at=at,
    )
    handoff = Handoff(
        conversation_id=conversation_id,
        ticket_id=ticket.id,
        state=HandoffState.REQUESTED,
        reason=reason,
        requested_at=at,
    )
    session.add(ticket)
    session.flush()
    session.add(handoff)
    session.flush()
    return handoff
