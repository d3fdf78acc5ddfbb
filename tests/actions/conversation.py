"""A conversation as Rasa hands it to an action, built step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa_sdk import Tracker

from actions.services import Services
from actions.turn import Turn
from analytics.settings import Settings
from tests.conversations.scripts import responses


class Talk:
    """Events of a conversation, in the order in which they are added."""

    def __init__(self, **slots: Any) -> None:
        self.slots: dict[str, Any] = {"language": "en", **slots}
        self.events: list[dict[str, Any]] = []

    def user(self, text: str, intent: str, *entities: dict[str, Any]) -> Talk:
        """Add a message; an entity's place is where its `said`, else its value, stands in it."""
        placed = []
        for entity in entities:
            said = str(entity.pop("said", entity["value"]))
            start = text.index(said)
            placed.append({**entity, "start": start, "end": start + len(said)})
        parse_data = {"text": text, "intent": {"name": intent}, "entities": placed}
        return self._add(
            event="user", text=text, parse_data=parse_data, message_id=str(len(self.events))
        )

    def action(self, name: str) -> Talk:
        return self._add(event="action", name=name)

    def loop(self, name: str | None) -> Talk:
        """Start a form, or end the one under way."""
        return self._add(event="active_loop", name=name)

    def bot(self, text: str, **data: Any) -> Talk:
        return self._add(event="bot", text=text, data=data)

    def turn(self, home: Path) -> Turn:
        """Return the turn of the last message."""
        latest = next(event for event in reversed(self.events) if event["event"] == "user")
        loops = [event["name"] for event in self.events if event["event"] == "active_loop"]
        tracker = Tracker(
            "conversation",
            self.slots,
            latest["parse_data"],
            self.events,
            False,
            None,
            {"name": loops[-1]} if loops and loops[-1] else {},
            None,
        )
        settings = Settings.from_environment({"SALESCLERK_HOME": str(home)})
        return Turn(tracker, {"responses": responses()}, Services(settings))

    def _add(self, **event: Any) -> Talk:
        self.events.append(event)
        return self


def entity(name: str, value: Any, **more: Any) -> dict[str, Any]:
    """Return an entity for `Talk.user`."""
    return {"entity": name, "value": value, **more}
