"""Turns of talk that need the conversation itself: say it again, what can you do."""

from __future__ import annotations

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.calling import offered, person_button
from actions.history import last_said
from actions.misses import abilities
from actions.mood import is_insult
from actions.turn import Reply, Turn, small_talk
from analytics.identity import Role
from analytics.store.models import HandoffReason


class ActionRepeat(GuardedAction):
    """Say the last answer again, with its buttons and cards."""

    action_name = "action_repeat"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        said = last_said(turn)
        if turn.form:
            # Its question is the last that was said, and the form asks it again by itself.
            said = said[:-1]
        elif not said:
            turn.say("utter_nothing_to_repeat")
        for event in said:
            data = event.get("data") or {}
            if text := event.get("text"):
                turn.replies.append(Reply(text=text, buttons=data.get("buttons") or []))
            if card := data.get("custom"):
                turn.show(card)
        return []


class ActionSmalltalk(GuardedAction):
    """Answer small talk by its topic; to an insult, offer a person."""

    action_name = "action_smalltalk"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        message = turn.messages()[0]
        insulted = is_insult(message)
        turn.say(f"utter_{small_talk(message)}", buttons=[person_button(turn)] if insulted else [])
        return [offered(HandoffReason.ANGER)] if insulted else []


class ActionHelp(GuardedAction):
    """Say what this speaker can ask for: agents see their own skills."""

    action_name = "action_help"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        agent = turn.speaker.role is Role.AGENT
        turn.say("utter_help_agent" if agent else "utter_help", buttons=abilities(turn))
        return []
