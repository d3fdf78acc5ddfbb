"""What is asked of the quote desk and what it answers: plain values, money as Decimal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class DiscountReason(StrEnum):
    """Why a line costs less than its list price."""

    VOLUME = "volume"
    SEGMENT = "segment"


class ApprovalReason(StrEnum):
    """Why a manager has to approve a quote."""

    DISCOUNT = "discount"
    "A line's discount is above the policy's limit."
    TOTAL = "total"
    "The total is above the policy's limit."
    MARGIN = "margin"
    "A list price, which no discount has touched, is below the margin floor."


@dataclass(frozen=True)
class QuoteItem:
    """What is asked for.

    Attributes:
        quantity: whole units, 1 or more.
        list_price: of one unit, with or without tax as the policy has it.
        cost: of one unit without tax; None where unknown.
        currency: of list price and cost, where it could differ from the request's.
    """

    sku: str
    quantity: int
    list_price: Decimal
    cost: Decimal | None = None
    title: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class QuoteRequest:
    """A quote that is asked for.

    Attributes:
        currency: ISO 4217 code.
        segment: key of the customer's segment; None where unknown.
        at: the moment of the quote, with its zone.
    """

    lines: Sequence[QuoteItem]
    currency: str
    segment: str | None
    at: datetime


@dataclass(frozen=True)
class Discount:
    """A share off the list price: what the limits of the policy left of it, rounded down."""

    reason: DiscountReason
    rate: Decimal


@dataclass(frozen=True)
class QuoteLine:
    """One priced line.

    Attributes:
        list_price: of one unit, as asked.
        unit_price: of one unit after the discounts, at most four decimal places, with or without
            tax like the list price.
        net: the line without tax.
        tax: the line's tax.
        total: net + tax.
    """

    sku: str
    title: str | None
    quantity: int
    list_price: Decimal
    unit_price: Decimal
    discounts: tuple[Discount, ...]
    net: Decimal
    tax: Decimal
    total: Decimal

    @property
    def discount_rate(self) -> Decimal:
        """All discounts together, as a share of the list price."""
        return sum((discount.rate for discount in self.discounts), Decimal(0))


@dataclass(frozen=True)
class Quote:
    """A priced offer.

    Attributes:
        net: sum of the lines' net.
        tax: sum of the lines' tax.
        total: net + tax.
        tax_rate: share of the net.
        prices_include_tax: whether list and unit prices are with tax.
        at: the moment of the quote, UTC.
        valid_until: the last moment at which it holds, UTC.
        approval: why a manager has to approve it; empty where nobody has to.
    """

    lines: tuple[QuoteLine, ...]
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    tax_rate: Decimal
    prices_include_tax: bool
    at: datetime
    valid_until: datetime
    approval: tuple[ApprovalReason, ...]

    @property
    def needs_approval(self) -> bool:
        return bool(self.approval)
