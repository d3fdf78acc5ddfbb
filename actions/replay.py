"""An earlier message heard again, with the meaning that is known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rasa_sdk.events import ActionExecuted, ActiveLoop, EventType

from actions.turn import Turn

LISTEN: Final = "action_listen"
_OF_ITS_TURN: Final = ("message_id", "metadata")


def replay(
    turn: Turn,
    message: Mapping[str, Any],
    intent: str | None = None,
    entities: Sequence[Mapping[str, Any]] | None = None,
    text: str | None = None,
) -> list[EventType]:
    """Return the events after which Rasa takes `message` for what the user has just said.

    Slots are extracted anew, and rules run as on any message; a form under way hears it first, even
    if it has turned down the message of this turn. The events of one replay come last in what an
    action returns: slots to be set go before them. What the action says is said first.

    Args:
        turn: the turn under way, whose speaker and channel the message takes over.
        message: one of `turn.messages()`.
        intent: what the message means; None for what it was understood as.
        entities: as in Rasa's parse result; None for those that were found in it.
        text: None for the message's own.
    """
    known = message.get("parse_data") or {}
    parse_data: dict[str, Any] = {
        name: value for name, value in known.items() if name not in _OF_ITS_TURN
    }
    parse_data["text"] = text if text is not None else message.get("text")
    if intent is not None:
        parse_data["intent"] = {"name": intent, "confidence": 1.0}
    if entities is not None:
        parse_data["entities"] = [dict(entity) for entity in entities]
    latest = turn.messages()[0]
    heard: EventType = {
        "event": "user",
        "timestamp": None,
        "text": parse_data["text"],
        "parse_data": parse_data,
        "input_channel": latest.get("input_channel"),
        "message_id": latest.get("message_id"),
        "metadata": latest.get("metadata"),
    }
    # Made active anew, a form forgets that it has turned a message down.
    form = [ActiveLoop(turn.form)] if turn.form else []
    return [*form, ActionExecuted(LISTEN), heard]
