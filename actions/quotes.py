"""Quotes: a price that holds, for one product or several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import cards, consent, reference
from actions.base import GuardedAction
from actions.forms import FormValidation
from actions.turn import ANSWERS, REPAIRS, Entity, Turn
from analytics import pricing
from analytics.errors import MissingCustomer, NotEnoughHistory
from analytics.identity import Role
from analytics.store import catalogue, customers, orders, service
from analytics.store.models import Purpose, Quote, QuoteLine, QuoteStatus

PRODUCTS_SLOT: Final = "quote_products"
QUANTITIES_SLOT: Final = "quote_quantities"
CUSTOMER_SLOT: Final = "quote_customer"
LAST_TIME: Final = "last_time"
'Value of the entity `reference` in "the same as last time".'
CREATED_BY_LENGTH: Final = 64


class ValidateQuoteForm(FormValidation):
    """A quote needs products and as many quantities."""

    form = "quote_form"
    slots = (PRODUCTS_SLOT, QUANTITIES_SLOT, CUSTOMER_SLOT)
    intents = frozenset({"request_quote"})

    def missing(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> list[str]:
        return [slot for slot in (PRODUCTS_SLOT, QUANTITIES_SLOT) if answers.get(slot) is None]

    def extract(self, turn: Turn, session: Session, found: dict[str, object]) -> None:
        asked = self.asked(turn)
        if customer_id := reference.named_customer(turn, session):
            found[CUSTOMER_SLOT] = customer_id
        same = turn.entity("reference") == LAST_TIME
        last = _last_time(turn, session, found) if same else None
        known: list[str] = {**turn.slots, **found}.get(PRODUCTS_SLOT) or []
        codes = self._codes(turn, session, asked)
        if skus := self._products(turn, session, codes, last):
            found[PRODUCTS_SLOT] = known = skus
            if len({**turn.slots, **found}.get(QUANTITIES_SLOT) or []) != len(skus):
                # Quantities named before their products were known no longer fit them.
                found[QUANTITIES_SLOT] = None
        if numbers := [one for one in turn.entities("number") if one not in codes]:
            found[QUANTITIES_SLOT] = None
            found[QUANTITIES_SLOT] = reference.quantities(codes, numbers, known)
        elif last:
            found[QUANTITIES_SLOT] = [last.get(sku, next(iter(last.values()))) for sku in known]
        elif asked == QUANTITIES_SLOT and not found and turn.intent in ANSWERS:
            found[QUANTITIES_SLOT] = [reference.quantity(turn.text)] * len(known)

    def _codes(self, turn: Turn, session: Session, asked: str | None) -> list[Entity]:
        """Return the products' codes; in an answer to how many, those that do exist."""
        is_quantity = asked == QUANTITIES_SLOT and turn.intent not in REPAIRS
        return [
            code
            for code in reference.product_codes(turn, session)
            if not is_quantity or catalogue.by_code(session, code.value)
        ]

    def _products(
        self, turn: Turn, session: Session, codes: list[Entity], last: dict[str, int] | None
    ) -> list[str]:
        if codes:
            return [_sku(session, code.value) for code in codes]
        if named := reference.named_product(turn, session):
            return [_sku(session, named.id)]
        if last is not None:
            return [] if self.asked(turn) == QUANTITIES_SLOT else list(last)
        if self.asked(turn) == PRODUCTS_SLOT and turn.intent in ANSWERS:
            return [_sku(session, turn.text)]
        talked_about = turn.slots.get(reference.PRODUCT_SLOT) if turn.begins(self.form) else None
        return [_sku(session, str(talked_about))] if talked_about else []


def _last_time(turn: Turn, session: Session, found: dict[str, object]) -> dict[str, int]:
    """Return what the customer had quoted or else ordered last, as quantities by SKU.

    Raises:
        MissingCustomer: an agent names nobody.
    """
    customer_id = found.get(CUSTOMER_SLOT) or turn.slots.get(CUSTOMER_SLOT)
    if not (customer_id := customer_id or turn.speaker.customer_id):
        if turn.speaker.role is Role.AGENT:
            raise MissingCustomer
        turn.say("utter_last_time_unknown")
        return {}
    last = service.last_quote(session, str(customer_id))
    bought = [last] if last else orders.of_customer(session, str(customer_id), limit=1)
    if not bought:
        turn.say("utter_no_last_time")
    return {line.sku: line.quantity for one in bought for line in one.lines}


class ActionQuote(GuardedAction):
    """Make a quote by the shop's pricing policy, keep it, and show it."""

    action_name = "action_quote"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        skus, quantities = turn.slots[PRODUCTS_SLOT], turn.slots[QUANTITIES_SLOT]
        customer_id = _customer_id(turn, session)
        items = [_item(turn, session, *wanted) for wanted in zip(skus, quantities, strict=True)]
        offer = turn.services.quote_desk.quote(
            pricing.QuoteRequest(
                items,
                items[0].currency or "",
                _segment(turn, session, customer_id),
                turn.services.now(),
            )
        )
        kept = service.save_quote(session, _row(turn, customer_id, offer))
        turn.say(
            "utter_quote_needs_approval" if offer.needs_approval else "utter_quote",
            quote_number=kept.id,
            total=turn.texts.money(offer.total, offer.currency),
            tax=turn.texts.money(offer.tax, offer.currency),
            valid_until=turn.texts.date(offer.valid_until),
        )
        turn.show(_card(turn, kept.id, offer))
        return [reference.remember(catalogue.resolve(session, offer.lines[0].sku))]


def _customer_id(turn: Turn, session: Session) -> str | None:
    """Return whom the quote is for: a shopper herself, an agent's customer, or nobody."""
    named = turn.slots.get(CUSTOMER_SLOT)
    return customers.get(session, str(named)).id if named else turn.speaker.customer_id


def _segment(turn: Turn, session: Session, customer_id: str | None) -> str | None:
    """Return the segment whose discount applies.

    A customer has none who is too new for one, or refuses analytics.
    """
    if customer_id is None or not consent.given(turn, session, customer_id, Purpose.ANALYTICS):
        return None
    try:
        return turn.services.models.segments.of(customer_id).segment
    except NotEnoughHistory:
        return None


def _item(turn: Turn, session: Session, sku: str, quantity: int) -> pricing.QuoteItem:
    product = catalogue.resolve(session, sku)
    variant = catalogue.variant_for(product, sku)
    return pricing.QuoteItem(
        variant.sku,
        quantity,
        variant.list_price,
        variant.cost,
        catalogue.title(product, turn.language),
        variant.currency,
    )


def _row(turn: Turn, customer_id: str | None, offer: pricing.Quote) -> Quote:
    return Quote(
        id=service.new_id("Q"),
        customer_id=customer_id,
        conversation_id=turn.conversation_id,
        created_by=f"{turn.speaker.role.value}:{turn.speaker.subject}"[:CREATED_BY_LENGTH],
        created_at=offer.at,
        valid_until=offer.valid_until,
        status=QuoteStatus.NEEDS_APPROVAL if offer.needs_approval else QuoteStatus.OPEN,
        currency=offer.currency,
        net=offer.net,
        tax=offer.tax,
        total=offer.total,
        lines=[
            QuoteLine(
                number=number,
                sku=line.sku,
                quantity=line.quantity,
                list_price=line.list_price,
                unit_price=line.unit_price,
                net=line.net,
                discounts=[
                    {"reason": str(one.reason), "rate": str(one.rate)} for one in line.discounts
                ],
            )
            for number, line in enumerate(offer.lines, start=1)
        ],
    )


def _card(turn: Turn, quote_id: str, offer: pricing.Quote) -> dict[str, Any]:
    return {
        "type": "quote",
        "id": quote_id,
        "status": QuoteStatus.NEEDS_APPROVAL if offer.needs_approval else QuoteStatus.OPEN,
        "currency": offer.currency,
        "valid_until": offer.valid_until.isoformat(),
        "net": cards.amount(offer.net),
        "tax": cards.amount(offer.tax),
        "total": cards.amount(offer.total),
        "approval": offer.needs_approval,
        "lines": [
            {
                "sku": line.sku,
                "title": line.title,
                "quantity": line.quantity,
                "list_price": cards.amount(line.list_price),
                "unit_price": str(line.unit_price),
                "net": cards.amount(line.net),
                "discounts": [
                    {
                        "reason": str(one.reason),
                        "text": turn.texts.get(f"utter_discount_{one.reason}"),
                        "rate": str(one.rate),
                    }
                    for one in line.discounts
                ],
            }
            for line in offer.lines
        ],
    }


def _sku(session: Session, words: str) -> str:
    """Return the SKU that a code or words mean."""
    return catalogue.variant_for(catalogue.resolve(session, words), words).sku
