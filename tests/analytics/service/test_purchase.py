"""New orders: at list price, or from a quote that holds to the cent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.errors import InvalidQuantity, Refused, UnknownProduct, UnknownQuote
from analytics.service import ChangeKind
from analytics.store import orders, payments
from analytics.store.models import Customer, PaymentMethod, Product, Quote, Variant
from tests.analytics.service.shop import (
    AGENT_FOR_ANN,
    AT,
    DAY,
    NEW,
    Counter,
    money,
    quote,
    wrong_books,
)

PLACE = ChangeKind.PLACE_ORDER


def item(sku: str, quantity: int) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity}


def test_an_order_at_list_price(counter: Counter) -> None:
    plan = counter.usual(PLACE, items=[item("SHIRT-RED-M", 1), item("SOAP-S", 2)])
    assert plan.total == plan.charge == Decimal("28.95")
    placed = counter.order(plan.order_id)
    assert (placed.customer_id, placed.status, placed.currency) == ("C1", "pending", "GBP")
    assert [(one.number, one.sku, one.quantity, one.unit_price) for one in placed.lines] == [
        (1, "SHIRT-RED-M", 1, 20),
        (2, "SOAP-S", 2, Decimal("2.50")),
    ]
    assert (placed.shipping_fee, placed.fees) == (Decimal("3.95"), Decimal(0))
    assert (placed.address, placed.postcode) == ("1 High Street", "SW1A 1AA")
    assert placed.expected_on == plan.expected_on == (AT + 6 * DAY).date()
    assert money(placed) == [("payment", "C1-card", Decimal("28.95"), "pending")]
    assert [(one.status, one.at, one.actor) for one in placed.history] == [
        ("pending", AT, "customer:C1")
    ]
    assert (counter.stock("SHIRT-RED-M"), counter.stock("SOAP-S")) == (4, 18)
    assert orders.total(placed) == payments.balance(placed) == plan.charge


def test_an_agent_places_it_for_the_customer(counter: Counter) -> None:
    placed = counter.order(counter.usual(PLACE, AGENT_FOR_ANN).order_id)
    assert (placed.customer_id, placed.history[0].actor) == ("C1", "agent:a1")


@pytest.mark.parametrize(
    ("items", "shipping"),
    [
        ([item("SOAP-S", 19)], "3.95"),
        ([item("SOAP-S", 20)], "0"),
        ([item("SHIRT-RED-M", 2), item("SOAP-L", 3)], "3.95"),
        ([item("SHIRT-RED-M", 2), item("SOAP-L", 4)], "0"),
    ],
)
def test_goods_of_fifty_are_sent_for_nothing(
    counter: Counter, items: list[dict[str, Any]], shipping: str
) -> None:
    assert counter.usual(PLACE, items=items).shipping_fee == Decimal(shipping)


def test_the_same_thing_named_twice_is_one_line(counter: Counter) -> None:
    plan = counter.usual(PLACE, items=[item("LAMP", 1), item("LAMP", 2)])
    assert [(one.sku, one.quantity) for one in plan.items] == [("LAMP", 3)]
    with pytest.raises(Refused, match="stock"):
        counter.usual(PLACE, items=[item("SHIRT-RED-M", 3), item("SHIRT-RED-M", 3)])


def test_more_than_is_at_hand_is_refused_with_what_is(counter: Counter) -> None:
    with pytest.raises(Refused) as caught:
        counter.usual(PLACE, items=[item("LAMP", 4)])
    assert (caught.value.rule, caught.value.instead) == ("stock", "check_stock")
    assert (caught.value.values["stock"], caught.value.values["quantity"]) == (3, 4)
    with pytest.raises(Refused, match="stock"):
        counter.usual(PLACE, items=[item("SHIRT-BLUE-M", 1)])
    counter.usual(PLACE, items=[item("LAMP", 3), item("SHIRT-BLUE-L", 100)])
    assert (counter.stock("LAMP"), counter.stock("SHIRT-BLUE-L")) == (0, None)


@pytest.mark.parametrize("quantity", [0, -1, 101, 10**30])
def test_a_quantity_beyond_what_an_order_takes_is_refused(counter: Counter, quantity: int) -> None:
    with pytest.raises(InvalidQuantity) as caught:
        counter.usual(PLACE, items=[item("SHIRT-BLUE-L", quantity)])
    assert caught.value.values["accepted"] == "a whole number from 1 to 100"


@pytest.mark.parametrize("sku", ["nothing", "", "SHIRT", "lamp"])
def test_only_what_is_sold_is_ordered(counter: Counter, sku: str) -> None:
    with pytest.raises(UnknownProduct):
        counter.usual(PLACE, items=[item(sku, 1)])


def test_what_is_sold_no_more_is_not_ordered(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Product, "LAMP").active = False
    with pytest.raises(UnknownProduct):
        counter.usual(PLACE, items=[item("LAMP", 1)])


def test_an_empty_basket_is_refused(counter: Counter) -> None:
    with pytest.raises(Refused, match="empty_basket"):
        counter.usual(PLACE, items=[])


# Quotes


def test_a_quote_is_placed_to_the_cent(counter: Counter) -> None:
    plan = counter.change(PLACE, {"quote_id": "q-open", "method_id": "C1-card"})
    # Three soaps at 2.2950 are 6.885, and the quote said 6.89.
    assert plan.fees == Decimal("0.005")
    assert plan.charge == plan.total == Decimal("6.89") + Decimal("3.95")
    placed = counter.order(plan.order_id)
    assert [(one.sku, one.quantity, one.unit_price) for one in placed.lines] == [
        ("SOAP-S", 3, Decimal("2.2950"))
    ]
    assert orders.total(placed) == payments.balance(placed) == Decimal("10.84")
    assert counter.stock("SOAP-S") == 17


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        # Tax comes on top.
        ([("SOAP-S", 20, "2.00")], "48.00"),
        # Rounded down, and over several lines.
        ([("SOAP-S", 1, "2.2949"), ("SOAP-L", 1, "3.0049")], "5.29"),
        ([("LAMP", 1, "49.9951")], "50.00"),
        ([("LAMP", 1, "50.0049")], "50.00"),
    ],
)
def test_a_quotes_total_holds_whatever_its_rounding(
    counter: Counter, lines: list[tuple[str, int, str]], total: str
) -> None:
    with counter.store.transaction() as session:
        quote(session, "Q-1", "C1", lines, total)
    plan = counter.change(PLACE, {"quote_id": "Q-1", "method_id": "C1-card"})
    shipping = Decimal(0) if Decimal(total) >= 50 else Decimal("3.95")
    assert plan.charge == Decimal(total) + shipping
    assert wrong_books(counter.store) == []


def test_a_quotes_price_holds_when_the_list_price_rises(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Variant, "SOAP-S").list_price = Decimal(9)
    plan = counter.change(PLACE, {"quote_id": "Q-OPEN", "method_id": "C1-card"})
    assert plan.items[0].unit_price == Decimal("2.2950")


@pytest.mark.parametrize("quote_id", ["Q-OVER", "Q-USED", "Q-WAITS"])
def test_a_quote_that_does_not_hold_is_refused(counter: Counter, quote_id: str) -> None:
    with pytest.raises(Refused) as caught:
        counter.change(PLACE, {"quote_id": quote_id, "method_id": "C1-card"})
    assert (caught.value.rule, caught.value.instead) == ("quote_over", "request_quote")


def test_a_quote_is_used_once(counter: Counter) -> None:
    request = {"quote_id": "Q-OPEN", "method_id": "C1-card"}
    counter.change(PLACE, request)
    with pytest.raises(Refused, match="quote_over"):
        counter.change(PLACE, request)
    assert {one.id: one.status for one in counter.table(Quote)}["Q-OPEN"] == "accepted"


def test_a_quote_holds_to_its_last_moment(counter: Counter) -> None:
    request = {"quote_id": "Q-OPEN", "method_id": "C1-card"}
    with pytest.raises(Refused, match="quote_over"):
        counter.after(7 * DAY + timedelta(seconds=1)).propose(PLACE, request)
    counter.after(7 * DAY).propose(PLACE, request)


def test_somebody_elses_quote_is_as_unknown_as_none(counter: Counter) -> None:
    said = set()
    for quote_id in ("Q-BOB", "Q-NOTHING"):
        with pytest.raises(UnknownQuote) as caught:
            counter.change(PLACE, {"quote_id": quote_id, "method_id": "C1-card"})
        said.add(str(caught.value).replace(quote_id, "it"))
    assert len(said) == 1


def test_a_quote_of_more_than_is_at_hand_is_refused(counter: Counter) -> None:
    with counter.store.transaction() as session:
        quote(session, "Q-1", "C1", [("LAMP", 4, "60.00")], "240.00")
    with pytest.raises(Refused, match="stock"):
        counter.change(PLACE, {"quote_id": "Q-1", "method_id": "C1-card"})


# Money and address


def test_a_gift_card_pays_at_once_or_is_too_small(counter: Counter) -> None:
    plan = counter.usual(PLACE, items=[item("SOAP-S", 10)], method_id="C1-gift")
    assert counter.gift_card() == Decimal("1.05")
    assert money(counter.order(plan.order_id)) == [("payment", "C1-gift", Decimal("28.95"), "done")]
    with pytest.raises(Refused) as caught:
        counter.usual(PLACE, items=[item("SOAP-S", 1)], method_id="C1-gift")
    assert caught.value.rule == "gift_card_balance"
    assert caught.value.values["amount"] == Decimal("6.45")


def test_a_gift_card_pays_to_its_last_penny(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(PaymentMethod, "C1-gift").balance = Decimal("6.45")
    counter.usual(PLACE, items=[item("SOAP-S", 1)], method_id="C1-gift")
    assert counter.gift_card() == 0


@pytest.mark.parametrize("method_id", [None, "C2-card", "nothing"])
def test_only_own_means_pay(counter: Counter, method_id: str | None) -> None:
    with pytest.raises(Refused, match="no_method"):
        counter.usual(PLACE, method_id=method_id)


def test_without_an_address_nothing_is_sent(counter: Counter) -> None:
    request = {"items": [item("SOAP-S", 1)], "method_id": "C3-card"}
    with pytest.raises(Refused) as caught:
        counter.change(PLACE, request, NEW)
    assert (caught.value.rule, caught.value.instead) == ("no_address", "set_up_shipping_address")
    plan = counter.change(PLACE, {**request, "place": {"address": " 9 New\nRoad "}}, NEW)
    assert counter.order(plan.order_id).address == "9 New Road"
    assert {one.id: one.address for one in counter.table(Customer)}["C3"] is None


def test_a_named_address_is_that_of_the_order_alone(counter: Counter) -> None:
    place = {"address": "9 New Road", "postcode": "n1  9gu", "country": "Ireland"}
    placed = counter.order(counter.usual(PLACE, place=place).order_id)
    assert (placed.address, placed.postcode, placed.country) == ("9 New Road", "N1 9GU", "Ireland")
    assert {one.id: one.address for one in counter.table(Customer)}["C1"] == "1 High Street"
