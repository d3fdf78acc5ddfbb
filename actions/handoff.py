"""Calling a person: a ticket with what she needs to know."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions import suspension
from actions.base import GuardedAction
from actions.faq import say_article
from actions.misses import MISSES_SLOT, OFFER_SLOT, PERSON, person_button
from actions.questionnaire import confirm_again
from actions.turn import Turn
from analytics.store import service


class ActionHandOff(GuardedAction):
    """Ask for a person to take the conversation."""

    action_name = "action_hand_off"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        return hand_off(turn, session)


class ActionOfferPerson(GuardedAction):
    """Say that this request is recognised, but that a person has to do it: tell how, offer one."""

    action_name = "action_offer_person"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if article := turn.services.faq.by_intent(turn.intent):
            say_article(turn, article)
        turn.say("utter_needs_person", buttons=[person_button(turn)])
        return [SlotSet(OFFER_SLOT, PERSON)]


class ActionAffirm(GuardedAction):
    """A yes counts only where something was offered."""

    action_name = "action_affirm"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if turn.slots.get(OFFER_SLOT) == PERSON:
            return hand_off(turn, session)
        events = confirm_again(turn, session)
        if events is None:
            turn.say("utter_yes_to_what")
        return events or []


def hand_off(turn: Turn, session: Session) -> list[EventType]:
    """Open a ticket and a handoff for the conversation, or name the one that is open."""
    handoff = service.open_handoff(
        session,
        conversation_id=turn.conversation_id,
        customer_id=turn.speaker.customer_id,
        reason=turn.intent,
        summary=_summary(turn),
        at=turn.services.now(),
    )
    turn.say("utter_handoff", ticket=handoff.ticket_id)
    turn.show({"type": "handoff", "ticket_id": handoff.ticket_id, "state": handoff.state})
    return [SlotSet(OFFER_SLOT, None), SlotSet(MISSES_SLOT, None), *suspension.drop()]


def _summary(turn: Turn) -> str:
    """Return what a person needs to know, for staff: facts first, then the last lines."""
    facts = {
        "customer": turn.speaker.customer_id or "guest",
        "language": turn.language,
        "earlier": ", ".join(turn.earlier_intents()),
    }
    head = [f"{name}: {value}" for name, value in facts.items() if value]
    lines = [f"{who}: {text}" for who, text in turn.transcript()]
    return "\n".join([*head, "", *lines])
