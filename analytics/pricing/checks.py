"""What a request for a quote must look like."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import Final

from analytics.errors import InvalidInput, InvalidQuantity
from analytics.pricing.money import PRICE_PLACES
from analytics.pricing.policy import PricingPolicy
from analytics.pricing.quote import QuoteItem, QuoteRequest

MONEY_LIMIT: Final = Decimal(10) ** 11
"What the shop's database can hold."
CURRENCY_CODE: Final = re.compile(r"[A-Z]{3}")


def check_request(request: QuoteRequest, policy: PricingPolicy) -> None:
    """Raise where the request is malformed.

    Raises:
        InvalidQuantity: a quantity is not a whole number from 1 to the policy's maximum.
        InvalidInput: anything else; `field` names it.
    """
    if not request.lines:
        raise InvalidInput("request.lines", "none", "at least one product")
    if not isinstance(request.currency, str) or not CURRENCY_CODE.fullmatch(request.currency):
        raise InvalidInput("request.currency", request.currency, "a code such as EUR")
    if request.at.tzinfo is None:
        raise InvalidInput("request.at", request.at, "a time with its zone")
    sku, times = Counter(item.sku for item in request.lines).most_common(1)[0]
    if times > 1:
        raise InvalidInput("request.lines", f"{sku} {times} times", "one line for each product")
    for item in request.lines:
        _check_item(item, request.currency, policy.maximum_quantity)


def _check_item(item: QuoteItem, currency: str, most: int) -> None:
    if not isinstance(item.sku, str) or not item.sku:
        raise InvalidInput("sku", item.sku, "a product's SKU")
    quantity = item.quantity
    # A bool is an int to Python, but no quantity.
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 1 <= quantity <= most:
        raise InvalidQuantity(f"{item.sku}.quantity", quantity, f"a whole number from 1 to {most}")
    if not _is_money(item.list_price) or item.list_price == 0:
        accepted = f"a Decimal above 0 with at most {PRICE_PLACES} decimal places"
        raise InvalidInput(f"{item.sku}.list_price", item.list_price, accepted)
    if item.cost is not None and not _is_money(item.cost):
        accepted = f"a Decimal of 0 or more with at most {PRICE_PLACES} decimal places, or None"
        raise InvalidInput(f"{item.sku}.cost", item.cost, accepted)
    if item.currency not in (None, currency):
        raise InvalidInput(f"{item.sku}.currency", item.currency, f"{currency}, as in the request")


def _is_money(value: object) -> bool:
    return (
        isinstance(value, Decimal)
        and value.is_finite()
        and 0 <= value < MONEY_LIMIT
        and value == round(value, PRICE_PLACES)
    )
