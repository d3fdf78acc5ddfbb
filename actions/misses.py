"""Messages that got no answer: what else can be asked, and the second time in a row a person.

They are kept for review, as are those that were answered badly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions.calling import MISSES_SLOT, call_person, offered, person_button
from actions.turn import AMBIGUOUS, Turn
from analytics.identity import Role
from analytics.store import questions
from analytics.store.models import HandoffReason, QuestionKind

VERDICTS: Final = frozenset({AMBIGUOUS, "nlu_fallback"})
"Intents that say how sure the bot is, not what is meant."
_ABILITIES: Final = {
    Role.SHOPPER: ("track_order", "recommend", "delivery_options"),
    Role.AGENT: ("customer_segment", "next_best_offer", "demand_forecast"),
}


def abilities(turn: Turn) -> list[dict[str, str]]:
    """Return buttons for some of what this speaker can ask."""
    names = _ABILITIES[turn.speaker.role]
    return [turn.button(f"utter_button_{name}", f"/{name}") for name in names]


def miss(turn: Turn, response: str) -> list[EventType]:
    """Say that there is no answer, and what can be asked; after several, offer or call a person."""
    count = misses(turn) + 1
    note(turn, QuestionKind.UNANSWERED, turn.messages()[0])
    limits = turn.services.handoff_desk.policy.misses
    if count >= limits.call and turn.speaker.role is Role.SHOPPER:
        turn.afterwards.append(lambda session: call_person(turn, session, HandoffReason.MISSES))
        return []
    if count < limits.offer:
        turn.say(response, buttons=abilities(turn))
        return [missed(turn, count)]
    turn.say("utter_offer_person", buttons=[person_button(turn)])
    return [missed(turn, count), offered(HandoffReason.MISSES)]


def misses(turn: Turn) -> int:
    """Return how many messages in a row, up to the one before this, got no answer."""
    kept = turn.slots.get(MISSES_SLOT)
    before = turn.messages()[1:2]
    if not isinstance(kept, dict) or not before or before[0].get("message_id") != kept["message"]:
        return 0
    return int(kept["count"])


def missed(turn: Turn, count: int) -> EventType:
    """Return the event that keeps the count, which holds for the next message only."""
    return SlotSet(MISSES_SLOT, {"count": count, "message": turn.messages()[0].get("message_id")})


def note(turn: Turn, kind: QuestionKind, message: Mapping[str, Any]) -> None:
    """Have a message, as Rasa keeps it, kept for review.

    Pressed buttons are no questions, nor are messages without a word.
    """
    text = str(message.get("text") or "")
    if text.startswith("/") or not any(map(str.isalpha, text)):
        return
    asked = _asked(turn, message)

    def write(session: Session) -> list[EventType]:
        questions.keep(session, asked, kind, turn.services.now())
        return []

    turn.afterwards.append(write)


def _asked(turn: Turn, message: Mapping[str, Any]) -> questions.Asked:
    parsed = message.get("parse_data") or {}
    ranking = [
        one
        for one in [*(parsed.get("intent_ranking") or []), parsed.get("intent") or {}]
        if one.get("name") not in (*VERDICTS, None)
    ]
    likeliest: Mapping[str, Any] = ranking[0] if ranking else {}
    return questions.Asked(
        conversation_id=turn.conversation_id,
        message_id=str(message.get("message_id")),
        text=str(message["text"]),
        language=turn.language,
        customer_id=turn.speaker.customer_id,
        intent=likeliest.get("name"),
        confidence=likeliest.get("confidence"),
    )
