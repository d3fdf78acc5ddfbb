"""What was answered to which message, kept so that a repeated message changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from rasa_project.conversations import open_engine

KEPT_SECONDS = 7 * 24 * 3600
"How long an answer is kept; a message id is new again after that."
TIDIED_SECONDS = 3600
OFFERS_KEPT = 20
"The buttons of so many last answers may still be pressed."

Answer = dict[str, Any]

_metadata = sa.MetaData()
_answers = sa.Table(
    "chat_answers",
    _metadata,
    sa.Column("conversation_id", sa.String(64), primary_key=True),
    sa.Column("message_id", sa.String(128), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Index("ix_chat_answers_recent", "conversation_id", "at"),
)


class Ledger:
    """The answers given, in the conversations' database.

    Args:
        url: SQLAlchemy URL of that database.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        _metadata.create_all(self._engine)
        self._tidied = 0.0

    def find(self, conversation_id: str, message_id: str) -> Answer | None:
        """Return the answer that this message got, or None."""
        query = sa.select(_answers.c.answer).where(
            _answers.c.conversation_id == conversation_id, _answers.c.message_id == message_id
        )
        with self._engine.connect() as connection:
            text = connection.execute(query).scalar()
        return json.loads(text) if text else None

    def keep(self, conversation_id: str, message_id: str, answer: Answer) -> None:
        """Keep the answer; once an hour, drop the outdated ones of all conversations."""
        now = time.time()
        row = {
            "conversation_id": conversation_id,
            "message_id": message_id,
            "at": now,
            "answer": json.dumps(answer, ensure_ascii=False),
        }
        with self._engine.begin() as connection:
            if now - self._tidied > TIDIED_SECONDS:
                connection.execute(sa.delete(_answers).where(_answers.c.at < now - KEPT_SECONDS))
                self._tidied = now
            connection.execute(sa.insert(_answers), [row])

    def offered(self, conversation_id: str, payload: str) -> bool:
        """Return whether one of the conversation's last answers has a button of this payload."""
        answers = self._last(conversation_id, OFFERS_KEPT)
        return any(payload in _payloads(answer["messages"]) for answer in answers)

    def title(self, conversation_id: str, payload: str) -> str | None:
        """Return what stands on a button of this payload that the last answers had, or None."""
        if not payload.startswith("/"):
            return None
        for answer in self._last(conversation_id, OFFERS_KEPT):
            for message in answer["messages"]:
                for button in message.get("buttons") or []:
                    if button["payload"] == payload:
                        return str(button["title"])
        return None

    def choices(self, conversation_id: str) -> list[dict[str, str]]:
        """Return the buttons that the last thing said had, from left to right."""
        answers = self._last(conversation_id, 1)
        return answers[0]["messages"][-1].get("buttons", []) if answers else []

    def _last(self, conversation_id: str, count: int) -> list[Answer]:
        """Return the conversation's last answers, newest first."""
        query = (
            sa.select(_answers.c.answer)
            .where(_answers.c.conversation_id == conversation_id)
            .order_by(_answers.c.at.desc())
            .limit(count)
        )
        with self._engine.connect() as connection:
            return [json.loads(text) for text in connection.execute(query).scalars()]


def _payloads(messages: list[Answer]) -> Iterator[str]:
    for message in messages:
        items = (message.get("custom") or {}).get("items") or []
        for button in message.get("buttons") or []:
            yield button["payload"]
        for item in items:
            yield from (action["payload"] for action in item.get("actions") or [])
