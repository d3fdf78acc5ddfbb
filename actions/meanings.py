"""A message that may mean several things: ask which, and answer it as if it had been understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from rasa_sdk.events import ActiveLoop, EventType, FollowupAction
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.calling import offered, person_button
from actions.misses import missed, misses, note
from actions.replay import LISTEN, replay
from actions.turn import AMBIGUOUS, Turn
from analytics.identity import Role
from analytics.store.models import HandoffReason, QuestionKind

MEANING: Final = "meaning"
STAFF: Final = frozenset(
    [
        *("customer_lookup", "customer_segment", "next_best_offer", "churn_risk"),
        *("lifetime_value", "draft_message", "demand_forecast", "stock_alert", "sales_report"),
    ]
)
"Requests that are not for shoppers."


class ActionAskMeaning(GuardedAction):
    """Ask which of its meanings a message has; where only one is for this speaker, answer that.

    The question counts as a miss until it is answered.
    """

    action_name = "action_ask_meaning"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        message = turn.messages()[0]
        meanings = meanings_of(turn, message)
        if len(meanings) == 1:
            return replay(turn, message, meanings[0])
        if not meanings:
            return replay(turn, message, "nlu_fallback")
        buttons = [
            turn.button(f"utter_meaning_{name}", f"/clarify{json.dumps({MEANING: name})}")
            for name in meanings
        ]
        note(turn, QuestionKind.LOW_CONFIDENCE, message)
        count = misses(turn) + 1
        if count < turn.services.handoff_desk.policy.misses.offer:
            buttons.append(turn.button("utter_button_something_else", "/clarify"))
            turn.say("utter_ask_meaning", buttons=buttons)
            return [missed(turn, count), *_wait(turn)]
        turn.say("utter_ask_meaning_or_person", buttons=[*buttons, person_button(turn)])
        return [missed(turn, count), offered(HandoffReason.MISSES), *_wait(turn)]


class ActionClarify(GuardedAction):
    """Answer the message that was asked about, under the meaning that was chosen."""

    action_name = "action_clarify"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        meaning = turn.entity(MEANING)
        asked = turn.messages()[1:2]
        if meaning is None:
            turn.say("utter_say_otherwise", buttons=[person_button(turn)])
            return [missed(turn, misses(turn)), offered(HandoffReason.MISSES), *_wait(turn)]
        if not asked or meaning not in meanings_of(turn, asked[0]):
            turn.say("utter_meaning_outdated")
            return []
        return replay(turn, asked[0], meaning)


def meanings_of(turn: Turn, message: Mapping[str, Any]) -> list[str]:
    """Return what an ambiguous message may mean to this speaker; nothing for another message.

    Its meanings stand in the ranking, behind the intent that says so.
    """
    first, *others = (message.get("parse_data") or {}).get("intent_ranking") or [{}]
    names = [str(one["name"]) for one in others] if first.get("name") == AMBIGUOUS else []
    return [name for name in names if turn.speaker.role is Role.AGENT or name not in STAFF]


def _wait(turn: Turn) -> list[EventType]:
    """Return the events after which a form under way does not ask its question as well.

    Made active anew, the form hears the next message first, as if it had asked.
    """
    return [ActiveLoop(turn.form), FollowupAction(LISTEN)] if turn.form else []
