"""What is said of a rule that forbids something, with the nearest thing that is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from actions import cards
from actions.calling import person_button
from actions.turn import Reply, Turn
from analytics.errors import Refused
from analytics.identity import Role
from analytics.store import catalogue
from analytics.store.models import Product
from analytics.store.states import OrderStatus


def reply(turn: Turn, refused: Refused) -> Reply:
    """Return the rule in words, with a button for what is possible instead, or a person."""
    return Reply(
        f"utter_refused_{refused.rule}",
        values=localised(turn, refused.values),
        buttons=_instead(turn, refused),
    )


def localised(turn: Turn, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the language writes them; money in the `currency` beside it."""
    currency = str(values.get("currency", ""))
    return {name: _localised(turn, name, value, currency) for name, value in values.items()}


def _localised(turn: Turn, name: str, value: Any, currency: str) -> Any:
    if isinstance(value, Decimal):
        return turn.texts.money(value, currency)
    if isinstance(value, date):
        return turn.texts.date(value)
    if isinstance(value, OrderStatus):
        return turn.texts.get(f"utter_status_{value}")
    if isinstance(value, Product):
        return catalogue.title(value, turn.language)
    if name == "condition":
        return turn.texts.get(f"utter_condition_{value}")
    return value


def _instead(turn: Turn, refused: Refused) -> list[dict[str, str]]:
    intent, code = refused.instead, refused.values.get("code")
    if intent is None:
        return [person_button(turn)] if turn.speaker.role is Role.SHOPPER else []
    payload = cards.payload(intent, str(code)) if code else f"/{intent}"
    return [turn.button(f"utter_meaning_{intent}", payload)]
