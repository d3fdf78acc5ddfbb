"""What the assistant itself writes: quotes and tickets."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from analytics.store.models import Quote, Ticket, TicketStatus

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


def open_ticket(
    session: Session,
    *,
    conversation_id: str,
    customer_id: str | None,
    subject: str,
    body: str,
    at: datetime,
) -> Ticket:
    """Open a ticket, for staff to look after."""
    ticket = Ticket(
        id=new_id("T"),
        customer_id=customer_id,
        conversation_id=conversation_id,
        subject=subject,
        body=body,
        created_at=at,
    )
    session.add(ticket)
    session.flush()
    return ticket


def set_ticket(session: Session, ticket_id: str, status: TicketStatus) -> None:
    """Open or close a ticket."""
    session.execute(update(Ticket).where(Ticket.id == ticket_id).values(status=status))
