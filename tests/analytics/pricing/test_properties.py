"""What holds for every quote, whatever the policy and the request."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.pricing import (
    ApprovalReason,
    PricingPolicy,
    Quote,
    QuoteDesk,
    QuoteItem,
    QuoteRequest,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
MINOR = {"GBP": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}
SEGMENTS = [None, "champions", "loyal", "lost"]


def decimals(lowest: int, highest: int, places: int) -> st.SearchStrategy[Decimal]:
    """Draw from `lowest` to `highest` units of the last decimal place."""
    return st.integers(lowest, highest).map(lambda units: Decimal(units).scaleb(-places))


rates = decimals(0, 9_999, 4)
prices = decimals(1, 10**9, 4) | decimals(1, 5_000, 2)
costs = st.none() | decimals(0, 10**9, 4) | decimals(0, 5_000, 2)


@st.composite
def policies(draw: st.DrawFn) -> PricingPolicy:
    quantities = sorted(draw(st.sets(st.integers(1, 10_000), max_size=4)))
    tier_rates = sorted(draw(st.lists(rates, min_size=4, max_size=4)))
    return PricingPolicy.model_validate(
        {
            "volume_tiers": [
                {"quantity": quantity, "rate": rate}
                for quantity, rate in zip(quantities, tier_rates, strict=False)
            ],
            "segment_discounts": {"champions": draw(rates), "loyal": draw(rates)},
            "margin_floor": draw(rates),
            "maximum_discount": draw(rates),
            "maximum_discount_without_cost": draw(rates),
            "approval": {"discount": draw(rates), "total": draw(st.integers(0, 10**6))},
            "tax": {
                "rate": draw(decimals(0, 10_000, 4)),
                "prices_include_tax": draw(st.booleans()),
            },
            "validity_days": 14,
            "maximum_quantity": 10_000,
        }
    )


@st.composite
def items(draw: st.DrawFn, sku: str) -> QuoteItem:
    price = draw(prices)
    # Most costs lie near the price, where the margin floor binds.
    near = decimals(30, 110, 2).map(lambda share: round(price * share, 4))
    return QuoteItem(sku, draw(st.integers(1, 10_000)), price, draw(costs | near))


@st.composite
def requests(draw: st.DrawFn) -> QuoteRequest:
    lines = [draw(items(f"SKU{number}")) for number in range(draw(st.integers(1, 4)))]
    return QuoteRequest(
        lines, draw(st.sampled_from(sorted(MINOR))), draw(st.sampled_from(SEGMENTS)), AT
    )


def margin_floor_holds(policy: PricingPolicy, item: QuoteItem, net: Decimal) -> bool:
    assert item.cost is not None
    return net * (1 - policy.margin_floor) >= item.cost * item.quantity


@settings(max_examples=200, deadline=None)
@given(policies(), requests())
def test_sums_are_exact_and_in_whole_minor_units(
    policy: PricingPolicy, request: QuoteRequest
) -> None:
    quote = QuoteDesk(policy).quote(request)
    unit = MINOR[request.currency]
    assert sum(line.net for line in quote.lines) == quote.net
    assert sum(line.tax for line in quote.lines) == quote.tax
    assert sum(line.total for line in quote.lines) == quote.total == quote.net + quote.tax
    for line in quote.lines:
        assert line.net + line.tax == line.total
        amount = line.total if policy.tax.prices_include_tax else line.net
        assert amount == (line.unit_price * line.quantity).quantize(unit, ROUND_HALF_UP)
        assert abs(line.net * policy.tax.rate - line.tax) <= unit
        for money in (line.net, line.tax, line.total):
            assert money % unit == 0 <= money


@settings(max_examples=200, deadline=None)
@given(policies(), requests())
def test_discounts_stay_within_every_limit(policy: PricingPolicy, request: QuoteRequest) -> None:
    quote = QuoteDesk(policy).quote(request)
    for item, line in zip(request.lines, quote.lines, strict=True):
        most = (
            policy.maximum_discount_without_cost if item.cost is None else policy.maximum_discount
        )
        assert 0 <= line.discount_rate <= most
        assert line.list_price * (1 - most) <= line.unit_price <= line.list_price
        assert all(discount.rate > 0 for discount in line.discounts)
        assert len({discount.reason for discount in line.discounts}) == len(line.discounts)
        if not line.discounts:
            assert line.unit_price == line.list_price
        elif item.cost is not None:
            assert margin_floor_holds(policy, item, line.net)
            assert line.unit_price * (1 - policy.margin_floor) >= item.cost


@settings(max_examples=200, deadline=None)
@given(policies(), requests())
def test_approval_is_asked_for_exactly_where_a_limit_is_passed(
    policy: PricingPolicy, request: QuoteRequest
) -> None:
    quote: Quote = QuoteDesk(policy).quote(request)
    expected = {
        ApprovalReason.DISCOUNT: any(
            line.discount_rate > policy.approval.discount for line in quote.lines
        ),
        ApprovalReason.TOTAL: quote.total > policy.approval.total,
        ApprovalReason.MARGIN: any(
            item.cost is not None and not margin_floor_holds(policy, item, line.net)
            for item, line in zip(request.lines, quote.lines, strict=True)
        ),
    }
    assert set(quote.approval) == {reason for reason, applies in expected.items() if applies}
    assert quote.needs_approval == any(expected.values())


@settings(max_examples=200, deadline=None)
@given(
    policies(),
    items("SKU"),
    st.integers(1, 10_000),
    st.sampled_from(SEGMENTS),
    st.sampled_from(sorted(MINOR)),
)
def test_a_larger_quantity_never_has_a_higher_unit_price(
    policy: PricingPolicy, item: QuoteItem, other: int, segment: str | None, currency: str
) -> None:
    desk = QuoteDesk(policy)
    fewer, more = (
        desk.quote(
            QuoteRequest(
                [QuoteItem("SKU", quantity, item.list_price, item.cost)], currency, segment, AT
            )
        ).lines[0]
        for quantity in sorted((item.quantity, other))
    )
    assert more.unit_price <= fewer.unit_price
    assert more.discount_rate >= fewer.discount_rate
