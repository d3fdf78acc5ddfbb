"""Other options in an order that is not sent yet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from analytics.errors import Refused
from analytics.service import ChangeKind
from analytics.store import orders, payments
from analytics.store.models import Order, PaymentMethod, Variant
from tests.analytics.service.shop import Counter, money, order, wrong_books

LINES = ChangeKind.CHANGE_LINES


def wish(new_sku: str, number: int = 1) -> dict[str, Any]:
    return {"number": number, "new_sku": new_sku}


def test_a_dearer_option_is_paid_by_what_paid_the_order(counter: Counter) -> None:
    plan = counter.usual(LINES, lines=[wish("SHIRT-RED-L")])
    assert (plan.charge, plan.method_id, plan.refunds) == (5, "C1-card", ())
    changed = counter.order("C1-pending")
    assert (changed.lines[0].sku, changed.lines[0].unit_price) == ("SHIRT-RED-L", Decimal("22.50"))
    assert money(changed)[-1] == ("payment", "C1-card", 5, "pending")
    assert orders.total(changed) == payments.balance(changed) == Decimal("113.95")
    assert (counter.stock("SHIRT-RED-M"), counter.stock("SHIRT-RED-L")) == (7, 3)


def test_or_by_other_means_of_the_customer(counter: Counter) -> None:
    plan = counter.usual(LINES, lines=[wish("SHIRT-RED-L")], method_id="C1-gift")
    assert plan.method_id == "C1-gift"
    assert counter.gift_card() == 25
    with pytest.raises(Refused, match="no_method"):
        counter.usual(LINES, order_id="C1-pending-old", method_id="C2-card")


def test_the_difference_of_an_order_paid_nobody_knows_how_needs_means(counter: Counter) -> None:
    with pytest.raises(Refused, match="no_method"):
        counter.usual(LINES, order_id="C1-unknown")
    counter.usual(LINES, order_id="C1-unknown", method_id="C1-paypal")
    assert wrong_books(counter.store) == []


def test_a_gift_card_with_too_little_is_refused(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(PaymentMethod, "C1-gift").balance = Decimal("4.9999")
    with pytest.raises(Refused, match="gift_card_balance"):
        counter.usual(LINES, method_id="C1-gift")


@pytest.mark.parametrize(
    ("order_id", "back"),
    [
        ("C1-pending", [("C1-card", 4)]),
        ("C1-pending-old", [("C1-card", 4)]),
        ("C1-unknown", [(None, 4)]),
    ],
)
def test_a_cheaper_option_gives_the_difference_back(
    counter: Counter, order_id: str, back: list[tuple[str | None, int]]
) -> None:
    with counter.store.transaction() as session:
        session.get_one(Variant, "SHIRT-BLUE-M").stock = 2
    plan = counter.usual(LINES, order_id=order_id, lines=[wish("SHIRT-BLUE-M")])
    assert [(one.method_id, one.amount) for one in plan.refunds] == back
    assert (plan.charge, plan.method_id) == (0, None)
    assert counter.stock("SHIRT-BLUE-M") == 0
    assert wrong_books(counter.store) == []


def test_an_option_of_the_same_price_moves_no_money(counter: Counter) -> None:
    plan = counter.usual(LINES, lines=[wish("SHIRT-BLUE-L")])
    assert (plan.charge, plan.refunds) == (0, ())
    assert len(counter.order("C1-pending").payments) == 1
    assert counter.stock("SHIRT-BLUE-L") is None


@pytest.mark.parametrize(
    ("lines", "rule", "instead"),
    [
        ([wish("SHIRT-BLUE-M")], "stock", "check_stock"),
        ([wish("SHIRT-RED-M")], "same_option", None),
        ([wish("LAMP")], "other_product", "place_order"),
        ([wish("nothing")], "other_product", "place_order"),
        ([wish("LAMP", 2)], "same_option", None),
        ([wish("SHIRT-RED-L", 3)], "no_such_line", None),
        ([wish("SHIRT-RED-L", -(10**30))], "no_such_line", None),
    ],
)
def test_what_cannot_be_had_is_refused(
    counter: Counter, lines: list[dict[str, Any]], rule: str, instead: str | None
) -> None:
    with pytest.raises(Refused) as caught:
        counter.usual(LINES, lines=lines)
    assert (caught.value.rule, caught.value.instead) == (rule, instead)


def test_units_that_were_cancelled_are_not_changed(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Order, "C1-pending-old").lines[0].returned = 1
    plan = counter.usual(LINES, order_id="C1-pending-old")
    assert (plan.charge, plan.swaps[0].quantity) == (Decimal("2.50"), 1)
    assert (counter.stock("SHIRT-RED-M"), counter.stock("SHIRT-RED-L")) == (6, 4)
    assert wrong_books(counter.store) == []


def test_a_line_that_was_cancelled_whole_has_no_other_option(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Order, "C1-pending-old").lines[0].returned = 2
    with pytest.raises(Refused, match="nothing_left"):
        counter.usual(LINES, order_id="C1-pending-old")


def test_two_lines_share_what_is_on_the_shelf(counter: Counter) -> None:
    with counter.store.transaction() as session:
        lines = [("SHIRT-RED-M", 3, "20.00"), ("SHIRT-BLUE-M", 3, "20.00")]
        order(session, "C1-two", "pending", lines)
        session.get_one(Variant, "SHIRT-RED-M").stock = 0
    both = [wish("SHIRT-RED-L", 1), wish("SHIRT-RED-L", 2)]
    with pytest.raises(Refused) as caught:
        counter.usual(LINES, order_id="C1-two", lines=both)
    assert caught.value.values["quantity"] == 6
    with counter.store.transaction() as session:
        session.get_one(Variant, "SHIRT-RED-L").stock = 6
    plan = counter.usual(LINES, order_id="C1-two", lines=both)
    assert plan.charge == 15
    assert counter.stock("SHIRT-RED-L") == 0


def test_of_two_wishes_for_a_line_the_last_one_counts(counter: Counter) -> None:
    plan = counter.usual(LINES, lines=[wish("SHIRT-BLUE-M"), wish("SHIRT-RED-L")])
    assert [one.new_sku for one in plan.swaps] == ["SHIRT-RED-L"]
