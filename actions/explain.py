"""Why the assistant asks or says something."""

from __future__ import annotations

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.turn import Turn


class ActionExplain(GuardedAction):
    """Say what the last answer rests on."""

    action_name = "action_explain"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        turn.say("utter_why_records")
        return []
