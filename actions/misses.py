"""Messages that got no answer: what else can be asked, and the second time in a row a person."""

from __future__ import annotations

from typing import Final

from rasa_sdk.events import EventType, SlotSet

from actions.turn import Turn
from analytics.identity import Role

MISSES_SLOT: Final = "misses"
OFFER_SLOT: Final = "offered"
PERSON: Final = "person"
MISSES_BEFORE_OFFER: Final = 2
_ABILITIES: Final = {
    Role.SHOPPER: ("track_order", "recommend", "delivery_options"),
    Role.AGENT: ("customer_segment", "next_best_offer", "demand_forecast"),
}


def person_button(turn: Turn) -> dict[str, str]:
    """Return the button that calls a person."""
    return turn.button("utter_button_person", "/contact_human_agent")


def abilities(turn: Turn) -> list[dict[str, str]]:
    """Return buttons for some of what this speaker can ask."""
    names = _ABILITIES[turn.speaker.role]
    return [turn.button(f"utter_button_{name}", f"/{name}") for name in names]


def miss(turn: Turn, response: str) -> list[EventType]:
    """Say that there is no answer, and what can be asked; the second time, offer a person."""
    count = misses(turn) + 1
    if count < MISSES_BEFORE_OFFER:
        turn.say(response, buttons=abilities(turn))
        return [missed(turn, count)]
    turn.say("utter_offer_person", buttons=[person_button(turn)])
    return [missed(turn, count), SlotSet(OFFER_SLOT, PERSON)]


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
