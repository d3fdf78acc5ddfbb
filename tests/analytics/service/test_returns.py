"""After delivery: for the money, or for another option."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.errors import IllegalTransition, InvalidInput, Refused
from analytics.service import ChangeKind, Plan
from analytics.store import orders, returns
from analytics.store.models import Order, PaymentMethod, Product, Return, Variant
from analytics.store.states import LineStatus, ReturnStatus
from tests.analytics.service.shop import (
    ANN,
    AT,
    DAY,
    DELIVERED,
    NEW,
    PLACED,
    REQUESTS,
    Counter,
    money,
    order,
    wrong_books,
)

RETURN, EXCHANGE = ChangeKind.RETURN_ITEMS, ChangeKind.EXCHANGE_ITEMS
BOTH = [RETURN, EXCHANGE]


def units(
    number: int = 1, quantity: int | None = None, new_sku: str | None = None
) -> dict[str, Any]:
    """Return what is asked for of a line; of an exchange, where an option is named."""
    asked = {"number": number, "quantity": quantity}
    return {**asked, "new_sku": new_sku} if new_sku else asked


def shares(plan: Plan) -> list[tuple[Any, ...]]:
    return [(one.method_id, one.amount) for one in plan.refunds]


def come_back(counter: Counter) -> None:
    """Have all that is on its way back arrive, and be found right."""
    with counter.store.transaction() as session:
        for one in session.query(Return).where(Return.status == "requested"):
            returns.advance(one, ReturnStatus.RECEIVED)
            returns.complete(one, counter.at, "shop")


# What can be sent back


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("days", [0, 14, 30])
def test_the_window_is_open_to_the_end_of_its_last_day(
    counter: Counter, kind: ChangeKind, days: int
) -> None:
    counter = counter.under(**{kind: {"window_days": days}})
    after = DELIVERED + days * DAY
    midnight = datetime(after.year, after.month, after.day, tzinfo=UTC) + DAY
    counter.at = midnight - timedelta(seconds=1)
    counter.propose(kind, REQUESTS[kind])
    counter.at = midnight
    with pytest.raises(Refused) as caught:
        counter.propose(kind, REQUESTS[kind])
    assert (caught.value.rule, caught.value.instead) == ("window", "warranty")
    assert (caught.value.values["days"], caught.value.values["until"]) == (days, after.date())


def test_where_nobody_knows_when_it_came_the_days_count_from_the_order(counter: Counter) -> None:
    with counter.store.transaction() as session:
        placed = session.get_one(Order, "C1-delivered")
        placed.history.clear()
    counter.at = PLACED + 30 * DAY
    counter.propose(RETURN, REQUESTS[RETURN])
    counter.at += DAY
    with pytest.raises(Refused, match="window"):
        counter.propose(RETURN, REQUESTS[RETURN])


@pytest.mark.parametrize("kind", BOTH)
def test_goods_of_an_excluded_category_stay(counter: Counter, kind: ChangeKind) -> None:
    strict = counter.under(**{kind: {"excluded_categories": ["clothing"]}})
    with pytest.raises(Refused) as caught:
        strict.usual(kind)
    assert (caught.value.rule, caught.value.instead) == ("category", "warranty")
    product = caught.value.values["product"]
    assert isinstance(product, Product) and product.id == "SHIRT"
    # The lamp of the same order can go.
    with counter.store.reading() as session:
        strict.desk.check(session, kind, "C1-delivered", ANN, AT)


@pytest.mark.parametrize("kind", BOTH)
def test_an_order_of_excluded_goods_alone_is_refused_at_once(
    counter: Counter, kind: ChangeKind
) -> None:
    strict = counter.under(**{kind: {"excluded_categories": ["clothing", "electronics"]}})
    with pytest.raises(Refused, match="category"):
        strict.usual(kind, lines=[units(2)] if kind == RETURN else [units(2, new_sku="LAMP")])


@pytest.mark.parametrize("kind", BOTH)
def test_a_condition_that_is_not_accepted_is_refused(counter: Counter, kind: ChangeKind) -> None:
    with pytest.raises(Refused) as caught:
        counter.under(**{kind: {"conditions": ["unopened"]}}).usual(kind, condition="opened")
    assert (caught.value.rule, caught.value.values) == ("condition", {"condition": "opened"})


@pytest.mark.parametrize("kind", BOTH)
def test_a_reason_that_is_not_asked_for_is_refused(counter: Counter, kind: ChangeKind) -> None:
    with pytest.raises(InvalidInput) as caught:
        counter.usual(kind, reason="boredom")
    assert "does_not_fit" in str(caught.value.values["accepted"])


@pytest.mark.parametrize("kind", BOTH)
def test_no_unit_comes_back_twice(counter: Counter, kind: ChangeKind) -> None:
    counter = counter.under(**{kind: {"times": None}})
    new_sku = "SHIRT-RED-L" if kind == EXCHANGE else None
    counter.usual(kind, lines=[units(1, 1, new_sku)])
    with pytest.raises(Refused) as caught:
        counter.usual(kind, lines=[units(1, 2, new_sku)])
    assert caught.value.rule == "too_many"
    assert (caught.value.values["quantity"], caught.value.values["left"]) == (2, 1)
    # Without a number it is what is left.
    counter.usual(kind, lines=[units(1, None, new_sku)])
    with pytest.raises(Refused, match="nothing_left"):
        counter.usual(kind, lines=[units(1, 1, new_sku)])
    counter.usual(RETURN, lines=[units(2)])
    with pytest.raises(Refused) as caught:
        counter.usual(kind)
    assert (caught.value.rule, caught.value.instead) == ("all_returned", "track_refund")
    assert wrong_books(counter.store) == []


def test_what_was_exchanged_is_not_returned_as_well(counter: Counter) -> None:
    counter.usual(EXCHANGE, lines=[units(1, 1, new_sku="SHIRT-RED-L")])
    come_back(counter)
    plan = counter.usual(RETURN, lines=[units(1)])
    assert [one.quantity for one in plan.pieces] == [1]


def test_a_line_that_is_not_there_is_refused(counter: Counter) -> None:
    with pytest.raises(Refused, match="no_such_line"):
        counter.usual(RETURN, lines=[units(3)])


# What a return is worth


def test_a_return_is_requested_and_its_money_waits(counter: Counter) -> None:
    plan = counter.usual(RETURN, lines=[units(1, 1), units(2)])
    assert [(one.sku, one.quantity, one.amount) for one in plan.pieces] == [
        ("SHIRT-RED-M", 1, 20),
        ("LAMP", 1, 65),
    ]
    assert shares(plan) == [("C1-card", 85)]
    # A week to come back and be looked at, a week for the card.
    assert plan.refunds[0].due_on == (AT + 14 * DAY).date()
    changed = counter.order("C1-delivered")
    (coming,) = changed.returns
    assert (coming.kind, coming.status) == ("return", "requested")
    assert (coming.reason, coming.condition) == ("does_not_fit", "opened")
    assert [(one.line_number, one.quantity, one.new_sku) for one in coming.lines] == [
        (1, 1, None),
        (2, 1, None),
    ]
    assert money(changed)[-1] == ("refund", "C1-card", 85, "pending")
    assert changed.payments[-1].return_id == coming.id
    assert orders.total(changed) == Decimal("23.95")
    assert orders.line_status(changed, changed.lines[0]) == LineStatus.RETURN_REQUESTED
    assert counter.stock("LAMP") == 3


def test_prices_of_four_places_come_back_exactly(counter: Counter) -> None:
    plan = counter.usual(RETURN, order_id="C1-fine", lines=[units(1, 2), units(2)])
    assert plan.refunded == 2 * Decimal("2.2950") + Decimal("3.0049")


@pytest.mark.parametrize(
    ("reason", "fee", "back"),
    [
        ("does_not_fit", "4.50", "15.50"),
        ("does_not_fit", "0", "20"),
        ("does_not_fit", "99", "0"),
        ("faulty", "4.50", "20"),
        ("wrong_item", "4.50", "20"),
        ("not_as_described", "99", "20"),
    ],
)
def test_the_fee_is_kept_once_unless_the_shop_is_to_blame(
    counter: Counter, reason: str, fee: str, back: str
) -> None:
    plan = counter.under(return_items={"fee": fee}).usual(RETURN, reason=reason)
    assert (plan.refunded, plan.fee) == (Decimal(back), 20 - Decimal(back))
    assert counter.order("C1-delivered").fees == plan.fee
    assert wrong_books(counter.store) == []


def test_each_return_has_its_fee(counter: Counter) -> None:
    counter = counter.under(return_items={"fee": "4"})
    counter.usual(RETURN, lines=[units(1, 1), units(2)])
    counter.usual(RETURN, lines=[units(1)])
    assert counter.order("C1-delivered").fees == 8
    assert wrong_books(counter.store) == []


def test_money_goes_back_the_latest_payment_first(counter: Counter) -> None:
    first = counter.usual(RETURN, order_id="C1-delivered-split", lines=[units(2)])
    assert shares(first) == [("C1-card", 65)]
    second = counter.usual(RETURN, order_id="C1-delivered-split", lines=[units(1)])
    assert shares(second) == [
        ("C1-card", Decimal("13.95")),
        ("C1-paypal", 20),
        ("C1-gift", Decimal("6.05")),
    ]
    # Nothing is on the card before the goods have come.
    assert counter.gift_card() == 30
    come_back(counter)
    assert counter.gift_card() == Decimal("36.05")


def test_never_more_than_was_paid_goes_back(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Order, "C1-delivered-split").payments[2].status = "failed"
    back = [
        counter.usual(RETURN, order_id="C1-delivered-split", lines=[units(number)], refund_to=to)
        for number, to in ((2, "original"), (1, "gift_card"))
    ]
    assert [plan.refunded for plan in back] == [30, 0]


def test_on_a_gift_card_the_money_is_there_when_the_goods_are(counter: Counter) -> None:
    plan = counter.usual(RETURN, refund_to="gift_card")
    assert shares(plan) == [("C1-gift", 20)]
    assert plan.refunds[0].due_on == (AT + 7 * DAY).date()
    assert counter.gift_card() == 30
    come_back(counter)
    assert counter.gift_card() == 50
    assert money(counter.order("C1-delivered"))[-1] == ("refund", "C1-gift", 20, "done")


def test_who_has_no_gift_card_gets_an_empty_one(counter: Counter) -> None:
    with counter.store.transaction() as session:
        order(session, "C3-1", "delivered")
    request = {**REQUESTS[RETURN], "order_id": "C3-1", "refund_to": "gift_card"}
    assert shares(counter.change(RETURN, request, NEW)) == [("gift_card", 20)]
    (made,) = [
        one
        for one in counter.table(PaymentMethod)
        if (one.customer_id, one.kind) == ("C3", "gift_card")
    ]
    assert made.balance == 0
    come_back(counter)
    assert counter.gift_card(made.id) == 20


def test_a_way_back_that_the_shop_does_not_offer_is_refused(counter: Counter) -> None:
    with pytest.raises(Refused, match="refund_route"):
        counter.under(return_items={"refund_to": ["gift_card"]}).usual(RETURN)


# When it has come back


def test_a_completed_return_counts_its_units_and_sends_its_money(counter: Counter) -> None:
    counter.usual(RETURN, lines=[units(1, 1)])
    come_back(counter)
    changed = counter.order("C1-delivered")
    assert [line.returned for line in changed.lines] == [1, 0]
    assert changed.returns[0].status == "completed"
    assert money(changed)[-1] == ("refund", "C1-card", 20, "done")
    assert changed.status == "delivered"
    assert orders.total(changed) == Decimal("88.95")
    assert wrong_books(counter.store) == []


def test_only_the_money_of_the_return_itself_is_sent(counter: Counter) -> None:
    counter.usual(RETURN, lines=[units(1, 1)])
    counter.usual(RETURN, lines=[units(2)])
    with counter.store.transaction() as session:
        first = next(one for one in session.query(Return) if one.lines[0].line_number == 1)
        returns.advance(first, ReturnStatus.RECEIVED)
        returns.complete(first, AT, "shop")
    assert sorted(money(counter.order("C1-delivered"))[1:]) == [
        ("refund", "C1-card", 20, "done"),
        ("refund", "C1-card", 65, "pending"),
    ]


def test_an_order_of_which_everything_came_back_is_returned(counter: Counter) -> None:
    counter.usual(RETURN, lines=[units(1, 1)])
    counter.usual(RETURN, lines=[units(1), units(2)])
    assert counter.order("C1-delivered").status == "delivered"
    come_back(counter)
    changed = counter.order("C1-delivered")
    assert changed.status == "returned"
    assert [one.status for one in changed.history].count("returned") == 1
    assert orders.total(changed) == Decimal("3.95")
    assert wrong_books(counter.store) == []


def test_nothing_is_completed_before_it_came_nor_twice(counter: Counter) -> None:
    counter.usual(RETURN)
    with counter.store.transaction() as session:
        (coming,) = session.query(Return)
        with pytest.raises(IllegalTransition):
            returns.complete(coming, AT, "shop")
    come_back(counter)
    with counter.store.transaction() as session:
        (coming,) = session.query(Return)
        with pytest.raises(IllegalTransition):
            returns.complete(coming, AT, "shop")
    assert counter.order("C1-delivered").lines[0].returned == 1


# Exchanges


def test_a_dearer_option_is_paid_now(counter: Counter) -> None:
    plan = counter.usual(EXCHANGE, lines=[units(1, new_sku="SHIRT-RED-L")])
    assert (plan.charge, plan.method_id, plan.refunds) == (5, "C1-card", ())
    changed = counter.order("C1-delivered")
    assert money(changed)[-1] == ("payment", "C1-card", 5, "pending")
    (coming,) = changed.returns
    (part,) = coming.lines
    assert (coming.kind, part.new_sku, part.new_unit_price) == (
        "exchange",
        "SHIRT-RED-L",
        Decimal("22.50"),
    )
    assert (counter.stock("SHIRT-RED-M"), counter.stock("SHIRT-RED-L")) == (5, 3)
    assert orders.total(changed) == Decimal("113.95")
    assert orders.line_status(changed, changed.lines[0]) == LineStatus.EXCHANGE_REQUESTED


def test_a_cheaper_option_gives_the_difference_back_when_the_goods_have_come(
    counter: Counter,
) -> None:
    with counter.store.transaction() as session:
        session.get_one(Variant, "SHIRT-BLUE-M").stock = 1
    plan = counter.usual(EXCHANGE, lines=[units(1, 1, new_sku="SHIRT-BLUE-M")])
    assert shares(plan) == [("C1-card", 2)]
    assert plan.refunds[0].due_on == (AT + 14 * DAY).date()
    assert money(counter.order("C1-delivered"))[-1] == ("refund", "C1-card", 2, "pending")
    come_back(counter)
    changed = counter.order("C1-delivered")
    assert money(changed)[-1] == ("refund", "C1-card", 2, "done")
    assert (changed.lines[0].returned, changed.status) == (0, "delivered")
    assert orders.line_status(changed, changed.lines[0]) == LineStatus.EXCHANGED
    assert wrong_books(counter.store) == []


@pytest.mark.parametrize(
    ("new_sku", "rule"),
    [("SHIRT-BLUE-M", "stock"), ("SHIRT-RED-M", "same_option"), ("LAMP", "other_product")],
)
def test_what_cannot_be_had_is_refused(counter: Counter, new_sku: str, rule: str) -> None:
    with pytest.raises(Refused) as caught:
        counter.usual(EXCHANGE, lines=[units(1, new_sku=new_sku)])
    assert caught.value.rule == rule


def test_an_order_is_exchanged_as_often_as_the_policy_says(counter: Counter) -> None:
    counter.usual(EXCHANGE)
    with pytest.raises(Refused) as caught:
        counter.usual(EXCHANGE)
    assert (caught.value.rule, caught.value.values["times"]) == ("exchange_items_times", 1)


def test_an_old_order_opens_its_books(counter: Counter) -> None:
    counter.usual(RETURN, order_id="C1-delivered-old")
    counter.usual(RETURN, order_id="C1-delivered-unknown")
    assert money(counter.order("C1-delivered-old")) == [
        ("payment", "C1-card", Decimal("108.95"), "done"),
        ("refund", "C1-card", 20, "pending"),
    ]
    assert money(counter.order("C1-delivered-unknown"))[-1] == ("refund", None, 20, "pending")
    come_back(counter)
    assert wrong_books(counter.store) == []
