"""Forms set aside for another one, which come back by themselves when that is over."""

from __future__ import annotations

from typing import Final

from rasa_sdk.events import ActiveLoop, EventType, SlotSet

from actions.turn import REQUESTED_SLOT, Reply, Turn
from actions.wording import leaves

SUSPENDED_SLOT: Final = "suspended"
"Names of the forms set aside, the latest last. Their answers stay in their slots."
DEEPEST: Final = 2
"Forms set aside at once; one more, and the oldest is let go."


def suspend(turn: Turn, form: str) -> list[EventType]:
    """Set the form aside in the middle of which `form` begins, unless the user drops it."""
    before = turn.form_before
    waiting = [one for one in _waiting(turn) if one not in (form, before)]
    if before and before != form:
        if leaves(turn.text):
            turn.say("utter_left", matter=_matter(turn, before))
        else:
            waiting.append(before)
    if len(waiting) > DEEPEST:
        turn.say("utter_let_go", matter=_matter(turn, waiting.pop(0)))
    return [SlotSet(SUSPENDED_SLOT, waiting or None)]


def leave(turn: Turn) -> list[EventType]:
    """Leave the form under way where the message drops it for what was answered instead."""
    if turn.form is None or not leaves(turn.text):
        return []
    turn.replies.insert(0, Reply("utter_left", values={"matter": _matter(turn, turn.form)}))
    return _close()


def stop(turn: Turn) -> list[EventType]:
    """Leave the form under way because the user says so."""
    turn.say("utter_left_this" if _waiting(turn) else "utter_stopped")
    return _close()


def drop() -> list[EventType]:
    """Return the events that end the form under way and those set aside: a person takes over."""
    return [*_close(), SlotSet(SUSPENDED_SLOT, None)]


def resume(turn: Turn) -> list[EventType]:
    """Take up the form that was set aside last, if any; it asks its question by itself."""
    if not (waiting := _waiting(turn)):
        return []
    form = waiting.pop()
    turn.say("utter_back", matter=_matter(turn, form))
    return [SlotSet(SUSPENDED_SLOT, waiting or None), ActiveLoop(form)]


def _close() -> list[EventType]:
    return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


def _waiting(turn: Turn) -> list[str]:
    """Return the forms set aside since the conversation was last taken up, the latest last."""
    begun = {event["name"] for event in turn.events if event.get("event") == "active_loop"}
    return [form for form in turn.slots.get(SUSPENDED_SLOT) or [] if form in begun]


def _matter(turn: Turn, form: str) -> str:
    """Return what a form is about in words, such as "your quote"."""
    return turn.texts.get(f"utter_matter_{form}")
