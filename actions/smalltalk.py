"""Turns of talk that need the conversation itself: say it again, that was wrong."""

from __future__ import annotations

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.misses import abilities
from actions.turn import Turn
from analytics.identity import Role


class ActionRepeat(GuardedAction):
    """Say the last answer again."""

    action_name = "action_repeat"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        said = [text for who, text in turn.transcript() if who == "bot"]
        if said:
            turn.say("utter_again", text_before=said[-1])
        else:
            turn.say("utter_nothing_to_repeat")
        return []


class ActionHelp(GuardedAction):
    """Say what this speaker can ask for: agents see their own skills."""

    action_name = "action_help"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        agent = turn.speaker.role is Role.AGENT
        turn.say("utter_help_agent" if agent else "utter_help", buttons=abilities(turn))
        return []
