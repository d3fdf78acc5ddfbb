"""Which products: one that was bought, or those to be ordered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import cards, identity, reference
from actions.questions.base import Answers, Question, known
from actions.questions.places import outside_address
from actions.turn import ANSWERS, REQUESTED_SLOT, Entity, Turn
from actions.wording import kept, mends, words
from analytics.errors import AmbiguousProduct
from analytics.store import catalogue, customers, orders, service
from analytics.store.matching import named
from analytics.store.models import Product
from analytics.store.terms import index_terms, terms

PRODUCT_SLOT: Final = "review_product"
BASKET_SLOT: Final = "basket"
"What is to be ordered: `sku` and `quantity` of each."
QUOTE_SLOT: Final = "basket_quote"
QUOTE_SIGN: Final = "Q-"
"Begins the number of every quote."
OFFERED: Final = 4
LOOKED_AT: Final = 20
"Newest orders in which a product is looked for."
FEW_WORDS: Final = 5
"With more, a message says something else than which option is wanted."
_QUOTE_WORD: Final = re.compile(r"\bquote\b|报价", re.I)
_JOINT: Final = re.compile(r"\b(?:and|plus)\b|[,;&+，；、和与跟及]", re.I)
_CARD: Final = re.compile(r"(?:\b(?:ending|ends|card)(?:\s+(?:in|with))?|尾号|尾號|卡)\W*$", re.I)
"Before the last digits of a card."


class BoughtProduct(Question):
    """A product that the customer has bought, the newest first."""

    slot = PRODUCT_SLOT

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        at_length = asked and turn.intent in ANSWERS
        product = _bought(turn, session, turn.text if at_length else None)
        product = product or reference.named_product(turn, session)
        if product is None and at_length:
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
        begins = turn.begins(str(turn.form))
        quotes = [code.value for code in turn.codes if code.value.startswith(QUOTE_SIGN)]
        if quotes or (begins and _QUOTE_WORD.search(turn.text)):
            found[QUOTE_SLOT] = quotes[0] if quotes else _last_quote(turn, session)
            return
        # What answers another question counts no units, and names no product but by its code.
        free = begins or asked or mends(turn.text) or _confirms(turn)
        wanted = named_products(turn, session, begins or asked, free)
        numbers = [one for one in _counts(turn) if one not in wanted] if free else []
        if not wanted and asked and turn.intent in ANSWERS and not numbers:
            wanted = [_of(catalogue.resolve(session, turn.text))]
        last = turn.slots.get(reference.PRODUCT_SLOT)
        if not wanted and begins and last and (product := catalogue.by_code(session, str(last))):
            wanted = [_of(product)]
        before = known(turn, found).get(self.slot) or []
        if wanted:
            found[QUOTE_SLOT] = None
            found[self.slot] = [
                {"sku": _sku(turn, session, one, part), "quantity": quantity}
                for one, part, quantity in zip(
                    wanted, _parts(turn.text, wanted), _quantities(wanted, numbers), strict=True
                )
            ]
        elif numbers and before:
            quantity = reference.quantity(numbers[0].value)
            found[self.slot] = [{**one, "quantity": quantity} for one in before]
        elif free and len(before) == 1 and (sku := _other_option(turn, session, before[0]["sku"])):
            found[self.slot] = [{**before[0], "sku": sku}]

    def volunteered(self, turn: Turn, session: Session) -> bool:
        before = turn.slots.get(self.slot) or []
        if len(before) != 1 or not _confirms(turn) or words(turn.text) > FEW_WORDS:
            return False
        return _other_option(turn, session, before[0]["sku"]) is not None


def _confirms(turn: Turn) -> bool:
    """Return whether the form under way has shown what will happen."""
    return turn.slots.get(REQUESTED_SLOT) == "confirmed"


def _counts(turn: Turn) -> list[Entity]:
    """Return the numbers that may count units: no house's, and not the last digits of a card."""
    numbers = outside_address(turn.text, turn.entities("number"))
    return [one for one in numbers if not _CARD.search(turn.text[: one.start])]


def named_products(turn: Turn, session: Session, codes_too: bool, words_too: bool) -> list[Entity]:
    """Return the products that the message names: by code, by title, by words that understanding
    has marked.

    Args:
        codes_too: whether a code of no product is a wrong one, and none of something else.
        words_too: whether words count.

    Raises:
        UnknownProduct, AmbiguousProduct: no product, or several, fit the words.
    """
    codes = outside_address(turn.text, reference.product_codes(turn, session))
    found = [one for one in codes if codes_too or catalogue.by_code(session, one.value)]
    if not words_too:
        return found
    text = turn.wanted
    while product := catalogue.mentioned(session, text):
        places = [
            match.span()
            for title in (product.title_en, product.title_zh)
            if (match := re.search(re.escape(title), turn.text, re.I))
        ]
        begin, end = places[0] if places else (0, 0)
        found.append(Entity("product", product.id, begin, end))
        if not places:
            break
        text = re.sub(re.escape(turn.text[begin:end]), " ", text)
    # A title whose words stand apart is all that the message names.
    apart = any(not one.end for one in found)
    for one in [] if apart else turn.entities("product"):
        if not any(other.start < one.end and one.start < other.end for other in found):
            found.append(replace(one, value=catalogue.resolve(session, one.value).id))
    return sorted(found, key=lambda one: one.start)


def _quantities(wanted: Sequence[Entity], numbers: Sequence[Entity]) -> list[int]:
    """Return how many of each: a number counts what it stands closest to, rather what follows."""
    found = [1] * len(wanted)
    for number in numbers:
        gaps = [max(number.start - one.end, one.start - number.end, 0) for one in wanted]
        closest = max(place for place, gap in enumerate(gaps) if gap == min(gaps))
        found[closest] = reference.quantity(number.value)
    return found


def _parts(text: str, wanted: Sequence[Entity]) -> list[str]:
    """Return for each product the part of the text that speaks of it."""
    begins = [0]
    for one, following in pairwise(wanted):
        joints = [joint.end() for joint in _JOINT.finditer(text, one.end, following.start)]
        begins.append(joints[-1] if joints else following.start)
    return [text[begin:end] for begin, end in pairwise([*begins, len(text)])]


def _of(product: Product) -> Entity:
    """Return a product that the message does not name as if it did."""
    return Entity("product", product.id, 0, 0)


def _sku(turn: Turn, session: Session, one: Entity, part: str) -> str:
    """Return the SKU of what a message names, in the option that it names."""
    product = catalogue.resolve(session, one.value)
    variant = catalogue.variant_for(product, one.value)
    if variant.sku.upper() == one.value.upper():
        return variant.sku
    return _option(session, product, kept(part)) or variant.sku


def _other_option(turn: Turn, session: Session, sku: str) -> str | None:
    """Return another option of a product, if the message names one."""
    product = catalogue.by_code(session, sku)
    wanted = _option(session, product, turn.wanted) if product else None
    return wanted if wanted != sku else None


def _option(session: Session, product: Product, text: str) -> str | None:
    """Return the SKU of the option that a text names, one at hand before others; or None."""
    options = {one.sku: [str(value) for value in one.options.values()] for one in product.variants}
    fitting = named(session, text, options)
    at_hand = [one.sku for one in product.variants if one.sku in fitting and one.stock != 0]
    distinct = len(fitting) < len(options)
    return next(iter(at_hand or fitting), None) if distinct else None


def _last_quote(turn: Turn, session: Session) -> str | None:
    who = identity.actor(turn, session)
    last = service.last_quote(session, who.customer_id) if who.customer_id else None
    return last.id if last else None


def _bought(turn: Turn, session: Session, text: str | None) -> Product | None:
    """Return what the customer has bought that the message names in some words of its title.

    Args:
        text: the words, where the message marks none as a product.

    Raises:
        AmbiguousProduct: several fit.
    """
    who = identity.actor(turn, session)
    words = turn.entity("product") or text
    if who.customer_id is None or words is None or turn.entities("code"):
        return None
    if catalogue.mentioned(session, turn.wanted):
        return None
    said = set(terms(words))
    fitting = {
        line.variant.product_id: line.variant.product
        for order in orders.of_customer(session, who.customer_id, limit=LOOKED_AT)
        for line in order.lines
        for title in (line.variant.product.title_en, line.variant.product.title_zh)
        if said and said <= set(index_terms(title))
    }
    if len(fitting) > 1:
        raise AmbiguousProduct(words, list(fitting)[:OFFERED])
    return next(iter(fitting.values()), None)


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
