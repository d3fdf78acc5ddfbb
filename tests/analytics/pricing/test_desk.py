"""Worked examples of the quote desk, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from analytics.errors import InvalidInput, InvalidQuantity
from analytics.pricing import (
    ApprovalReason,
    Discount,
    DiscountReason,
    PricingPolicy,
    QuoteDesk,
    QuoteItem,
    QuoteRequest,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
VOLUME, SEGMENT = DiscountReason.VOLUME, DiscountReason.SEGMENT


def policy(**changes: Any) -> PricingPolicy:
    fields: dict[str, Any] = {
        "volume_tiers": [{"quantity": 10, "rate": "0.05"}, {"quantity": 100, "rate": "0.10"}],
        "segment_discounts": {"champions": "0.02"},
        "margin_floor": "0.20",
        "maximum_discount": "0.15",
        "maximum_discount_without_cost": "0.11",
        "approval": {"discount": "0.11", "total": 1000},
        "tax": {"rate": "0.20", "prices_include_tax": False},
        "validity_days": 14,
        "maximum_quantity": 10_000,
    }
    return PricingPolicy.model_validate({**fields, **changes})


def item(quantity: Any = 1, list_price: Any = "2.55", cost: Any = None, **more: Any) -> QuoteItem:
    return QuoteItem(
        sku=more.pop("sku", "85123A"),
        quantity=quantity,
        list_price=Decimal(list_price) if isinstance(list_price, str) else list_price,
        cost=Decimal(cost) if isinstance(cost, str) else cost,
        **more,
    )


def request(*items: QuoteItem, **more: Any) -> QuoteRequest:
    return QuoteRequest(lines=items, **{"currency": "GBP", "segment": None, "at": AT, **more})


def test_two_hundred_with_a_volume_discount_and_tax_on_top() -> None:
    quote = QuoteDesk(policy()).quote(request(item(200)))
    (line,) = quote.lines
    # 2.55 less 10 % is 2.295; 200 of them are 459.00; a fifth of that is 91.80.
    assert line.unit_price == Decimal("2.295")
    assert line.discounts == (Discount(VOLUME, Decimal("0.10")),)
    assert (quote.net, quote.tax, quote.total) == (
        Decimal("459.00"),
        Decimal("91.80"),
        Decimal("550.80"),
    )
    assert (line.net, line.tax, line.total) == (quote.net, quote.tax, quote.total)
    assert not quote.needs_approval
    assert quote.valid_until == AT + timedelta(days=14)


def test_list_prices_with_tax_inside() -> None:
    desk = QuoteDesk(policy(tax={"rate": "0.20", "prices_include_tax": True}))
    quote = desk.quote(request(item(200), item(3, "9.99", sku="B"), item(1, "10.00", sku="C")))
    # 459.00 / 1.2 = 382.50; 29.97 / 1.2 = 24.975, half up 24.98; 10.00 / 1.2 = 8.333, down 8.33.
    assert [str(line.net) for line in quote.lines] == ["382.50", "24.98", "8.33"]
    assert [str(line.tax) for line in quote.lines] == ["76.50", "4.99", "1.67"]
    assert (quote.net, quote.tax, quote.total) == (
        Decimal("415.81"),
        Decimal("83.16"),
        Decimal("498.97"),
    )


@pytest.mark.parametrize(
    ("quantity", "unit_price"),
    [(1, "2.55"), (9, "2.55"), (10, "2.4225"), (99, "2.4225"), (100, "2.295"), (10_000, "2.295")],
)
def test_tiers_begin_at_their_quantity(quantity: int, unit_price: str) -> None:
    (line,) = QuoteDesk(policy()).quote(request(item(quantity))).lines
    assert line.unit_price == Decimal(unit_price)


def test_a_segment_gets_its_discount_on_top_of_the_volume() -> None:
    (line,) = QuoteDesk(policy()).quote(request(item(10), segment="champions")).lines
    assert line.discounts == (Discount(VOLUME, Decimal("0.05")), Discount(SEGMENT, Decimal("0.02")))
    assert line.discount_rate == Decimal("0.07")
    assert line.unit_price == Decimal("2.3715")


@pytest.mark.parametrize("segment", [None, "", "new_customers"])
def test_a_segment_without_a_discount_gets_the_list_price(segment: str | None) -> None:
    (line,) = QuoteDesk(policy()).quote(request(item(1), segment=segment)).lines
    assert (line.unit_price, line.discounts) == (Decimal("2.55"), ())


def test_without_a_cost_the_smaller_maximum_holds() -> None:
    desk = QuoteDesk(policy())
    (unknown,) = desk.quote(request(item(100, "100.00"), segment="champions")).lines
    (known,) = desk.quote(request(item(100, "100.00", "10.00"), segment="champions")).lines
    assert unknown.discounts == (
        Discount(VOLUME, Decimal("0.10")),
        Discount(SEGMENT, Decimal("0.01")),
    )
    assert known.discount_rate == Decimal("0.12")


def test_the_margin_floor_cuts_the_discount() -> None:
    # A cost of 75.00 at a margin of 20 % allows 93.75 at least: 6.25 % off.
    (line,) = QuoteDesk(policy()).quote(request(item(100, "100.00", "75.00"))).lines
    assert line.unit_price == Decimal("93.75")
    assert line.discounts == (Discount(VOLUME, Decimal("0.0625")),)


def test_the_margin_floor_is_rounded_up() -> None:
    # 0.7501 / 0.8 = 0.937625, so 0.94 is the lowest: 6 % off.
    (line,) = QuoteDesk(policy()).quote(request(item(100, "1.00", "0.7501"))).lines
    assert line.unit_price == Decimal("0.94")


def test_the_margin_floor_counts_without_tax_where_prices_hold_tax() -> None:
    desk = QuoteDesk(policy(tax={"rate": "0.20", "prices_include_tax": True}))
    # 62.49 / 0.8 = 78.1125, up to 78.12; with a fifth of tax 93.744, up to 93.75.
    (line,) = desk.quote(request(item(100, "100.00", "62.49"))).lines
    assert line.unit_price == Decimal("93.75")
    assert line.net == Decimal("7812.50")


def test_at_the_floor_the_unit_price_is_the_floor_and_the_rate_is_rounded_down() -> None:
    # 1.92 / 0.8 = 2.40, and 1 - 2.40 / 2.55 = 0.0588235...
    (line,) = QuoteDesk(policy()).quote(request(item(100, "2.55", "1.92"))).lines
    assert line.unit_price == Decimal("2.40")
    assert line.discounts == (Discount(VOLUME, Decimal("0.0588")),)


def test_a_unit_price_beyond_four_places_is_rounded_up() -> None:
    (line,) = QuoteDesk(policy()).quote(request(item(10, "0.0333"))).lines
    assert line.unit_price == Decimal("0.0317")  # 0.031635


def test_a_list_price_below_the_floor_stays_and_asks_for_approval() -> None:
    quote = QuoteDesk(policy()).quote(request(item(100, "1.00", "0.90"), segment="champions"))
    assert quote.lines[0].unit_price == Decimal("1.00")
    assert quote.lines[0].discounts == ()
    assert quote.approval == (ApprovalReason.MARGIN,)


def test_a_cost_of_nothing_leaves_the_maximum_discount() -> None:
    desk = QuoteDesk(policy(volume_tiers=[{"quantity": 2, "rate": "0.50"}]))
    (line,) = desk.quote(request(item(2, "10.00", "0"))).lines
    assert line.unit_price == Decimal("8.50")


def test_approval_begins_above_the_limits_not_at_them() -> None:
    untaxed = {"rate": 0, "prices_include_tax": False}
    at_limits = QuoteDesk(
        policy(tax=untaxed, approval={"discount": "0.10", "total": "229.50"})
    ).quote(request(item(100)))
    assert at_limits.total == Decimal("229.50")
    assert at_limits.approval == ()
    above = QuoteDesk(policy(tax=untaxed, approval={"discount": "0.0999", "total": "229.49"}))
    assert above.quote(request(item(100))).approval == (
        ApprovalReason.DISCOUNT,
        ApprovalReason.TOTAL,
    )


def test_a_half_is_rounded_up_line_by_line() -> None:
    # Tax of 0.025 and 0.025 makes 0.03 twice, though 0.05 on their sum; 0.024 makes 0.02.
    desk = QuoteDesk(policy(tax={"rate": "0.10", "prices_include_tax": False}))
    prices = {"A": "0.25", "B": "0.25", "C": "0.24"}
    quote = desk.quote(request(*(item(1, price, sku=sku) for sku, price in prices.items())))
    assert [str(line.tax) for line in quote.lines] == ["0.03", "0.03", "0.02"]
    assert quote.tax == Decimal("0.08")


@pytest.mark.parametrize(
    ("currency", "list_price", "net", "tax"),
    [("JPY", "105", "105", "21"), ("JPY", "103", "103", "21"), ("KWD", "1.005", "1.005", "0.201")],
)
def test_amounts_are_whole_minor_units_of_the_currency(
    currency: str, list_price: str, net: str, tax: str
) -> None:
    quote = QuoteDesk(policy()).quote(request(item(1, list_price), currency=currency))
    assert (str(quote.net), str(quote.tax)) == (net, tax)


def test_unit_prices_end_without_needless_zeros() -> None:
    desk = QuoteDesk(policy())
    prices = [
        str(desk.quote(request(item(quantity, price))).lines[0].unit_price)
        for quantity, price in ((1, "3"), (10, "2.00"), (10, "2.50"), (1, "0.0725"))
    ]
    assert prices == ["3.00", "1.90", "2.375", "0.0725"]


def test_times_are_kept_in_utc() -> None:
    local = datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    quote = QuoteDesk(policy()).quote(request(item(), at=local))
    assert (quote.at, quote.at.tzinfo) == (datetime(2026, 3, 1, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    "quantity", [0, -1, 10_001, 10**30, 1.0, 2.5, "2", None, True, Decimal(2), float("nan")]
)
def test_quantities_that_are_refused(quantity: Any) -> None:
    with pytest.raises(InvalidQuantity, match="a whole number from 1 to 10000"):
        QuoteDesk(policy()).quote(request(item(quantity)))


@pytest.mark.parametrize(
    "money",
    [2.55, 2, "2.55 ", None, *map(Decimal, ("NaN", "Infinity", "-1", "0.00001", "1E11", "1E-99"))],
)
def test_money_that_is_refused(money: Any) -> None:
    desk = QuoteDesk(policy())
    priced = replace(item(), list_price=money)
    with pytest.raises(InvalidInput, match=r"85123A\.list_price.*a Decimal above 0"):
        desk.quote(request(priced))
    if money is not None:
        with pytest.raises(InvalidInput, match=r"85123A\.cost.*a Decimal of 0 or more"):
            desk.quote(request(replace(item(), cost=money)))


def test_a_price_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="above 0"):
        QuoteDesk(policy()).quote(request(item(1, "0.00")))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (request(), "request.lines"),
        (request(item(), item()), "request.lines"),
        (request(item(), currency="pounds"), "request.currency"),
        (request(item(), currency=None), "request.currency"),
        (request(item(currency="EUR")), "85123A.currency"),
        (request(item(), at=datetime(2026, 3, 1)), "request.at"),  # noqa: DTZ001
        (request(item(sku="")), "sku"),
        (request(item(10_000, "99999999999")), "request.lines"),
    ],
)
def test_requests_that_are_refused(asked: QuoteRequest, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        QuoteDesk(policy()).quote(asked)
    assert caught.value.values["field"] == field
    assert caught.value.values["accepted"]
