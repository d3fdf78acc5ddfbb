"""Mending what was said: "no, I meant 30", "no", "stop".

In the midst of a form its validation hears a correction like any answer; here is what follows when
it has found none, and what follows an answer.
"""

from __future__ import annotations

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import phrases, suspension
from actions.again import ask_again
from actions.base import GuardedAction
from actions.calling import OFFER_SLOT
from actions.history import exchanges, last_request
from actions.misses import miss, note
from actions.questionnaire import CONFIRMED_SLOT, decline
from actions.questions.orders import ORDER_SLOT
from actions.replay import replay
from actions.turn import REQUESTED_SLOT, Turn
from actions.wording import leaves
from analytics.store.models import QuestionKind


class ActionCorrect(GuardedAction):
    """Ask the last request again as corrected; where nothing is named, ask what is wrong."""

    action_name = "action_correct"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if not turn.form:
            _note_last(turn)
        if not turn.form and (again := ask_again(turn, session)):
            return again
        if turn.form or last_request(turn):
            turn.say("utter_what_is_wrong")
        else:
            turn.say("utter_nothing_to_correct")
        return []


class ActionDeny(GuardedAction):
    """A no stops a form, turns down an offer, or says that the last answer is wrong."""

    action_name = "action_deny"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if turn.form and turn.slots.get(REQUESTED_SLOT) == CONFIRMED_SLOT:
            return decline(turn)
        if turn.form:
            return suspension.stop(turn)
        if again := ask_again(turn, session):
            _note_last(turn)
            return again
        last = exchanges(turn)[1:2]
        asked = any((event.get("data") or {}).get("buttons") for one in last for event in one.said)
        if last and last[0] == last_request(turn) and not asked and not turn.slots.get(OFFER_SLOT):
            _note_last(turn)
            turn.say("utter_what_is_wrong")
        else:
            turn.say("utter_deny")
        return []


class ActionDefaultFallback(GuardedAction):
    """Rasa's own name for what nothing is foreseen for: a form turned a message down for good.

    "Forget the quote" may sound like a quote; it stops the form all the same.
    """

    action_name = "action_default_fallback"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if turn.form and leaves(turn.text):
            return replay(turn, turn.messages()[0], "stop")
        return miss(turn, "utter_default")


class ActionStop(GuardedAction):
    """Leave the form under way, or stop waiting for a person."""

    action_name = "action_stop"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if turn.form:
            return suspension.stop(turn)
        desk, now = turn.services.handoff_desk, turn.services.now()
        if ended := desk.cancel(session, turn.conversation_id, now):
            turn.say("utter_handoff_cancelled", ticket=ended.ticket_id)
            return []
        if (
            turn.slots.get(ORDER_SLOT)
            and not turn.replayed
            and phrases.said("act", turn.text) == "cancel"
        ):
            # "Cancel it", where an order was talked about, means the order.
            return replay(turn, turn.messages()[0], "cancel_order")
        turn.say("utter_nothing_to_stop")
        return []


def _note_last(turn: Turn) -> None:
    """Have the last request kept for review: its answer was not what was asked for."""
    if last := last_request(turn):
        note(turn, QuestionKind.CORRECTED, last.message)
