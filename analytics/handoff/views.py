"""Handoffs as JSON: for the customer's page, the agents' page and other systems."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from analytics.store import handoffs
from analytics.store.models import Handoff, HandoffMessage, HandoffState


def card(handoff: Handoff, place: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return the chat's card of a handoff.

    Args:
        place: of one that waits, its place in the queue and the minutes to wait.
    """
    found = {
        "type": "handoff",
        "ticket_id": handoff.ticket_id,
        "state": str(handoff.state),
        "position": place[0] if place else None,
        "wait_minutes": place[1] if place else None,
        "agent": agent_name(handoff.agent) if handoff.agent else None,
        "outcome": handoff.outcome and str(handoff.outcome),
    }
    return {name: value for name, value in found.items() if value is not None}


def row(session: Session, handoff: Handoff) -> dict[str, Any]:
    """Return a handoff as a row of a list."""
    customer = handoff.customer
    last = handoffs.last_said(session, handoff.id)
    waiting = handoff.state == HandoffState.REQUESTED
    return {
        "id": handoff.id,
        "conversation_id": handoff.conversation_id,
        "ticket_id": handoff.ticket_id,
        "state": str(handoff.state),
        "reason": handoff.reason,
        "language": handoff.language,
        "requested_at": _moment(handoff.requested_at),
        "claimed_at": _moment(handoff.claimed_at),
        "closed_at": _moment(handoff.closed_at),
        "agent": handoff.agent,
        "outcome": handoff.outcome and str(handoff.outcome),
        "position": handoffs.ahead(session, handoff) + 1 if waiting else None,
        "customer": {"id": customer.id, "name": customer.name} if customer else None,
        "last": message(last) if last else None,
    }


def detail(session: Session, handoff: Handoff) -> dict[str, Any]:
    """Return a handoff with its summary and everything that was said."""
    return {
        **row(session, handoff),
        "summary": handoff.summary,
        "transcript": handoff.transcript,
        "messages": [message(one) for one in handoffs.said(session, handoff.id)],
    }


def message(one: HandoffMessage) -> dict[str, Any]:
    """Return something said; by its `message_id` a page knows what it has shown already."""
    return {
        "id": one.id,
        "handoff_id": one.handoff_id,
        "message_id": one.message_id,
        "sender": str(one.sender),
        "at": _moment(one.at),
        **one.content,
    }


def agent_name(subject: str) -> str:
    """Return how an agent is called before customers: the token's subject without its kind."""
    return subject.rpartition(":")[2]


def _moment(at: Any) -> str | None:
    return at.isoformat() if at else None
