"""Orders that are called off: the money goes back, the goods too."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.errors import Refused
from analytics.service import ChangeKind
from analytics.store import orders, payments
from analytics.store.models import Order, PaymentMethod
from tests.analytics.service.shop import AGENT_FOR_ANN, AT, DAY, NEW, Counter, money, order

CANCEL = ChangeKind.CANCEL_ORDER


def test_the_order_is_cancelled_and_all_its_units_are_back_on_the_shelf(counter: Counter) -> None:
    counter.usual(CANCEL, AGENT_FOR_ANN)
    cancelled = counter.order("C1-pending")
    assert cancelled.status == "cancelled"
    last = cancelled.history[-1]
    assert (last.status, last.at, last.actor) == ("cancelled", AT, "agent:a1")
    assert [line.returned for line in cancelled.lines] == [2, 1]
    assert (counter.stock("SHIRT-RED-M"), counter.stock("LAMP")) == (7, 4)
    assert payments.balance(cancelled) == orders.total(cancelled) == 0


@pytest.mark.parametrize("order_id", ["C1-pending", "C1-pending-old"])
def test_the_money_goes_back_the_way_it_came(counter: Counter, order_id: str) -> None:
    plan = counter.usual(CANCEL, order_id=order_id)
    (back,) = plan.refunds
    assert (back.method_id, back.amount) == ("C1-card", Decimal("108.95"))
    assert back.due_on == (AT + 7 * DAY).date()
    assert money(counter.order(order_id)) == [
        ("payment", "C1-card", Decimal("108.95"), "done"),
        ("refund", "C1-card", Decimal("108.95"), "pending"),
    ]


def test_where_nobody_knows_how_it_was_paid_it_goes_back_all_the_same(counter: Counter) -> None:
    plan = counter.usual(CANCEL, order_id="C1-unknown")
    (back,) = plan.refunds
    assert (back.method_id, back.amount) == (None, Decimal("108.95"))
    # By the slowest of all means.
    assert back.due_on == (AT + 7 * DAY).date()


def test_several_payments_each_go_back_the_latest_first(counter: Counter) -> None:
    plan = counter.usual(CANCEL, order_id="C1-pending-split")
    assert [(one.method_id, one.amount) for one in plan.refunds] == [
        ("C1-card", Decimal("78.95")),
        ("C1-paypal", 20),
        ("C1-gift", 10),
    ]
    assert [one.due_on - AT.date() for one in plan.refunds] == [
        timedelta(days=days) for days in (7, 3, 0)
    ]
    assert counter.gift_card() == 40


def test_to_a_gift_card_it_goes_at_once(counter: Counter) -> None:
    plan = counter.usual(CANCEL, refund_to="gift_card")
    assert [(one.method_id, one.due_on) for one in plan.refunds] == [("C1-gift", AT.date())]
    assert counter.gift_card() == Decimal("138.95")
    assert money(counter.order("C1-pending"))[-1] == (
        "refund",
        "C1-gift",
        Decimal("108.95"),
        "done",
    )


def test_who_has_no_gift_card_gets_one(counter: Counter) -> None:
    with counter.store.transaction() as session:
        order(session, "C3-1", "pending")
    proposal, _ = counter.propose(CANCEL, {"order_id": "C3-1", "refund_to": "gift_card"}, NEW)
    plan, _ = counter.confirm(proposal, NEW)
    assert [one.method_id for one in plan.refunds] == ["gift_card"]
    cards = [one for one in counter.table(PaymentMethod) if one.customer_id == "C3"]
    (made,) = [one for one in cards if one.kind == "gift_card"]
    assert (made.balance, made.currency) == (Decimal("108.95"), "GBP")
    assert money(counter.order("C3-1"))[-1][1] == made.id


@pytest.mark.parametrize(("fee", "back"), [("5.00", "103.95"), ("500", "0")])
def test_the_fee_is_kept_but_never_more_than_was_paid(
    counter: Counter, fee: str, back: str
) -> None:
    plan = counter.under(cancel_order={"fee": fee}).usual(CANCEL)
    cancelled = counter.order("C1-pending")
    assert plan.refunded == Decimal(back)
    assert plan.fee == cancelled.fees == Decimal("108.95") - Decimal(back)
    assert payments.balance(cancelled) == orders.total(cancelled) == plan.fee


def test_the_fee_comes_off_the_earliest_payment(counter: Counter) -> None:
    plan = counter.under(cancel_order={"fee": "15"}).usual(CANCEL, order_id="C1-pending-split")
    assert [(one.method_id, one.amount) for one in plan.refunds] == [
        ("C1-card", Decimal("78.95")),
        ("C1-paypal", 15),
    ]


def test_a_payment_that_failed_is_not_given_back(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Order, "C1-pending-split").payments[2].status = "failed"
    plan = counter.usual(CANCEL, order_id="C1-pending-split")
    assert plan.refunded == 30


def test_units_that_were_cancelled_before_are_not_put_back_again(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Order, "C1-pending-old").lines[0].returned = 1
    plan = counter.usual(CANCEL, order_id="C1-pending-old")
    assert plan.refunded == Decimal("88.95")
    assert counter.stock("SHIRT-RED-M") == 6


def test_what_the_shop_does_not_count_stays_uncounted(counter: Counter) -> None:
    with counter.store.transaction() as session:
        order(session, "C1-uncounted", "pending", lines=[("SHIRT-BLUE-L", 1, "20.00")])
    counter.usual(CANCEL, order_id="C1-uncounted")
    assert counter.stock("SHIRT-BLUE-L") is None


def test_a_shop_may_allow_it_while_the_parcel_is_packed(counter: Counter) -> None:
    packing = counter.under(cancel_order={"statuses": ["pending", "processing"]})
    packing.usual(CANCEL, order_id="C1-processing")
    assert counter.order("C1-processing").status == "cancelled"


def test_a_way_back_that_the_shop_does_not_offer_is_refused(counter: Counter) -> None:
    with pytest.raises(Refused, match="refund_route"):
        counter.under(cancel_order={"refund_to": ["original"]}).usual(CANCEL, refund_to="gift_card")
