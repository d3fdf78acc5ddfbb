"""What customers think of their conversations and of single answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.store import customers, questions
from analytics.store.models import Feedback, QuestionKind, Thumb


def of_conversation(session: Session, conversation_id: str) -> Feedback | None:
    """Return how satisfied the customer was with a conversation, or None."""
    return session.scalar(select(Feedback).where(Feedback.conversation_id == conversation_id))


def record(
    session: Session,
    *,
    conversation_id: str,
    customer_id: str | None,
    score: int,
    reason: str | None,
    about: str,
    at: datetime,
) -> Feedback:
    """Keep a conversation's score, from 1 to 5; said anew it replaces the one before.

    Args:
        reason: in the customer's words, personal data masked; None where none was given.
        about: `resolution` or `handoff`.
    """
    kept = of_conversation(session, conversation_id)
    customer = customers.known_id(session, customer_id)
    if kept is None:
        kept = Feedback(conversation_id=conversation_id, created_at=at)
        session.add(kept)
    kept.customer_id, kept.score, kept.reason, kept.about = customer, score, reason, about
    session.flush()
    return kept


def record_thumb(
    session: Session,
    *,
    conversation_id: str,
    message_id: str,
    up: bool,
    text: str,
    language: str,
    at: datetime,
) -> Thumb:
    """Keep what somebody thinks of one answer; the last thumb counts.

    A thumb down keeps the question for review; taken back, it is no longer to be reviewed.

    Args:
        message_id: of the message that was answered.
        text: that message.
        language: `en` or `zh`.
    """
    thumb = session.scalar(
        select(Thumb).where(
            Thumb.conversation_id == conversation_id, Thumb.message_id == message_id
        )
    )
    if thumb is None:
        thumb = Thumb(conversation_id=conversation_id, message_id=message_id)
        session.add(thumb)
    thumb.up, thumb.at = up, at
    if up:
        questions.withdraw(session, conversation_id, message_id, QuestionKind.THUMB_DOWN)
    else:
        questions.keep(
            session,
            questions.Asked(conversation_id, message_id, text, language),
            QuestionKind.THUMB_DOWN,
            at,
        )
    session.flush()
    return thumb
