"""How the customer sounds, by words (`mood` in phrases/) and by shouting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from actions import phrases
from actions.turn import Turn, small_talk
from analytics.handoff import Mood

_SHOUTED: Final = re.compile(r"[!！?？]{2,}|[!！]\s*$")
_FEWEST_LETTERS: Final = 12
"Of a message in capital letters, for it to be shouted: OK and SKU codes are not."
INSULT: Final = "smalltalk/insult"
LOOKED_AT: Final = 6
"Latest messages by which a mood is told."
CALLS: Final = frozenset({"action_hand_off", "action_handoff_ended"})
"Actions with which anger begins to be counted anew: a person was called, or has spoken."


def of_text(text: str) -> Mood:
    """Return how one message sounds."""
    named = phrases.said("mood", text)
    loud = bool(_SHOUTED.search(text)) or _in_capitals(text)
    if named == Mood.ANGRY or (named == Mood.UPSET and loud):
        return Mood.ANGRY
    return Mood.UPSET if named == Mood.UPSET or _in_capitals(text) else Mood.CALM


def is_insult(message: Mapping[str, Any]) -> bool:
    """Return whether a message, as Rasa keeps it, insults the assistant."""
    return small_talk(message) == INSULT


def of_message(message: Mapping[str, Any]) -> Mood:
    """Return how a message sounds, by its words and by what it was understood as."""
    text = str(message.get("text") or "")
    if text.startswith("/"):
        return Mood.CALM
    return Mood.ANGRY if is_insult(message) else of_text(text)


def of_conversation(turn: Turn) -> Mood:
    """Return the worst of how the latest messages sound."""
    moods = [of_message(message) for message in turn.messages()[:LOOKED_AT]]
    order = list(Mood)
    return max(moods, key=order.index, default=Mood.CALM)


def angry_messages(turn: Turn) -> int:
    """Return how many messages since a person was last called were angry, this one included."""
    since: list[Mapping[str, Any]] = []
    for event in reversed(turn.events):
        if event.get("event") == "action" and event.get("name") in CALLS:
            break
        if event.get("event") == "user":
            since.append(event)
    # A message with several requests stands there once for each of them.
    angry = {str(one.get("message_id")) for one in since if of_message(one) is Mood.ANGRY}
    return len(angry)


def _in_capitals(text: str) -> bool:
    letters = [one for one in text if one.isalpha() and one.isascii()]
    return len(letters) >= _FEWEST_LETTERS and all(one.isupper() for one in letters)
