"""What holds for every kind of change."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.errors import (
    InvalidInput,
    MissingCustomer,
    PlanChanged,
    Refused,
    UnknownOrder,
)
from analytics.service import Actor, ChangeKind, Who
from analytics.store import orders
from analytics.store.models import Change, Order, Product, Variant
from analytics.store.states import OrderStatus
from tests.analytics.service.shop import (
    AGENT,
    AGENT_FOR_ANN,
    ANN,
    ANN_AS_GUEST,
    BOB,
    OF_ORDERS,
    REQUESTS,
    STRANGER,
    Counter,
    rows,
    wrong_books,
)

KINDS = list(ChangeKind)
WHO = {Who.CUSTOMER: ANN, Who.GUEST: ANN_AS_GUEST, Who.AGENT: AGENT_FOR_ANN}
MONEY = re.compile(r"\d+(\.\d{1,4})?")


def test_the_shop_begins_with_right_books(counter: Counter) -> None:
    assert wrong_books(counter.store) == []
    assert set(REQUESTS) == set(ChangeKind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_proposal_writes_nothing(counter: Counter, kind: ChangeKind) -> None:
    before = rows(counter.store)
    proposal, plan = counter.propose(kind, REQUESTS[kind])
    assert rows(counter.store) == before
    assert proposal.plan == plan.model_dump(mode="json")
    assert json.loads(json.dumps(proposal.plan)) == proposal.plan


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_confirmed_twice_happens_once_and_says_so(
    counter: Counter, kind: ChangeKind
) -> None:
    before = rows(counter.store)
    proposal, shown = counter.propose(kind, REQUESTS[kind])
    assert counter.confirm(proposal) == (shown, True)
    after = rows(counter.store)
    assert after != before
    assert counter.after(timedelta(days=3)).confirm(proposal) == (shown, False)
    assert rows(counter.store) == after


@pytest.mark.parametrize("actor", [ANN, AGENT_FOR_ANN], ids=lambda one: one.who)
@pytest.mark.parametrize("kind", KINDS)
def test_a_change_leaves_the_books_right_and_everybody_else_alone(
    counter: Counter, kind: ChangeKind, actor: Actor
) -> None:
    others = rows(counter.store, "C2", "C3")
    counter.usual(kind, actor)
    assert wrong_books(counter.store) == []
    assert rows(counter.store, "C2", "C3") == others


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_written_down(counter: Counter, kind: ChangeKind) -> None:
    proposal, plan = counter.propose(kind, REQUESTS[kind], AGENT_FOR_ANN)
    counter.confirm(proposal, AGENT_FOR_ANN)
    (row,) = counter.table(Change)
    assert (row.id, row.kind) == (proposal.id, kind)
    assert (row.customer_id, row.order_id) == ("C1", plan.order_id)
    assert (row.actor, row.conversation_id) == ("agent:a1", "conversation")
    assert row.created_at == counter.at
    assert row.details == proposal.plan
    for amount in _money(row.details):
        assert isinstance(amount, str) and MONEY.fullmatch(amount)


def _money(values: Any) -> list[Any]:
    """Return everything in JSON that is named as money is."""
    if isinstance(values, list):
        return [one for value in values for one in _money(value)]
    if not isinstance(values, dict):
        return []
    names = {"amount", "charge", "fee", "fees", "shipping_fee"}
    found = [value for name, value in values.items() if name in names or "price" in name]
    return found + [one for value in values.values() for one in _money(value)]


@pytest.mark.parametrize("who", list(Who))
@pytest.mark.parametrize("kind", KINDS)
def test_who_may_have_it_done_is_policy(counter: Counter, kind: ChangeKind, who: Who) -> None:
    without = set(Who) - {who}
    before = rows(counter.store)
    for refusing in (counter.under(**{kind: {"by": without}}), counter.under(**{kind: {"by": []}})):
        with pytest.raises(Refused) as caught:
            refusing.propose(kind, REQUESTS[kind], WHO[who])
        assert (caught.value.rule, caught.value.instead) == ("who", "contact_human_agent")
        with pytest.raises(Refused, match="who"), counter.store.reading() as session:
            refusing.desk.check(session, kind, None, WHO[who], counter.at)
    assert rows(counter.store) == before
    counter.under(**{kind: {"by": {who}}}).usual(kind, WHO[who])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_allowed_any_more_is_not_done(counter: Counter, kind: ChangeKind) -> None:
    proposal, _ = counter.propose(kind, REQUESTS[kind])
    before = rows(counter.store)
    with pytest.raises(Refused, match="who"):
        counter.under(**{kind: {"by": ["agent"]}}).confirm(proposal)
    assert rows(counter.store) == before


@pytest.mark.parametrize("actor", [ANN, ANN_AS_GUEST, AGENT_FOR_ANN], ids=lambda one: one.who)
@pytest.mark.parametrize("kind", OF_ORDERS)
def test_somebody_elses_order_is_as_unknown_as_none(
    counter: Counter, kind: ChangeKind, actor: Actor
) -> None:
    said = []
    for order_id in ("C2-pending", "C2-delivered", "C2-nothing"):
        with pytest.raises(UnknownOrder) as caught:
            counter.propose(kind, {**REQUESTS[kind], "order_id": order_id}, actor)
        said.append(str(caught.value).replace(order_id, "it"))
        assert caught.value.values == {"order_id": order_id}
    assert len(set(said)) == 1


@pytest.mark.parametrize("actor", [STRANGER, AGENT], ids=lambda one: one.who)
@pytest.mark.parametrize("kind", KINDS)
def test_for_nobody_nothing_is_changed(counter: Counter, kind: ChangeKind, actor: Actor) -> None:
    asking = counter.under(**{kind: {"by": list(Who)}})
    with pytest.raises((UnknownOrder, MissingCustomer)):
        asking.propose(kind, REQUESTS[kind], actor)


@pytest.mark.parametrize("kind", [one for one in OF_ORDERS if one != ChangeKind.COMPLAINT])
def test_an_order_is_checked_before_more_is_asked(counter: Counter, kind: ChangeKind) -> None:
    fits, fits_not = REQUESTS[kind]["order_id"], "C1-shipped"
    with counter.store.reading() as session:
        counter.desk.check(session, kind, None, ANN, counter.at)
        counter.desk.check(session, kind, fits, ANN, counter.at)
        with pytest.raises(Refused) as caught:
            counter.desk.check(session, kind, fits_not, ANN, counter.at)
        with pytest.raises(UnknownOrder):
            counter.desk.check(session, kind, fits, BOB, counter.at)
    assert caught.value.rule == f"{kind}_status"
    assert caught.value.values["status"] == "shipped"


@pytest.mark.parametrize(
    "kind",
    [
        ChangeKind.CANCEL_ORDER,
        ChangeKind.CHANGE_ADDRESS,
        ChangeKind.CHANGE_LINES,
        ChangeKind.CHANGE_PAYMENT,
    ],
)
@pytest.mark.parametrize(
    ("status", "instead"),
    [
        ("processing", "contact_human_agent"),
        ("shipped", "track_order"),
        ("delivered", "return_item"),
        ("cancelled", "track_refund"),
        ("returned", "track_refund"),
    ],
)
def test_an_order_that_is_too_far_is_refused_with_what_is_possible(
    counter: Counter, kind: ChangeKind, status: str, instead: str
) -> None:
    with pytest.raises(Refused) as caught:
        counter.propose(kind, {**REQUESTS[kind], "order_id": f"C1-{status}"})
    assert (caught.value.rule, caught.value.instead) == (f"{kind}_status", instead)


@pytest.mark.parametrize("kind", [ChangeKind.RETURN_ITEMS, ChangeKind.EXCHANGE_ITEMS])
@pytest.mark.parametrize(
    ("status", "instead"), [("pending", "cancel_order"), ("shipped", "track_order")]
)
def test_what_has_not_come_is_not_sent_back(
    counter: Counter, kind: ChangeKind, status: str, instead: str
) -> None:
    with pytest.raises(Refused) as caught:
        counter.propose(kind, {**REQUESTS[kind], "order_id": f"C1-{status}"})
    assert (caught.value.rule, caught.value.instead) == (f"{kind}_status", instead)


@pytest.mark.parametrize(
    "kind", [ChangeKind.CHANGE_ADDRESS, ChangeKind.CHANGE_LINES, ChangeKind.CHANGE_PAYMENT]
)
def test_an_order_is_changed_as_often_as_the_policy_says(
    counter: Counter, kind: ChangeKind
) -> None:
    once = counter.under(**{kind: {"times": 1}})
    once.usual(kind)
    with pytest.raises(Refused) as caught:
        once.propose(kind, {**REQUESTS[kind]})
    assert caught.value.rule == f"{kind}_times"
    assert caught.value.values["times"] == 1
    once.usual(kind, order_id="C1-pending-old")


def test_the_number_of_an_order_is_read_as_people_write_it(counter: Counter) -> None:
    plan = counter.usual(ChangeKind.CANCEL_ORDER, order_id=" #c1-PENDING ")
    assert plan.order_id == "C1-pending"


PLANS_THAT_CHANGE = [
    ChangeKind.CANCEL_ORDER,
    ChangeKind.CHANGE_LINES,
    ChangeKind.CHANGE_PAYMENT,
    ChangeKind.PLACE_ORDER,
    ChangeKind.EXCHANGE_ITEMS,
]


@pytest.mark.parametrize("kind", PLANS_THAT_CHANGE)
def test_a_plan_that_is_not_what_was_confirmed_is_not_carried_out(
    counter: Counter, kind: ChangeKind
) -> None:
    proposal, _ = counter.propose(kind, REQUESTS[kind])
    with counter.store.transaction() as session:
        order = session.get_one(Order, "C1-pending")
        order.shipping_fee += 1
        order.payments[0].amount += 1
        for variant in session.query(Variant):
            variant.list_price += 1
    before = rows(counter.store)
    with pytest.raises(PlanChanged):
        counter.confirm(proposal)
    assert rows(counter.store) == before


def test_an_order_that_went_on_since_is_refused(counter: Counter) -> None:
    proposal, _ = counter.propose(ChangeKind.CANCEL_ORDER, {"order_id": "C1-pending"})
    with counter.store.transaction() as session:
        order = session.get_one(Order, "C1-pending")
        orders.advance(order, OrderStatus.PROCESSING, counter.at, "shop")
    before = rows(counter.store)
    with pytest.raises(Refused, match="cancel_order_status"):
        counter.confirm(proposal)
    assert rows(counter.store) == before


def test_what_a_refusal_names_can_be_told_after_the_transaction(counter: Counter) -> None:
    request = {**REQUESTS[ChangeKind.RETURN_ITEMS], "lines": [{"number": 1, "quantity": 2}]}
    first, second = (counter.propose(ChangeKind.RETURN_ITEMS, request)[0] for _ in range(2))
    counter.confirm(first)
    with pytest.raises(Refused) as caught:
        counter.confirm(second)
    product = caught.value.values["product"]
    assert isinstance(product, Product)
    assert (product.title_en, product.title_zh) == ("Cotton shirt", "棉衬衫")


@pytest.mark.parametrize("kind", KINDS)
def test_midnight_changes_no_plan(counter: Counter, kind: ChangeKind) -> None:
    proposal, _ = counter.propose(kind, REQUESTS[kind])
    plan, just_now = counter.after(timedelta(days=1)).confirm(proposal)
    assert just_now
    assert all(one.due_on >= counter.at.date() for one in plan.refunds)


@pytest.mark.parametrize("kind", [one for one in KINDS if one != ChangeKind.COMPLAINT])
def test_what_was_proposed_to_one_is_not_done_for_another(
    counter: Counter, kind: ChangeKind
) -> None:
    proposal, _ = counter.propose(kind, REQUESTS[kind])
    before = rows(counter.store)
    with pytest.raises((UnknownOrder, PlanChanged, Refused)):
        counter.confirm(proposal, BOB)
    assert rows(counter.store) == before


@pytest.mark.parametrize(
    ("kind", "request_", "field"),
    [
        (ChangeKind.CANCEL_ORDER, {}, "order_id"),
        (ChangeKind.CANCEL_ORDER, {"order_id": None}, "order_id"),
        (ChangeKind.CANCEL_ORDER, {"order_id": "C1-pending", "fee": "0"}, "fee"),
        (ChangeKind.CANCEL_ORDER, {"order_id": "C1-pending", "refund_to": "cash"}, "refund_to"),
        (ChangeKind.CANCEL_ORDER, {"order_id": "C1-pending", "reason": "boredom"}, "reason"),
        (ChangeKind.CANCEL_ORDER, {"order_id": "C1\x00"}, "order_id"),
        (ChangeKind.CHANGE_LINES, {"order_id": "C1-pending", "lines": []}, "lines"),
        (
            ChangeKind.EXCHANGE_ITEMS,
            {
                "order_id": "C1-delivered",
                "lines": [{"number": 1, "new_sku": "SHIRT-RED-L", "quantity": -1}],
            },
            "lines.0.quantity",
        ),
        (ChangeKind.PLACE_ORDER, {"items": [{"sku": "LAMP", "quantity": 1.5}]}, "items.0.quantity"),
        (ChangeKind.RETURN_ITEMS, {**REQUESTS[ChangeKind.RETURN_ITEMS], "lines": [{}]}, "lines.0"),
        (ChangeKind.EDIT_ACCOUNT, {"field": "id", "value": "C2"}, "field"),
        (ChangeKind.EDIT_ACCOUNT, {"field": "name", "value": "Ann\ud800"}, "value"),
        (ChangeKind.NEWSLETTER, {"subscribed": "perhaps"}, "subscribed"),
        (ChangeKind.DELETE_ACCOUNT, {"customer_id": "C2"}, "customer_id"),
        (ChangeKind.REVIEW, {"product_id": "SHIRT", "rating": 6}, "rating"),
        (ChangeKind.COMPLAINT, {"text": ""}, "text"),
        (ChangeKind.COMPLAINT, {"text": "x" * 2001}, "text"),
    ],
)
def test_a_malformed_request_is_explained(
    counter: Counter, kind: ChangeKind, request_: dict[str, Any], field: str
) -> None:
    before = rows(counter.store)
    with pytest.raises(InvalidInput) as caught:
        counter.propose(kind, request_)
    assert str(caught.value.values["field"]).startswith(field)
    assert caught.value.values["accepted"]
    assert rows(counter.store) == before


def test_money_keeps_all_its_places_in_what_is_written_down(counter: Counter) -> None:
    counter.usual(ChangeKind.RETURN_ITEMS, order_id="C1-fine")
    (row,) = counter.table(Change)
    assert Decimal(row.details["refunds"][0]["amount"]) == Decimal("2.2950")
