"""The quote desk: list prices in, a quote within the shop's policy out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from analytics.errors import InvalidInput
from analytics.pricing.checks import MONEY_LIMIT, check_request
from analytics.pricing.money import PRICE_PLACES, minor_unit, round_half_up, round_up
from analytics.pricing.policy import PricingPolicy
from analytics.pricing.quote import (
    ApprovalReason,
    Discount,
    DiscountReason,
    Quote,
    QuoteItem,
    QuoteLine,
    QuoteRequest,
)

RATE_UNIT: Final = Decimal("0.0001")
PRICE_UNIT: Final = Decimal(1).scaleb(-PRICE_PLACES)


class QuoteDesk:
    """Prices requests by a policy.

    A line gets the volume discount of its quantity and, on top, the discount of the customer's
    segment, both as shares of the list price and together at most the maximum discount. Where
    they would take the margin below the floor, they are cut and the unit price is the floor,
    rounded up to a whole minor unit of the currency so that no rounding afterwards can pass it.
    A line whose list price is at or below the floor gets no discount; where it is below, the
    quote needs approval.

    Unit prices have at most four decimal places, rounded up: never more off than the rates say.
    Unit price times quantity is rounded half up to the minor unit, line by line, and so is the
    tax. Sums are exact.
    """

    def __init__(self, policy: PricingPolicy) -> None:
        self.policy = policy

    def quote(self, request: QuoteRequest) -> Quote:
        """Price a request.

        Raises:
            InvalidQuantity: a quantity is not a whole number from 1 to the policy's maximum.
            InvalidInput: no lines, a product on two lines, money that is not a positive Decimal,
                mixed currencies, a time without zone, or a total beyond 100,000,000,000.
        """
        check_request(request, self.policy)
        unit = minor_unit(request.currency)
        lines = tuple(self._line(item, request.segment, unit) for item in request.lines)
        net = sum((line.net for line in lines), Decimal(0))
        tax = sum((line.tax for line in lines), Decimal(0))
        if net + tax >= MONEY_LIMIT:
            raise InvalidInput("request.lines", net + tax, f"a total below {MONEY_LIMIT:,}")
        at = request.at.astimezone(UTC)
        return Quote(
            lines=lines,
            currency=request.currency,
            net=net,
            tax=tax,
            total=net + tax,
            tax_rate=self.policy.tax.rate,
            prices_include_tax=self.policy.tax.prices_include_tax,
            at=at,
            valid_until=at + timedelta(days=self.policy.validity_days),
            approval=self._approval(request.lines, lines, net + tax),
        )

    def _line(self, item: QuoteItem, segment: str | None, unit: Decimal) -> QuoteLine:
        floor = self._floor(item, unit)
        room = (1 - floor / item.list_price).quantize(RATE_UNIT, ROUND_FLOOR)
        wished = self._wished(item, segment)
        discounts = _within(room, wished)
        if discounts and discounts != wished:
            unit_price = floor
        else:
            unit_price = round_up(item.list_price * (1 - _sum(discounts)), PRICE_UNIT)
        amount = round_half_up(unit_price * item.quantity, unit)
        tax = self.policy.tax
        if tax.prices_include_tax:
            total, net = amount, round_half_up(amount / (1 + tax.rate), unit)
        else:
            total, net = amount + round_half_up(amount * tax.rate, unit), amount
        return QuoteLine(
            sku=item.sku,
            title=item.title,
            quantity=item.quantity,
            list_price=item.list_price,
            unit_price=_without_zeros(unit_price, unit),
            discounts=discounts,
            net=net,
            tax=total - net,
            total=total,
        )

    def _wished(self, item: QuoteItem, segment: str | None) -> tuple[Discount, ...]:
        """Return the discounts that the policy gives as long as the margin allows."""
        policy = self.policy
        by_volume = policy.volume_rate(item.quantity)
        by_segment = policy.segment_discounts.get(segment or "", Decimal(0))
        return _within(
            policy.maximum_discount_without_cost if item.cost is None else policy.maximum_discount,
            (
                Discount(DiscountReason.VOLUME, by_volume),
                Discount(DiscountReason.SEGMENT, by_segment),
            ),
        )

    def _floor(self, item: QuoteItem, unit: Decimal) -> Decimal:
        """Return the price of one, like the list price with or without tax, at the margin floor."""
        if item.cost is None:
            return Decimal(0)
        net = round_up(item.cost / (1 - self.policy.margin_floor), unit)
        tax = self.policy.tax
        return round_up(net * (1 + tax.rate), unit) if tax.prices_include_tax else net

    def _approval(
        self, items: Sequence[QuoteItem], lines: tuple[QuoteLine, ...], total: Decimal
    ) -> tuple[ApprovalReason, ...]:
        limits = self.policy.approval
        reasons = {
            ApprovalReason.DISCOUNT: any(line.discount_rate > limits.discount for line in lines),
            ApprovalReason.TOTAL: total > limits.total,
            ApprovalReason.MARGIN: any(
                item.cost is not None
                and line.net * (1 - self.policy.margin_floor) < item.cost * item.quantity
                for item, line in zip(items, lines, strict=True)
            ),
        }
        return tuple(reason for reason, applies in reasons.items() if applies)


def _within(limit: Decimal, discounts: tuple[Discount, ...]) -> tuple[Discount, ...]:
    """Return what is left of `discounts` when they use up `limit` one after the other."""
    granted = []
    for discount in discounts:
        if (rate := min(discount.rate, limit)) > 0:
            granted.append(Discount(discount.reason, rate))
            limit -= rate
    return tuple(granted)


def _sum(discounts: tuple[Discount, ...]) -> Decimal:
    return sum((discount.rate for discount in discounts), Decimal(0))


def _without_zeros(price: Decimal, unit: Decimal) -> Decimal:
    """Return `price` without the zeros that stand behind the minor unit."""
    rounded = round_half_up(price, unit)
    return rounded if rounded == price else price.normalize()
