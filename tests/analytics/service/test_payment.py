"""Orders that are paid by other means: what was paid goes back, and is paid anew."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analytics.errors import Refused
from analytics.service import ChangeKind
from analytics.store.models import PaymentMethod
from tests.analytics.service.shop import AT, Counter, money

PAYMENT = ChangeKind.CHANGE_PAYMENT
TOTAL = Decimal("108.95")


@pytest.mark.parametrize("order_id", ["C1-pending", "C1-pending-old", "C1-unknown"])
def test_what_was_paid_goes_back_and_is_paid_anew(counter: Counter, order_id: str) -> None:
    old = None if order_id == "C1-unknown" else "C1-card"
    plan = counter.usual(PAYMENT, order_id=order_id)
    assert [(one.method_id, one.amount) for one in plan.refunds] == [(old, TOTAL)]
    assert (plan.method_id, plan.charge) == ("C1-paypal", TOTAL)
    changed = counter.order(order_id)
    assert changed.payment_method_id == "C1-paypal"
    paid, *moved = money(changed)
    assert paid == ("payment", old, TOTAL, "done")
    assert sorted(moved) == [
        ("payment", "C1-paypal", TOTAL, "pending"),
        ("refund", old, TOTAL, "pending"),
    ]
    assert {one.due_on for one in changed.payments if one.kind == "payment"} == {None, AT.date()}


def test_what_came_by_these_means_stays(counter: Counter) -> None:
    plan = counter.usual(PAYMENT, order_id="C1-pending-split")
    assert [(one.method_id, one.amount) for one in plan.refunds] == [
        ("C1-card", Decimal("78.95")),
        ("C1-gift", 10),
    ]
    assert plan.charge == Decimal("88.95")
    assert counter.gift_card() == 40


def test_a_gift_card_pays_at_once(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(PaymentMethod, "C1-gift").balance = TOTAL
    counter.usual(PAYMENT, method_id="C1-gift")
    assert counter.gift_card() == 0
    assert ("payment", "C1-gift", TOTAL, "done") in money(counter.order("C1-pending"))


def test_a_gift_card_with_too_little_is_refused_with_what_is_on_it(counter: Counter) -> None:
    with pytest.raises(Refused) as caught:
        counter.usual(PAYMENT, method_id="C1-gift")
    assert caught.value.rule == "gift_card_balance"
    assert caught.value.values == {"balance": 30, "amount": TOTAL, "currency": "GBP"}


@pytest.mark.parametrize("method_id", ["C2-card", "C2-gift", "nothing", ""])
def test_only_own_means_pay(counter: Counter, method_id: str) -> None:
    with pytest.raises(Refused, match="no_method"):
        counter.usual(PAYMENT, method_id=method_id)


def test_the_means_that_paid_are_no_other_means(counter: Counter) -> None:
    with pytest.raises(Refused, match="same_method"):
        counter.usual(PAYMENT, method_id="C1-card")


def test_back_and_forth(counter: Counter) -> None:
    for method_id in ("C1-paypal", "C1-card", "C1-paypal"):
        plan = counter.usual(PAYMENT, method_id=method_id)
        assert (plan.charge, plan.refunded) == (TOTAL, TOTAL)
        assert counter.order("C1-pending").payment_method_id == method_id
    with pytest.raises(Refused, match="change_payment_times"):
        counter.usual(PAYMENT, method_id="C1-card")
