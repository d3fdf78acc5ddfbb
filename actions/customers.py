"""Customers, for agents: who is this, which segment, what to offer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import cards, consent, reference
from actions.base import AGENTS, GuardedAction
from actions.offering import offer
from actions.turn import Turn
from actions.wishes import Wanted
from analytics.store import catalogue, customers
from analytics.store.models import Customer, Purpose


class ActionCustomerLookup(GuardedAction):
    """Tell who a customer is: since when, how many orders, how much, which segment."""

    action_name = "action_customer_lookup"
    roles = AGENTS

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        customer = reference.customer(turn, session)
        account = customers.account(session, customer.id)
        currency = account.currency or _currency(session)
        turn.say(
            "utter_customer",
            customer=_name(customer),
            since=turn.texts.date(customer.created_at),
            orders=turn.texts.number(account.orders),
            spent=turn.texts.money(account.spent, currency),
        )
        turn.show(
            {
                "type": "customer",
                "id": customer.id,
                "name": customer.name,
                "country": customer.country,
                "since": customer.created_at.isoformat(),
                "orders": account.orders,
                "spent": cards.amount(account.spent),
                "currency": currency,
                "last_order_at": (
                    account.last_order_at.isoformat() if account.last_order_at else None
                ),
                "segment": (
                    _segment_card(turn, session, customer)
                    if account.orders
                    and consent.given(turn, session, customer.id, Purpose.ANALYTICS)
                    else None
                ),
            }
        )
        return []


class ActionCustomerSegment(GuardedAction):
    """Tell a customer's segment and the figures behind it."""

    action_name = "action_customer_segment"
    roles = AGENTS

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        customer = reference.customer(turn, session)
        consent.require(turn, session, customer.id, Purpose.ANALYTICS)
        card = _segment_card(turn, session, customer)
        turn.say(
            "utter_segment",
            customer=_name(customer),
            segment=card["name"],
            description=card["description"],
            recency=turn.texts.number(card["recency_days"]),
            frequency=turn.texts.number(card["frequency"]),
            monetary=turn.texts.money(Decimal(card["monetary"]), card["currency"]),
        )
        turn.show(card)
        return []


class ActionNextBestOffer(GuardedAction):
    """Suggest what to offer a customer, each with its reason."""

    action_name = "action_next_best_offer"
    roles = AGENTS

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        customer = reference.customer(turn, session)
        wanted = consent.given(turn, session, customer.id, Purpose.MARKETING)
        note = "" if wanted else turn.texts.get("utter_part_no_marketing")
        wish = Wanted(customer=customer.id)
        intro = "utter_next_best_offer"
        return offer(turn, session, wish, intro, customer=_name(customer), note=note)


def _segment_card(turn: Turn, session: Session, customer: Customer) -> dict[str, Any]:
    """Return the segment card."""
    member = turn.services.models.segments.of(customer.id)
    return {
        "type": "segment",
        "customer_id": customer.id,
        "segment": member.segment,
        "name": turn.texts.get(f"utter_segment_{member.segment}"),
        "description": turn.texts.get(f"utter_segment_about_{member.segment}"),
        "recency_days": member.recency_days,
        "frequency": member.frequency,
        "monetary": cards.amount(Decimal(str(member.monetary))),
        "currency": _currency(session),
    }


def _name(customer: Customer) -> str:
    return f"{customer.name} ({customer.id})" if customer.name else customer.id


def _currency(session: Session) -> str:
    shop = catalogue.shop(session)
    return shop.currency if shop else ""
