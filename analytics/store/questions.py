"""Messages that the assistant may have served badly, kept until somebody reviews them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from analytics.privacy.masking import mask
from analytics.store import customers
from analytics.store.models import Question, QuestionKind, QuestionStatus


@dataclass(frozen=True)
class Asked:
    """A customer's message.

    Attributes:
        text: as it was written; it is masked before it is kept.
        language: `en` or `zh`.
        intent: the likeliest meaning that was found in it, however sure; None without any.
        confidence: of that meaning, 0 to 1.
    """

    conversation_id: str
    message_id: str
    text: str
    language: str
    customer_id: str | None = None
    intent: str | None = None
    confidence: float | None = None


def keep(session: Session, asked: Asked, kind: QuestionKind, at: datetime) -> Question:
    """Keep a question for review; the same message is kept once for each reason."""
    known = session.scalar(
        select(Question).where(
            Question.conversation_id == asked.conversation_id,
            Question.message_id == asked.message_id,
            Question.kind == kind,
        )
    )
    if known is not None:
        return known
    question = Question(
        conversation_id=asked.conversation_id,
        message_id=asked.message_id,
        customer_id=customers.known_id(session, asked.customer_id),
        language=asked.language,
        text=mask(asked.text),
        intent=asked.intent,
        confidence=asked.confidence,
        kind=kind,
        status=QuestionStatus.OPEN,
        at=at,
    )
    session.add(question)
    session.flush()
    return question


def withdraw(session: Session, conversation_id: str, message_id: str, kind: QuestionKind) -> None:
    """Forget that a message was kept for this reason, where nobody has reviewed it yet."""
    session.execute(
        delete(Question).where(
            Question.conversation_id == conversation_id,
            Question.message_id == message_id,
            Question.kind == kind,
            Question.status == QuestionStatus.OPEN,
        )
    )


def waiting(session: Session, most: int, since: datetime | None = None) -> list[Question]:
    """Return the questions that wait for review, oldest first; of more than `most` the newest."""
    query = select(Question).where(Question.status == QuestionStatus.OPEN)
    if since is not None:
        query = query.where(Question.at >= since)
    newest = session.scalars(query.order_by(Question.id.desc()).limit(most))
    return sorted(newest, key=lambda one: one.id)


def kept_since(session: Session, since: datetime) -> Sequence[Question]:
    """Return all questions kept since then, reviewed or not, oldest first."""
    return session.scalars(select(Question).where(Question.at >= since).order_by(Question.id)).all()


def settle(
    session: Session, ids: Iterable[int], status: QuestionStatus, resolution: str | None = None
) -> None:
    """Mark questions as reviewed.

    Args:
        resolution: `article:<id>` or `intent:<name>`; None where they are dismissed.
    """
    session.execute(
        update(Question)
        .where(Question.id.in_(list(ids)))
        .values(status=status, resolution=resolution)
    )
