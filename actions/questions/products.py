"""Which products: one that was bought, or those to be ordered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import cards, identity, reference
from actions.questions.base import Answers, Question, known
from actions.turn import ANSWERS, Turn
from analytics.store import catalogue, customers, orders, service
from analytics.store.models import Product

PRODUCT_SLOT: Final = "review_product"
BASKET_SLOT: Final = "basket"
"What is to be ordered: `sku` and `quantity` of each."
QUOTE_SLOT: Final = "basket_quote"
QUOTE_SIGN: Final = "Q-"
"Begins the number of every quote."
OFFERED: Final = 4
_QUOTE_WORD: Final = re.compile(r"\bquote\b|报价", re.I)


class BoughtProduct(Question):
    """A product that the customer has bought, the newest first."""

    slot = PRODUCT_SLOT

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        product = reference.named_product(turn, session)
        if product is None and asked and turn.intent in ANSWERS:
            product = catalogue.resolve(session, turn.text)
        if product is not None:
            found[self.slot] = product.id

    def ask(self, turn: Turn, session: Session) -> None:
        turn.say(
            "utter_ask_review_product",
            buttons=[
                {
                    "title": catalogue.title(one, turn.language),
                    "payload": cards.payload("inform", one.id),
                }
                for one in _to_review(turn, session)
            ],
        )


class Basket(Question):
    """What to order, and how many of each; or a quote that is taken up."""

    slot = BASKET_SLOT

    def answered(self, answers: Mapping[str, Any]) -> bool:
        return bool(answers.get(self.slot)) or bool(answers.get(QUOTE_SLOT))

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        quotes = [code.value for code in turn.codes if code.value.startswith(QUOTE_SIGN)]
        if quotes or (turn.begins(str(turn.form)) and _QUOTE_WORD.search(turn.text)):
            found[QUOTE_SLOT] = quotes[0] if quotes else _last_quote(turn, session)
            return
        codes = reference.product_codes(turn, session)
        numbers = [one for one in turn.entities("number") if one not in codes]
        skus = [_sku(session, code.value) for code in codes]
        if not skus:
            product = reference.named_product(turn, session)
            if product is None and asked and turn.intent in ANSWERS and not numbers:
                product = catalogue.resolve(session, turn.text)
            if (
                product is None
                and turn.begins(str(turn.form))
                and turn.slots.get(reference.PRODUCT_SLOT)
            ):
                product = catalogue.by_code(session, str(turn.slots[reference.PRODUCT_SLOT]))
            skus = [_sku(session, product.id)] if product else []
        if skus:
            quantities = reference.quantities(codes, numbers, skus) or [1] * len(skus)
            found[self.slot] = [
                {"sku": sku, "quantity": quantity}
                for sku, quantity in zip(skus, quantities, strict=True)
            ]
        elif numbers and (kept := known(turn, found).get(self.slot)):
            quantity = reference.quantity(numbers[0].value)
            found[self.slot] = [{**one, "quantity": quantity} for one in kept]


def _sku(session: Session, words: str) -> str:
    return catalogue.variant_for(catalogue.resolve(session, words), words).sku


def _last_quote(turn: Turn, session: Session) -> str | None:
    who = identity.actor(turn, session)
    last = service.last_quote(session, who.customer_id) if who.customer_id else None
    return last.id if last else None


def _to_review(turn: Turn, session: Session) -> list[Product]:
    """Return products that the customer bought last and has not reviewed."""
    who = identity.actor(turn, session)
    if who.customer_id is None:
        return []
    found: dict[str, Product] = {}
    for order in orders.of_customer(session, who.customer_id, limit=OFFERED):
        for line in order.lines:
            product = line.variant.product
            if customers.review(session, who.customer_id, product.id) is None:
                found[product.id] = product
    return list(found.values())[:OFFERED]
