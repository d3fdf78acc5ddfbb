"""Orders: where is my order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import cards, periods
from actions.base import GuardedAction
from actions.forms import FormValidation
from actions.turn import ANSWERS, Turn
from analytics.errors import MissingCustomer
from analytics.identity import Role
from analytics.store import orders
from analytics.store.models import Order
from analytics.store.states import OrderStatus

NUMBER_SLOT: Final = "order_number"
EMAIL_SLOT: Final = "order_email"
DONE: Final = frozenset({OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.RETURNED})


class ValidateTrackOrderForm(FormValidation):
    """A known customer is asked nothing; a guest proves an order by its number and e-mail."""

    form = "track_order_form"
    slots = (NUMBER_SLOT, EMAIL_SLOT)
    intents = frozenset({"track_order"})

    def required(self, turn: Turn) -> Iterable[str]:
        known = turn.speaker.role is Role.AGENT or turn.speaker.customer_id
        return () if known else self.slots

    def extract(self, turn: Turn, session: Session, found: dict[str, object]) -> None:
        if number := turn.entity("code"):
            found[NUMBER_SLOT] = number
        if email := turn.entity("email"):
            found[EMAIL_SLOT] = email
        asked = self.asked(turn)
        if asked and not found and turn.intent in ANSWERS:
            turn.say(f"utter_invalid_{asked}")
            found[asked] = None


class ActionTrackOrder(GuardedAction):
    """Tell where an order is: the one named, else the customer's newest."""

    action_name = "action_track_order"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        found = self._find(turn, session)
        if not found and (days := periods.named(turn)):
            first, last = map(turn.texts.date, days)
            turn.say("utter_no_orders_then", first=first, last=last)
        elif not found:
            turn.say("utter_no_orders")
        else:
            order = found[0]
            turn.say(_response(order), **_values(turn, order))
            turn.show(cards.order(turn.texts, order))
            if len(found) > 1:
                turn.say(
                    "utter_other_orders",
                    buttons=[
                        {"title": other.id, "payload": cards.payload("track_order", other.id)}
                        for other in found[1:]
                    ],
                )
        return []

    def _find(self, turn: Turn, session: Session) -> list[Order]:
        number = turn.slots.get(NUMBER_SLOT)
        customer_id = turn.speaker.customer_id
        if customer_id is None and turn.speaker.role is Role.AGENT:
            raise MissingCustomer
        if customer_id is None:
            return [orders.verified(session, str(number), str(turn.slots.get(EMAIL_SLOT)))]
        if number:
            return [orders.owned(session, str(number), customer_id)]
        return orders.of_customer(session, customer_id, placed=periods.named(turn))


def _response(order: Order) -> str:
    if order.status in DONE or order.expected_on is None:
        return "utter_order_status"
    return "utter_order_on_its_way"


def _values(turn: Turn, order: Order) -> dict[str, Any]:
    expected: date | None = order.expected_on
    return {
        "order_number": order.id,
        "status": turn.texts.get(f"utter_status_{order.status}"),
        "placed_on": turn.texts.date(order.placed_at),
        "expected_on": turn.texts.date(expected) if expected else "",
        "total": turn.texts.money(orders.total(order), order.currency),
    }
