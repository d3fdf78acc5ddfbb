"""What a person who takes a conversation over needs to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Mood(StrEnum):
    """How the customer sounds, by the words of the last messages."""

    CALM = "calm"
    UPSET = "upset"
    ANGRY = "angry"


@dataclass(frozen=True)
class Summary:
    """A conversation in short.

    Attributes:
        customer: id, name, email and phone of the customer, or None for somebody unknown.
        verified: whether the customer is who they say: by the shop's token, or proved in the chat.
        intents: what was asked, oldest first.
        orders: numbers of the orders talked about.
        quotes: numbers of the quotes talked about.
        tried: what the assistant did about it: names of its actions, oldest first.
        last_error: the id under which the log tells of the last failure, or None.
    """

    reason: str
    language: str
    mood: Mood
    verified: bool
    customer: Mapping[str, str | None] | None = None
    intents: Sequence[str] = field(default_factory=tuple)
    orders: Sequence[str] = field(default_factory=tuple)
    quotes: Sequence[str] = field(default_factory=tuple)
    tried: Sequence[str] = field(default_factory=tuple)
    last_error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "mood": self.mood.value}


def as_text(summary: Summary, transcript: Sequence[Mapping[str, str]]) -> str:
    """Return the summary and the conversation as the text of a ticket, for staff."""
    known = {**summary.as_json(), "customer": (summary.customer or {}).get("id") or "unknown"}
    facts = [
        f"{name.replace('_', ' ')}: {_listed(value)}"
        for name, value in known.items()
        if value not in (None, [], ())
    ]
    return "\n".join([*facts, "", *(f"{line['sender']}: {line['text']}" for line in transcript)])


def _listed(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)
