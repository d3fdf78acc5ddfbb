"""Which product, customer or quantity a message means.

Understanding only marks codes, numbers and product words; what a code stands for is looked up in
the shop's data here, so that nothing about the catalogue needs training.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions.turn import Entity, Turn
from analytics.errors import InvalidQuantity, MissingCustomer, UnknownProduct
from analytics.identity import Role
from analytics.store import catalogue, customers
from analytics.store.models import Customer, Product

PRODUCT_SLOT: Final = "product_id"
"The product last talked about."
CODE_DIGITS: Final = 5
"A number of fewer digits is never a product's code."
_CUSTOMER_WORD: Final = re.compile(
    r"(customer|client|account|客户|客人|顾客|用户|會員|会员)\W*$", re.I
)
_COUNTS: Final = re.compile(
    r"\s*(?:[x×*]|of\b|pcs\b|pieces\b|units\b|[个個件只把条條双雙套张張盏盞本块塊])", re.I
)
"Behind a number it says that units are counted, and no customer's number is named."
_POSTCODE: Final = re.compile(
    r"""\b(?: [A-Z]{1,2}\d[A-Z\d]?\ ?\d[A-Z]{2}      # GB: Royal Mail, Programmers' Guide
            | \d{5}(?:-\d{4})?                        # US, DE, FR, ...
            | \d{6}                                   # CN
            | \d{4}\ ?[A-Z]{2}                        # NL
            | [A-Z]\d[A-Z]\ ?\d[A-Z]\d               # CA
        )\b""",
    re.I | re.X | re.A,
)
_INTO: Final = (
    # Not "I'd like to": what is to be changed stands behind that.
    r"\b(?:for|into|with|(?<!\blike )(?<!\blove )(?<!\bwant )(?<!\bwants )(?<!\bneed )(?<!\bneeds )"
    r"(?<!\bwish )(?<!\bhave )(?<!\bhas )(?<!\bable )(?<!\bgoing )(?<!\btrying )to)\b"
)
_BEFORE_CHANGE: Final = re.compile(rf"{_INTO}(?!.*{_INTO})|[换換改]成?[为為]?(?!.*[换換改])", re.I)
_AMOUNT: Final = re.compile(r"\d+(?:\.\d{1,2})?")


def named_product(turn: Turn, session: Session) -> Product | None:
    """Return the product that the message itself names, or None.

    Raises:
        UnknownProduct, AmbiguousProduct: no product, or several, fit the words.
    """
    codes = turn.entities("code")
    for code in codes:
        if found := catalogue.by_code(session, code.value):
            return found
    if mentioned := catalogue.mentioned(session, turn.wanted):
        return mentioned
    if words := turn.entity("product"):
        return catalogue.resolve(session, words)
    unknown = [code for code in codes if not _names_customer(turn, code)]
    if unknown and turn.intent != "inform":
        raise UnknownProduct(unknown[0].value)
    return None


def product_codes(turn: Turn, session: Session) -> list[Entity]:
    """Return the message's codes that are products or SKUs, or unknown; not customers' ids.

    A long number beside a sign such as x was taken for a quantity; where a product has it as its
    code, it is the product.
    """
    codes = [
        code
        for code in turn.entities("code")
        if not _names_customer(turn, code)
        and (
            catalogue.by_code(session, code.value)
            or not customers.exists(session, code.value.upper())
        )
    ]
    numbers = [
        number
        for number in turn.entities("number")
        if len(number.value) >= CODE_DIGITS and catalogue.by_code(session, number.value)
    ]
    return sorted([*codes, *numbers], key=lambda code: code.start)


def remember(product: Product) -> EventType:
    """Return the event that makes `product` the one last talked about."""
    return SlotSet(PRODUCT_SLOT, product.id)


def customer(turn: Turn, session: Session) -> Customer:
    """Return the customer whom the message is about.

    A shopper means herself. An agent names an id, or means the contact of the conversation.

    Raises:
        UnknownCustomer: no customer has the id.
        MissingCustomer: nobody is named.
    """
    speaker = turn.speaker
    if speaker.role is Role.AGENT:
        # Where a customer is asked about, any code is a customer's, if a wrong one.
        named = named_customer(turn, session) or turn.entity("code")
        if named:
            return customers.get(session, named)
    if speaker.customer_id:
        return customers.get(session, speaker.customer_id)
    raise MissingCustomer


def quantity(text: str) -> int:
    """Return a quantity of pieces, at least 1.

    Raises:
        InvalidQuantity: anything else.
    """
    digits = text.strip().replace(",", "")
    if not digits.isdecimal() or not int(digits) > 0:
        raise InvalidQuantity("quantity", text, "a whole number from 1 up")
    return int(digits)


def postcode(text: str) -> str | None:
    """Return the last postcode in a text, in capitals, or None."""
    found = _POSTCODE.findall(text)
    return found[-1].upper() if found else None


def before_change(text: str) -> str:
    """Return what a text says before "to", "for" or 换: what is to be changed, not into what."""
    head, _ = _halves(text)
    return head


def after_change(text: str) -> str:
    """Return what a text says behind "to", "for" or 换: into what something is to be changed."""
    _, tail = _halves(text)
    return tail


def _halves(text: str) -> tuple[str, str]:
    match = _BEFORE_CHANGE.search(text)
    if match is None or not text[match.end() :].strip():
        return text, text
    head = text[: match.start()]
    # "换成红色" alone says nothing of what it is instead of.
    return (head if head.strip() else text), text[match.end() :]


def quantities(
    codes: Sequence[Entity], numbers: Sequence[Entity], known: Sequence[str]
) -> list[int] | None:
    """Return a quantity for each product: one number for all, or each code its nearest."""
    if len(codes) < 2:
        return [quantity(numbers[0].value)] * max(1, len(known))
    left = list(numbers)
    found = []
    for code in codes:
        if not left:
            return None
        nearest = min(left, key=lambda number: abs(number.start - code.start))
        left.remove(nearest)
        found.append(quantity(nearest.value))
    return found


def price_limit(turn: Turn) -> Decimal | None:
    """Return the most that a product may cost by the message, or None."""
    limits = [money.value for money in turn.entities("money") if money.bound != "min"]
    return amount(limits[0]) if limits else None


def amount(text: str) -> Decimal | None:
    """Return the first amount in a text, such as 1200.50 in "1,200.50 GBP", or None."""
    match = _AMOUNT.search(text.replace(",", ""))
    return Decimal(match.group()) if match else None


def named_customer(turn: Turn, session: Session) -> str | None:
    """Return the id in an agent's message that is a customer's, or is said to be one; or None."""
    if turn.speaker.role is not Role.AGENT:
        return None
    for code in turn.entities("code", "number"):
        if code.name == "number" and _COUNTS.match(turn.text, code.end):
            continue
        if _names_customer(turn, code) or customers.exists(session, code.value.upper()):
            return code.value
    return None


def _names_customer(turn: Turn, code: Entity) -> bool:
    return bool(_CUSTOMER_WORD.search(turn.text[: code.start]))
