"""Quotes: a price that holds, for one product or several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions import cards, reference
from actions.base import ANSWERS, REQUESTED_SLOT, FormValidation, GuardedAction
from actions.turn import Entity, Turn
from analytics import pricing
from analytics.errors import MissingCustomer, NotEnoughHistory
from analytics.store import catalogue, service
from analytics.store.models import Quote, QuoteLine, QuoteStatus

PRODUCTS_SLOT: Final = "quote_products"
QUANTITIES_SLOT: Final = "quote_quantities"
CREATED_BY_LENGTH: Final = 64


class ValidateQuoteForm(FormValidation):
    """A quote needs products and as many quantities."""

    form = "quote_form"

    def required(self, turn: Turn) -> Iterable[str]:
        return (PRODUCTS_SLOT, QUANTITIES_SLOT)

    def extract(self, turn: Turn, session: Session, found: dict[str, object]) -> None:
        asked = turn.slots.get(REQUESTED_SLOT)
        if not asked:
            # A quote begun anew forgets the last one.
            found |= {PRODUCTS_SLOT: None, QUANTITIES_SLOT: None}
        known: list[str] = turn.slots.get(PRODUCTS_SLOT) or [] if asked else []
        codes = self._codes(turn, session, asked)
        if skus := self._products(turn, session, asked, codes):
            found[PRODUCTS_SLOT] = known = skus
            if len(turn.slots.get(QUANTITIES_SLOT) or []) != len(skus):
                # Quantities named before their products were known no longer fit them.
                found[QUANTITIES_SLOT] = None
        if numbers := [one for one in turn.entities("number") if one not in codes]:
            found[QUANTITIES_SLOT] = _quantities(codes, numbers, known)
        elif asked == QUANTITIES_SLOT and not found and turn.intent in ANSWERS:
            found[QUANTITIES_SLOT] = [reference.quantity(turn.text)] * len(known)

    def _codes(self, turn: Turn, session: Session, asked: object) -> list[Entity]:
        """Return the products' codes; where a quantity is asked for, those that do exist."""
        return [
            code
            for code in reference.product_codes(turn, session)
            if asked != QUANTITIES_SLOT or catalogue.by_code(session, code.value)
        ]

    def _products(
        self, turn: Turn, session: Session, asked: object, codes: list[Entity]
    ) -> list[str]:
        if codes:
            return [_sku(session, code.value) for code in codes]
        if named := reference.named_product(turn, session):
            return [_sku(session, named.id)]
        if asked == PRODUCTS_SLOT and turn.intent in ANSWERS:
            return [_sku(session, turn.text)]
        talked_about = turn.slots.get(reference.PRODUCT_SLOT)
        return [_sku(session, str(talked_about))] if talked_about and not asked else []


class ActionQuote(GuardedAction):
    """Make a quote by the shop's pricing policy, keep it, and show it."""

    action_name = "action_quote"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        return _quote(turn, session, turn.slots[PRODUCTS_SLOT], turn.slots[QUANTITIES_SLOT])


class ActionCorrect(GuardedAction):
    """After a quote, a number corrects its quantity; else there is nothing to correct."""

    action_name = "action_correct"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        numbers = turn.entities("number")
        quoted = turn.slots.get(PRODUCTS_SLOT)
        if not quoted or not numbers:
            turn.say("utter_nothing_to_correct")
            return []
        wanted = reference.quantity(numbers[0].value)
        return _quote(turn, session, quoted, [wanted] * len(quoted))


def _quote(
    turn: Turn, session: Session, skus: Sequence[str], quantities: Sequence[int]
) -> list[EventType]:
    """Price, keep and show a quote."""
    customer_id = _customer_id(turn, session)
    items = [_item(turn, session, *wanted) for wanted in zip(skus, quantities, strict=True)]
    offer = turn.services.quote_desk.quote(
        pricing.QuoteRequest(
            items, items[0].currency or "", _segment(turn, customer_id), turn.services.now()
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
    product = catalogue.resolve(session, offer.lines[0].sku)
    return [SlotSet(QUANTITIES_SLOT, None), reference.remember(product)]


def _customer_id(turn: Turn, session: Session) -> str | None:
    """Return whom the quote is for: a shopper herself, an agent's customer, or nobody."""
    try:
        return reference.customer(turn, session).id
    except MissingCustomer:
        return None


def _segment(turn: Turn, customer_id: str | None) -> str | None:
    """Return the segment whose discount applies; a customer too new for one has none."""
    if customer_id is None:
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


def _quantities(
    codes: Sequence[Entity], numbers: Sequence[Entity], known: Sequence[str]
) -> list[int] | None:
    """Return a quantity for each product: one number for all, or each code its nearest."""
    if len(codes) < 2:
        return [reference.quantity(numbers[0].value)] * max(1, len(known))
    left = list(numbers)
    found = []
    for code in codes:
        if not left:
            return None
        nearest = min(left, key=lambda number: abs(number.start - code.start))
        left.remove(nearest)
        found.append(reference.quantity(nearest.value))
    return found
