"""What was asked and answered before, read from the events of the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actions.replay import LISTEN
from actions.turn import EXTRACT, Entity, Turn, read_entities

TALK: Final = frozenset(
    [
        *("greet", "goodbye", "thank", "affirm", "deny", "stop", "correct", "repeat", "ask_why"),
        *("help", "change_language", "clarify", "smalltalk", "out_of_scope"),
        *("nlu_fallback", "nlu_ambiguous"),
    ]
)
"Intents that ask nothing of the shop."
NAMED: Final = "inform"
"The intent of a message that names something and asks nothing."
STOP: Final = "action_stop"
FORM: Final = "_form"
"Every form's name ends in this."


@dataclass(frozen=True)
class Exchange:
    """A message and what followed it.

    Attributes:
        message: the message as Rasa keeps it.
        events: what followed, oldest first.
    """

    message: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]

    @property
    def intent(self) -> str:
        """What the message was understood as."""
        return str((self.message.get("parse_data") or {}).get("intent", {}).get("name") or "")

    @property
    def text(self) -> str:
        return str(self.message.get("text") or "")

    @property
    def entities(self) -> list[Entity]:
        """What the message names."""
        return read_entities(self.message.get("parse_data") or {})

    @property
    def action(self) -> str | None:
        """The action that answered last, or None; a form only asks."""
        names = [name for name in self._actions() if not name.endswith(FORM)]
        return names[-1] if names else None

    @property
    def completed(self) -> str | None:
        """The form whose last question the message answered, or None."""
        action = None
        for event in self.events:
            if event.get("event") == "action":
                action = event.get("name")
            elif event.get("event") == "active_loop" and event.get("name") is None and action:
                return action if action.endswith(FORM) else None
        return None

    @property
    def ran_form(self) -> bool:
        """Whether a form has heard the message."""
        return any(name.endswith(FORM) for name in self._actions())

    @property
    def said(self) -> list[Mapping[str, Any]]:
        """What the assistant said, oldest first."""
        return [event for event in self.events if event.get("event") == "bot"]

    def _actions(self) -> list[str]:
        return [
            str(event["name"])
            for event in self.events
            if event.get("event") == "action" and event.get("name") not in (LISTEN, EXTRACT)
        ]


def exchanges(turn: Turn) -> list[Exchange]:
    """Return the conversation's exchanges, newest first; the first is the one under way."""
    found: list[Exchange] = []
    after: list[Mapping[str, Any]] = []
    for event in reversed(turn.events):
        if event.get("event") == "user":
            found.append(Exchange(event, after[::-1]))
            after = []
        else:
            after.append(event)
    return found


def last_request(turn: Turn) -> Exchange | None:
    """Return the last exchange in which something was asked of the shop and answered, or None.

    A product or code that was only named asks too little to come before a request in full.
    """
    named = None
    for exchange in exchanges(turn)[1:]:
        if exchange.action == STOP:
            break
        if exchange.completed or (exchange.intent not in TALK and exchange.action):
            if exchange.completed or exchange.intent != NAMED:
                return exchange
            named = named or exchange
    return named


def last_said(turn: Turn) -> list[Mapping[str, Any]]:
    """Return all that was said to the message before this one, oldest first.

    One message may hold several requests, each with an exchange of its own.
    """
    said: list[Mapping[str, Any]] = []
    answered: object = None
    for exchange in exchanges(turn)[1:]:
        message_id = exchange.message.get("message_id")
        if said and message_id != answered:
            break
        answered = message_id
        said = [*exchange.said, *said]
    return said


def last_answer(turn: Turn) -> list[Mapping[str, Any]]:
    """Return what was said to the last request, oldest first."""
    last = last_request(turn)
    return list(last.said) if last else []


def shown_products(turn: Turn) -> list[list[str]]:
    """Return the product lists shown in the conversation, the newest first, as ids."""
    found = (_listed(event) for event in reversed(turn.events))
    return [ids for ids in found if ids]


def listed_in(exchange: Exchange) -> list[str]:
    """Return the ids of the products that an exchange showed, in its last list."""
    found = [ids for event in exchange.said if (ids := _listed(event))]
    return found[-1] if found else []


def _listed(event: Mapping[str, Any]) -> list[str]:
    card = (event.get("data") or {}).get("custom") or {} if event.get("event") == "bot" else {}
    return [str(item["id"]) for item in card["items"]] if card.get("type") == "products" else []
