"""People who take conversations over: called, taken, given back."""

from __future__ import annotations

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import calling
from actions.base import AGENTS, GuardedAction
from actions.calling import offered, person_button, reason_offered
from actions.faq import say_article
from actions.feedback import ask_csat
from actions.history import last_said
from actions.questionnaire import confirm_again
from actions.turn import Turn
from analytics.store import handoffs
from analytics.store.models import HandoffOutcome, HandoffReason

BY_PERSON = frozenset({HandoffOutcome.RELEASED, HandoffOutcome.CLOSED})
"Outcomes after which the customer can say how it was."
SAID = {HandoffOutcome.CLOSED: "closed_by_agent"}
"Outcomes whose response is not called like them."


class ActionHandOff(GuardedAction):
    """Ask for a person to take the conversation."""

    action_name = "action_hand_off"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        reason = reason_offered(turn) or _reason(turn)
        return calling.call_person(turn, session, reason)


def _reason(turn: Turn) -> HandoffReason:
    """Return why a person is asked for: because a rule forbade something just now, or just so."""
    said = [str((event.get("metadata") or {}).get("utter_action")) for event in last_said(turn)]
    refused = any(name.startswith("utter_refused_") for name in said)
    return HandoffReason.POLICY if refused else HandoffReason.REQUEST


class ActionOfferPerson(GuardedAction):
    """Say that this request is recognised, but that a person has to do it: tell how, offer one."""

    action_name = "action_offer_person"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if article := turn.services.faq.by_intent(turn.intent):
            say_article(turn, article)
        turn.say("utter_needs_person", buttons=[person_button(turn)])
        return [offered()]


class ActionAffirm(GuardedAction):
    """A yes counts only where something was offered."""

    action_name = "action_affirm"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if reason := reason_offered(turn):
            return calling.call_person(turn, session, reason)
        events = confirm_again(turn, session)
        if events is None:
            turn.say("utter_yes_to_what")
        return events or []


class ActionTakeOver(GuardedAction):
    """An agent takes the conversation unasked; the channel alone can say so."""

    action_name = "action_take_over"
    roles = AGENTS
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        calling.take_over(turn, session, turn.speaker.subject)
        return []


class ActionHandoffEnded(GuardedAction):
    """Tell the customer how a handoff ended, once; the channel alone can say that it has."""

    action_name = "action_handoff_ended"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        ended = handoffs.unannounced(session, turn.conversation_id)
        if ended is None:
            return []
        ended.announced_at = turn.services.now()
        name = SAID.get(HandoffOutcome(ended.outcome or ""), ended.outcome)
        turn.say(f"utter_handoff_{name}", ticket=ended.ticket_id)
        return ask_csat(turn, session, about="handoff") if ended.outcome in BY_PERSON else []
