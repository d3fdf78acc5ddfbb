"""Why the assistant asks or says something.

What is said stands in the domain: `utter_why_<slot>` for what a form asks, `utter_why_<type>` for
an answer with a card of that type, `utter_why_<name>` for the response `utter_<name>`. A skill
that has texts of these names is explained without more code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.history import last_answer, last_said
from actions.turn import REQUESTED_SLOT, Turn

Card = Mapping[str, Any]


class ActionExplain(GuardedAction):
    """Say why a form asks its question, or else what the last answer rests on."""

    action_name = "action_explain"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if turn.form:
            slot = turn.slots[REQUESTED_SLOT]
            # A card may have the name of a slot, and its own reason.
            asked = f"utter_why_asked_{slot}"
            turn.say(asked if turn.texts.has(asked) else f"utter_why_{slot}")
            return []
        if not (_explain(turn, last_said(turn)) or _explain(turn, last_answer(turn))):
            turn.say("utter_why_records")
        return []


def _explain(turn: Turn, said: Sequence[Mapping[str, Any]]) -> bool:
    """Explain an answer by its card, else by its response; return whether the domain can."""
    for event in said:
        card = (event.get("data") or {}).get("custom") or {}
        name = f"utter_why_{card.get('type')}"
        values = VALUES.get(card.get("type"), _none)(turn, card)
        if values is not None and turn.texts.has(name):
            turn.say(name, **values)
            if card.get("approval"):
                turn.say("utter_why_approval")
            return True
    for event in said:
        response = str((event.get("metadata") or {}).get("utter_action"))
        name = f"utter_why_{response.removeprefix('utter_')}"
        if turn.texts.has(name):
            turn.say(name)
            return True
    return False


def _none(turn: Turn, card: Card) -> dict[str, Any]:
    return {}


def _products(turn: Turn, card: Card) -> dict[str, Any] | None:
    """Return the reason of each product, or of those named; None where the card gives none."""
    named = {code.value for code in turn.entities("code")}
    reasons = [
        turn.texts.get("utter_why_product", product=item["title"], reason=item["reason"])
        for item in card["items"]
        if item.get("reason") and (not named or item["id"] in named)
    ]
    return {"reasons": "\n".join(reasons)} if reasons else None


def _quote(turn: Turn, card: Card) -> dict[str, Any]:
    return {"lines": "\n".join(_quote_line(turn, card["currency"], one) for one in card["lines"])}


def _quote_line(turn: Turn, currency: str, line: Card) -> str:
    head = turn.texts.get(
        "utter_why_line_discounted" if line["discounts"] else "utter_why_line",
        product=line["title"],
        list_price=turn.texts.money(Decimal(line["list_price"]), currency),
        unit_price=turn.texts.money(Decimal(line["unit_price"]), currency),
    )
    discounts = [
        turn.texts.get(
            "utter_why_discount",
            discount=turn.texts.get(f"utter_discount_{one['reason']}"),
            rate=turn.texts.percent(Decimal(one["rate"])),
        )
        for one in line["discounts"]
    ]
    return "\n".join([head, *discounts])


def _segment(turn: Turn, card: Card) -> dict[str, Any]:
    return {
        "recency": turn.texts.number(card["recency_days"]),
        "frequency": turn.texts.number(card["frequency"]),
        "monetary": turn.texts.money(Decimal(card["monetary"]), card["currency"]),
    }


VALUES: Final[Mapping[object, Callable[[Turn, Card], dict[str, Any] | None]]] = {
    "products": _products,
    "quote": _quote,
    "segment": _segment,
}
"What the texts say of each type of card; None where the card does not carry it."
