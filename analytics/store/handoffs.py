"""Conversations that a person is to take, has, or had; and what is said in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analytics.store.models import Handoff, HandoffMessage, HandoffState, Sender

LATEST: Final = 200
"Handoffs in a list: those that wait longest, of closed ones the latest."
MEASURED: Final = 50
"Latest conversations from which it is told how long a person takes for one."
FEWEST_MEASURED: Final = 5


def get(session: Session, handoff_id: int) -> Handoff | None:
    """Return the handoff with this id, or None."""
    return session.get(Handoff, handoff_id)


def under_way(session: Session, conversation_id: str) -> Handoff | None:
    """Return the conversation's handoff that is not closed, or None."""
    return session.scalar(
        select(Handoff).where(
            Handoff.conversation_id == conversation_id, Handoff.state != HandoffState.CLOSED
        )
    )


def unannounced(session: Session, conversation_id: str) -> Handoff | None:
    """Return the conversation's ended handoff of which the customer has not been told, or None."""
    query = select(Handoff).where(
        Handoff.conversation_id == conversation_id,
        Handoff.state == HandoffState.CLOSED,
        Handoff.announced_at.is_(None),
        Handoff.outcome.is_not(None),
    )
    return session.scalar(query.order_by(Handoff.id.desc()).limit(1))


def to_announce(session: Session) -> Sequence[Handoff]:
    """Return every ended handoff of which the customer has not been told."""
    return session.scalars(
        select(Handoff).where(
            Handoff.state == HandoffState.CLOSED,
            Handoff.announced_at.is_(None),
            Handoff.outcome.is_not(None),
        )
    ).all()


def any_to_sweep(session: Session) -> bool:
    """Return whether any handoff is open, or over and not announced."""
    open_or_unannounced = or_(
        Handoff.state != HandoffState.CLOSED,
        and_(Handoff.announced_at.is_(None), Handoff.outcome.is_not(None)),
    )
    return session.scalar(select(Handoff.id).where(open_or_unannounced).limit(1)) is not None


def add(session: Session, handoff: Handoff) -> Handoff:
    """Keep a new handoff; where the conversation has an open one by now, return that."""
    try:
        with session.begin_nested():
            session.add(handoff)
    except IntegrityError:
        other = under_way(session, handoff.conversation_id)
        if other is None:
            raise
        return other
    return handoff


def advance(
    session: Session, handoff_id: int, before: Collection[HandoffState], values: dict[str, Any]
) -> bool:
    """Change a handoff if its state is still one of `before`; return whether it was.

    One statement, so that of two who try at once one wins.
    """
    done = session.execute(
        update(Handoff)
        .where(Handoff.id == handoff_id, Handoff.state.in_(before))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    # What the session has read of it before is out of date.
    if (known := session.get(Handoff, handoff_id)) is not None:
        session.refresh(known)
    return bool(done.rowcount)  # type: ignore[attr-defined]


def in_states(session: Session, states: Collection[HandoffState]) -> Sequence[Handoff]:
    """Return handoffs in these states, who waits longest first, closed ones after, latest first."""
    waiting = select(Handoff).where(Handoff.state.in_(states), Handoff.state != HandoffState.CLOSED)
    found = list(session.scalars(waiting.order_by(Handoff.requested_at, Handoff.id).limit(LATEST)))
    if HandoffState.CLOSED in states:
        over = select(Handoff).where(Handoff.state == HandoffState.CLOSED)
        found += session.scalars(over.order_by(Handoff.id.desc()).limit(LATEST))
    return found


def ahead(session: Session, handoff: Handoff) -> int:
    """Return how many wait longer than this one."""
    earlier = or_(
        Handoff.requested_at < handoff.requested_at,
        and_(Handoff.requested_at == handoff.requested_at, Handoff.id < handoff.id),
    )
    query = select(func.count()).where(Handoff.state == HandoffState.REQUESTED, earlier)
    return session.scalar(query) or 0


def agents_at_work(session: Session, since: datetime) -> int:
    """Return how many agents have done something in a conversation since then."""
    query = select(func.count(Handoff.agent.distinct())).where(Handoff.agent_seen_at >= since)
    return session.scalar(query) or 0


def usual_length(session: Session) -> timedelta | None:
    """Return the median of how long persons took for their latest conversations, if enough."""
    query = (
        select(Handoff.claimed_at, Handoff.closed_at)
        .where(Handoff.claimed_at.is_not(None), Handoff.closed_at.is_not(None))
        .order_by(Handoff.id.desc())
        .limit(MEASURED)
    )
    lengths = sorted(
        closed - claimed for claimed, closed in session.execute(query) if claimed and closed
    )
    return lengths[len(lengths) // 2] if len(lengths) >= FEWEST_MEASURED else None


def say(
    session: Session,
    handoff_id: int,
    sender: Sender,
    message_id: str,
    content: dict[str, Any],
    at: datetime,
) -> tuple[HandoffMessage, bool]:
    """Keep what was said; return it, and whether it is new: said again, it is kept once."""
    message = HandoffMessage(
        handoff_id=handoff_id, sender=sender, message_id=message_id, content=content, at=at
    )
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        query = select(HandoffMessage).where(
            HandoffMessage.handoff_id == handoff_id,
            HandoffMessage.sender == sender,
            HandoffMessage.message_id == message_id,
        )
        return session.scalars(query).one(), False
    return message, True


def said(session: Session, handoff_id: int) -> Sequence[HandoffMessage]:
    """Return all that was said in a handoff, in order."""
    query = select(HandoffMessage).where(HandoffMessage.handoff_id == handoff_id)
    return session.scalars(query.order_by(HandoffMessage.id)).all()


def last_said(session: Session, handoff_id: int) -> HandoffMessage | None:
    """Return the last words of a handoff, whoever's, or None."""
    query = select(HandoffMessage).where(
        HandoffMessage.handoff_id == handoff_id, HandoffMessage.sender != Sender.STATE
    )
    return session.scalar(query.order_by(HandoffMessage.id.desc()).limit(1))


def since(
    session: Session, message_id: int, conversation_id: str | None = None
) -> Sequence[tuple[HandoffMessage, Handoff]]:
    """Return what was said after the message with this number, of one conversation or of all."""
    query = select(HandoffMessage, Handoff).join(Handoff).where(HandoffMessage.id > message_id)
    if conversation_id is not None:
        query = query.where(Handoff.conversation_id == conversation_id)
    return [
        (row[0], row[1]) for row in session.execute(query.order_by(HandoffMessage.id).limit(LATEST))
    ]


def latest(session: Session) -> int:
    """Return the number of the last message of all, 0 where there is none."""
    return session.scalar(select(func.max(HandoffMessage.id))) or 0
