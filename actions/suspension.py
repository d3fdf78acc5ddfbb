"""Forms set aside for another one, which come back by themselves when that is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rasa_sdk.events import ActiveLoop, EventType, SlotSet

from actions.turn import REQUESTED_SLOT, Reply, Turn
from actions.wording import leaves

SUSPENDED_SLOT: Final = "suspended"
"The forms set aside, each with the answers it has, the latest last."
QUEUE_SLOT: Final = "queue"
"Changes that wait for the one under way, the next one first: forms like those set aside."
PASSING: Final = frozenset({"csat_form"})
"Forms that any other request ends, and that never come back."
DEEPEST: Final = 2
"Forms set aside at once; one more, and the oldest is let go."


def suspend(turn: Turn, form: str, before: str | None) -> list[EventType]:
    """Set the form `before` aside, in whose midst `form` begins, unless the user drops it."""
    waiting = [one for one in waiting_forms(turn) if one["form"] not in (form, before)]
    if before and before != form and before not in PASSING:
        if leaves(turn.text):
            turn.say("utter_left", matter=matter(turn, before))
        else:
            waiting.append({"form": before, "answers": _answers(turn, before)})
    if len(waiting) > DEEPEST:
        turn.say("utter_let_go", matter=matter(turn, waiting.pop(0)["form"]))
    return [SlotSet(SUSPENDED_SLOT, waiting or None)]


def leave(turn: Turn) -> list[EventType]:
    """Leave the form under way where the message drops it for what was answered instead."""
    if turn.form is None or not leaves(turn.text):
        return []
    turn.replies.insert(0, Reply("utter_left", values={"matter": matter(turn, turn.form)}))
    return _close()


def stop(turn: Turn) -> list[EventType]:
    """Leave the form under way because the user says so."""
    turn.say("utter_left_this" if waiting_forms(turn) else "utter_stopped")
    return [*_close(), SlotSet(QUEUE_SLOT, None)]


def drop() -> list[EventType]:
    """Return the events that end the form under way and all that wait: a person takes over."""
    return [*_close(), SlotSet(SUSPENDED_SLOT, None), SlotSet(QUEUE_SLOT, None)]


def resume(turn: Turn, silently: bool = False) -> list[EventType]:
    """Take up the form that was set aside last, if any; it asks its question by itself."""
    if not (waiting := waiting_forms(turn)):
        return []
    form = waiting.pop()
    if not silently:
        turn.say("utter_back", matter=matter(turn, form["form"]))
    return [SlotSet(SUSPENDED_SLOT, waiting or None), *start(form)]


def start(form: Mapping[str, Any]) -> list[EventType]:
    """Return the events after which a form goes on with the answers that it has."""
    answers = [SlotSet(slot, value) for slot, value in form["answers"].items()]
    return [*answers, ActiveLoop(form["form"])]


def _close() -> list[EventType]:
    return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


def _answers(turn: Turn, form: str) -> dict[str, Any]:
    """Return the form's answers, which the form that begins now may ask for anew."""
    return {slot: turn.slots.get(slot) for slot in turn.questions(form)}


def waiting_forms(turn: Turn) -> list[dict[str, Any]]:
    """Return the forms set aside since the conversation was last taken up, the latest last."""
    begun = {event["name"] for event in turn.events if event.get("event") == "active_loop"}
    return [form for form in turn.slots.get(SUSPENDED_SLOT) or [] if form["form"] in begun]


def matter(turn: Turn, form: str) -> str:
    """Return what a form is about in words, such as "your quote"."""
    return turn.texts.get(f"utter_matter_{form}")
