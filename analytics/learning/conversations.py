"""One row a conversation: what it was about, how it ended, and what the customer thought of it.

What was said comes from the table `events` that the Rasa server writes, one conversation after the
other; the shop's own tables say the rest. Memory is bounded whatever their size.

How a conversation ended, the first that holds:
    handed_off   a person was called
    changed      a change was carried out
    abandoned    it ended in the midst of a question of the assistant's
    missed       the last request got no answer
    answered     a request was answered
    talk         nothing was asked of the shop
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched, groupby
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analytics.privacy.masking import mask
from analytics.store import Store
from analytics.store.models import Change, Feedback, Handoff, Question, QuestionKind, Thumb

AT_ONCE: Final = 200
"Conversations looked up in the shop's tables together."
TALK: Final = frozenset(
    [
        *("greet", "goodbye", "thank", "affirm", "deny", "stop", "repeat", "ask_why", "help"),
        *("change_language", "clarify", "smalltalk", "inform", "correct"),
    ]
)
"Intents that ask nothing of the shop."
CSAT_FORM: Final = "csat_form"
"Who leaves its question open has got what he came for."
COLUMNS: Final = (
    *("conversation_id", "started_at", "language", "role", "turns", "intents", "outcome"),
    *("handoff_reason", "handoff_outcome", "first_response_seconds", "waiting_seconds"),
    *("csat", "csat_about", "reason", "thumbs_up", "thumbs_down"),
)
EVENTS: Final = sa.table(
    "events",
    *(sa.column(name) for name in ("id", "sender_id", "type_name", "timestamp")),
    *(sa.column(name) for name in ("intent_name", "action_name", "data")),
)
"As Rasa's SQL store makes it; `action_name` is also the name of a slot, or of a form."


@dataclass
class Conversation:
    """What the events of one conversation say.

    Attributes:
        started_at: of its first message, UTC.
        first_response_seconds: from there to the first answer; None where none came.
        intents: those of its messages, in the order in which they came first.
        messages: ids of the messages that asked something of the shop, oldest first.
        in_form: whether it ended in the midst of a form.
    """

    id: str
    started_at: datetime | None = None
    first_response_seconds: float | None = None
    language: str = "en"
    role: str = "shopper"
    turns: int = 0
    intents: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    in_form: bool = False

    def add(self, event: Any) -> None:
        """Take one event in, in the order of their happening."""
        match event.type_name:
            case "user":
                self._add_message(event)
            case "bot" if self.started_at and self.first_response_seconds is None:
                since = event.timestamp - self.started_at.timestamp()
                self.first_response_seconds = round(since, 3)
            case "active_loop":
                self.in_form = event.action_name not in (None, CSAT_FORM)
            case "slot":
                self.language = json.loads(event.data).get("value") or self.language

    def _add_message(self, event: Any) -> None:
        said = json.loads(event.data)
        if self.started_at is None:
            self.started_at = datetime.fromtimestamp(event.timestamp, UTC)
        if said.get("input_channel") == "crm":
            self.role = "agent"
        message_id = str(said.get("message_id"))
        # A message that is heard again under another meaning is still one.
        if not self.messages or self.messages[-1] != message_id:
            self.turns += 1
        intent = event.intent_name
        if intent and intent not in self.intents:
            self.intents.append(intent)
        if intent not in TALK:
            self.messages.append(message_id)


def conversations(conversations_url: str) -> Iterator[Conversation]:
    """Yield every conversation that has a message, in the order of their ids.

    Raises:
        OperationalError: the database does not answer, or holds no conversations yet.
    """
    engine = sa.create_engine(_with_driver(conversations_url))
    wanted = sa.or_(
        EVENTS.c.type_name.in_(("user", "bot", "active_loop")),
        sa.and_(EVENTS.c.type_name == "slot", EVENTS.c.action_name == "language"),
    )
    query = sa.select(EVENTS).where(wanted).order_by(EVENTS.c.sender_id, EVENTS.c.id)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("events"):
                return
            found = connection.execution_options(yield_per=1000).execute(query)
            for sender, events in groupby(found, key=lambda event: event.sender_id):
                one = Conversation(str(sender))
                for event in events:
                    one.add(event)
                if one.turns:
                    yield one
    finally:
        engine.dispose()


def rows(store: Store, conversations_url: str) -> Iterator[dict[str, Any]]:
    """Yield a row for each conversation, with `COLUMNS`; times are ISO 8601 in UTC."""
    for some in batched(conversations(conversations_url), AT_ONCE):
        with store.reading() as session:
            yield from _with_shop(session, some)


def _with_shop(session: Session, some: Sequence[Conversation]) -> Iterator[dict[str, Any]]:
    ids = [one.id for one in some]
    handoffs = _last(session.scalars(_of(Handoff, ids).order_by(Handoff.id)))
    changed = set(
        session.scalars(sa.select(Change.conversation_id).where(Change.conversation_id.in_(ids)))
    )
    opinions = _last(session.scalars(_of(Feedback, ids)))
    missed = {
        (one.conversation_id, one.message_id)
        for one in session.scalars(_of(Question, ids))
        if one.kind == QuestionKind.UNANSWERED
    }
    thumbs: dict[str, list[bool]] = {}
    for thumb in session.scalars(_of(Thumb, ids)):
        thumbs.setdefault(thumb.conversation_id, []).append(thumb.up)
    for one in some:
        handoff, opinion = handoffs.get(one.id), opinions.get(one.id)
        yield {
            "conversation_id": one.id,
            "started_at": one.started_at.isoformat(timespec="seconds") if one.started_at else None,
            "language": one.language,
            "role": one.role,
            "turns": one.turns,
            "intents": " ".join(one.intents),
            "outcome": _outcome(one, handoff is not None, one.id in changed, missed),
            "handoff_reason": handoff.reason if handoff else None,
            "handoff_outcome": (handoff.outcome or handoff.state) if handoff else None,
            "first_response_seconds": one.first_response_seconds,
            "waiting_seconds": _waited(handoff),
            "csat": opinion.score if opinion else None,
            "csat_about": opinion.about if opinion else None,
            "reason": mask(opinion.reason) if opinion and opinion.reason else None,
            "thumbs_up": sum(thumbs.get(one.id, [])),
            "thumbs_down": sum(not up for up in thumbs.get(one.id, [])),
        }


def _outcome(
    one: Conversation, handed_off: bool, changed: bool, missed: set[tuple[str, str]]
) -> str:
    if handed_off:
        return "handed_off"
    if changed:
        return "changed"
    if one.in_form:
        return "abandoned"
    if not one.messages:
        return "talk"
    return "missed" if (one.id, one.messages[-1]) in missed else "answered"


def _waited(handoff: Handoff | None) -> float | None:
    """Return the seconds from the call for a person to the claim; None where nobody came."""
    if handoff is None or handoff.claimed_at is None:
        return None
    return (handoff.claimed_at - handoff.requested_at).total_seconds()


def _of(table: Any, ids: Sequence[str]) -> Any:
    return sa.select(table).where(table.conversation_id.in_(ids))


def _last(found: Iterable[Any]) -> dict[str, Any]:
    return {one.conversation_id: one for one in found}


def _with_driver(url: str) -> sa.URL:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed
