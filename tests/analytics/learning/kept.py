"""Kept questions of a shop, as the assistant writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from analytics.store.models import Question, QuestionKind
from analytics.store.questions import Asked

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def question(number: int, text: str, language: str = "en", **more: object) -> Question:
    """Return a question as it is read from the database."""
    values: dict[str, object] = {
        "conversation_id": f"c{number}",
        "message_id": f"m{number}",
        "kind": QuestionKind.UNANSWERED,
        "at": NOW - timedelta(days=1),
        "intent": None,
        "confidence": None,
    }
    return Question(id=number, text=text, language=language, **{**values, **more})


def asked(number: int, text: str, language: str = "en", **more: object) -> Asked:
    """Return a message of a conversation of its own."""
    values: dict[str, object] = {"conversation_id": f"c{number}", "message_id": f"m{number}"}
    return Asked(text=text, language=language, **{**values, **more})  # type: ignore[arg-type]
