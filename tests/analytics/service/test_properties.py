"""What holds for the shop's records, whoever asks for whatever, in whatever order."""

from __future__ import annotations

import shutil
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from analytics.errors import IllegalTransition, SalesclerkError
from analytics.service import Actor, ChangeKind, Proposal, ServiceDesk
from analytics.store import Store, orders, payments, returns, service
from analytics.store.models import Order, PaymentMethod, Return, Variant
from analytics.store.states import ORDER_STEPS, OrderStatus, ReturnStatus
from tests.analytics.service.shop import (
    AGENT,
    AGENT_FOR_ANN,
    ANN,
    ANN_AS_GUEST,
    BOB,
    NEW,
    STEPS,
    STRANGER,
    Counter,
    all_orders,
    policy,
    rows,
)

ACTORS = [ANN, BOB, NEW, ANN_AS_GUEST, STRANGER, AGENT_FOR_ANN, AGENT]
OPEN = ["C1-pending", "C1-pending-old", "C1-pending-split", "C1-unknown"]
ARRIVED = ["C1-delivered", "C1-delivered-old", "C1-delivered-split", "C1-delivered-unknown"]
ORDERS = [
    *(f"{customer}-{status}{age}" for customer in ("C1", "C2") for status in STEPS
      for age in ("", "-old")),
    *OPEN[2:], *ARRIVED[2:], "C1-fine", "C1-nothing",
]  # fmt: skip
SKUS = ["SHIRT-RED-M", "SHIRT-RED-L", "SHIRT-BLUE-M", "SHIRT-BLUE-L", "LAMP", "SOAP-S", "SOAP-L"]
METHODS = ["C1-card", "C1-paypal", "C1-gift", "C2-card", "C2-gift", "C3-card", "nothing"]

quantities = st.none() | st.integers(1, 3)
methods = st.sampled_from(METHODS)
skus = st.sampled_from(SKUS)
numbers = st.integers(1, 2)
addresses = st.sampled_from(["9 New Road", "1 High Street", "10 New Road", ""])
wishes = st.fixed_dictionaries({"number": numbers, "new_sku": skus, "quantity": quantities})
units = st.fixed_dictionaries({"number": numbers, "quantity": quantities})
items = st.fixed_dictionaries({"sku": skus, "quantity": st.integers(1, 4)})
refund_to = st.sampled_from(["original", "gift_card"])
junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


def fields(kind: ChangeKind, order_ids: list[str]) -> dict[str, st.SearchStrategy[Any]]:
    """Return what a request of a kind can hold."""
    order_id = st.sampled_from(order_ids)
    held: dict[ChangeKind, dict[str, st.SearchStrategy[Any]]] = {
        ChangeKind.CANCEL_ORDER: {"order_id": order_id, "refund_to": refund_to},
        ChangeKind.CHANGE_ADDRESS: {"order_id": st.none() | order_id, "address": addresses},
        ChangeKind.CHANGE_LINES: {
            "order_id": order_id,
            "lines": st.lists(wishes, min_size=1, max_size=2),
            "method_id": st.none() | methods,
        },
        ChangeKind.CHANGE_PAYMENT: {"order_id": order_id, "method_id": methods},
        ChangeKind.PLACE_ORDER: {
            "items": st.lists(items, max_size=2),
            "quote_id": st.none() | st.sampled_from(["Q-OPEN", "q-open", "Q-BOB", "Q-USED"]),
            "place": st.none() | st.fixed_dictionaries({"address": addresses}),
            "method_id": methods,
        },
        ChangeKind.RETURN_ITEMS: {
            "order_id": order_id,
            "lines": st.lists(units, min_size=1, max_size=2),
            "reason": st.sampled_from(["faulty", "does_not_fit"]),
            "condition": st.sampled_from(["opened", "used"]),
            "refund_to": refund_to,
        },
        ChangeKind.EXCHANGE_ITEMS: {
            "order_id": order_id,
            "lines": st.lists(wishes, min_size=1, max_size=2),
            "method_id": st.none() | methods,
        },
        ChangeKind.EDIT_ACCOUNT: {
            "field": st.sampled_from(["name", "email", "phone"]),
            "value": st.sampled_from(["Ann", "bob@example.com", "ann@example.org", "12345678"]),
        },
        ChangeKind.ADD_ADDRESS: {"address": addresses},
        ChangeKind.NEWSLETTER: {"subscribed": st.booleans()},
        ChangeKind.DELETE_ACCOUNT: {},
        ChangeKind.REVIEW: {"product_id": skus, "rating": st.integers(1, 5)},
        ChangeKind.COMPLAINT: {
            "text": st.sampled_from(["Fire!", "坏了"]),
            "order_id": st.none() | order_id,
        },
    }
    return held[kind]


def likely(kind: ChangeKind) -> st.SearchStrategy[dict[str, Any]]:
    """Draw requests of Ann's about money or goods that can mostly be met."""
    shirts = st.sampled_from(["SHIRT-RED-L", "SHIRT-BLUE-L", "SHIRT-BLUE-M"])
    wish = st.fixed_dictionaries({"number": st.just(1), "new_sku": shirts, "quantity": quantities})
    one_line = st.tuples(wish).map(list)
    arrived = st.sampled_from(ARRIVED)
    own = st.sampled_from(["C1-card", "C1-paypal", "C1-gift"])
    better: dict[ChangeKind, dict[str, st.SearchStrategy[Any]]] = {
        ChangeKind.CANCEL_ORDER: {},
        ChangeKind.CHANGE_LINES: {"lines": one_line},
        ChangeKind.CHANGE_PAYMENT: {"method_id": own},
        ChangeKind.PLACE_ORDER: {"method_id": own, "quote_id": st.none(), "place": st.none()},
        ChangeKind.RETURN_ITEMS: {"order_id": arrived, "condition": st.just("opened")},
        ChangeKind.EXCHANGE_ITEMS: {"order_id": arrived, "lines": one_line},
    }
    return st.fixed_dictionaries({**fields(kind, OPEN), **better[kind]})


MONEY_OR_GOODS = [
    *(ChangeKind.RETURN_ITEMS, ChangeKind.EXCHANGE_ITEMS, ChangeKind.CHANGE_LINES),
    *(ChangeKind.CHANGE_PAYMENT, ChangeKind.PLACE_ORDER, ChangeKind.CANCEL_ORDER),
]


@st.composite
def requests(draw: st.DrawFn, kind: ChangeKind, order_ids: list[str]) -> dict[str, Any]:
    """Draw a request, one in four of them with a field of nonsense."""
    request: dict[str, Any] = draw(st.fixed_dictionaries(fields(kind, order_ids)))
    if draw(st.integers(1, 4)) == 4:
        name = draw(st.sampled_from([*request, "customer_id"]))
        request[name] = draw(junk)
    return request


class ShopAtWork(RuleBasedStateMachine):
    """Random changes by anybody, and the shop's own work between them."""

    def __init__(self, filled: Path, folder: Path) -> None:
        super().__init__()
        path = folder / "shop.db"
        shutil.copy(filled, path)
        self.store = Store(f"sqlite:///{path}")
        # The same ids each time, so that a failure can be found again.
        self.ids = patch.object(service, "secrets", Random(0))
        self.ids.start()
        self.proposals: list[tuple[Proposal, Actor]] = []
        self.order_ids = list(ORDERS)
        self.written = True
        "Whether the records have to be looked at again."

    def teardown(self) -> None:
        self.store.close()
        self.ids.stop()

    @initialize(
        fee=st.sampled_from(["0", "5", "500"]),
        statuses=st.sampled_from([["pending"], ["pending", "processing"]]),
        check_days=st.sampled_from([0, 7]),
        card_days=st.sampled_from([0, 2]),
    )
    def the_shop_has_its_rules(
        self, fee: str, statuses: list[str], check_days: int, card_days: int
    ) -> None:
        often = {"statuses": statuses, "times": None}
        rules = policy(
            cancel_order={"fee": fee, "statuses": statuses},
            change_lines=often,
            change_payment=often,
            return_items={"fee": fee, "check_days": check_days, "conditions": ["opened"]},
            exchange_items={"times": None, "check_days": check_days},
            refund_days={"gift_card": card_days},
        )
        self.counter = Counter(self.store, ServiceDesk(rules))

    @rule(data=st.data(), kind=st.sampled_from(ChangeKind), actor=st.sampled_from(ACTORS))
    def somebody_asks(self, data: st.DataObject, kind: ChangeKind, actor: Actor) -> None:
        self._ask(kind, data.draw(requests(kind, self.order_ids)), actor)

    @rule(data=st.data(), kind=st.sampled_from(MONEY_OR_GOODS))
    def ann_asks(self, data: st.DataObject, kind: ChangeKind) -> None:
        self._ask(kind, data.draw(likely(kind)), ANN)

    @rule(data=st.data(), kind=st.sampled_from(MONEY_OR_GOODS[:4]))
    def ann_asks_as_a_guest(self, data: st.DataObject, kind: ChangeKind) -> None:
        self._ask(kind, data.draw(likely(kind)), ANN_AS_GUEST)

    def _ask(self, kind: ChangeKind, request: dict[str, Any], actor: Actor) -> None:
        try:
            proposal, _ = self.counter.propose(kind, request, actor)
        except SalesclerkError as error:
            assert not isinstance(error, IllegalTransition)
            return
        self.proposals.append((proposal, actor))
        self._confirm(proposal, actor)

    @precondition(lambda self: self.proposals)
    @rule(data=st.data(), actor=st.none() | st.sampled_from(ACTORS))
    def somebody_says_yes_again(self, data: st.DataObject, actor: Actor | None) -> None:
        proposal, asked = data.draw(st.sampled_from(self.proposals))
        self._confirm(proposal, actor or asked)

    def _confirm(self, proposal: Proposal, actor: Actor) -> None:
        self.counter.at += timedelta(minutes=1)
        others = [one for one in ("C1", "C2", "C3") if one != actor.customer_id]
        before = rows(self.store, *others)
        try:
            plan, _ = self.counter.confirm(proposal, actor)
        except SalesclerkError as error:
            assert not isinstance(error, IllegalTransition)
        else:
            self.written = True
            if plan.order_id and plan.order_id not in self.order_ids:
                self.order_ids.append(plan.order_id)
        assert rows(self.store, *others) == before

    @rule(
        order_id=st.sampled_from(ORDERS),
        status=st.sampled_from(
            [OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED]
        ),
    )
    def the_shop_sends_an_order(self, order_id: str, status: OrderStatus) -> None:
        self.counter.at += timedelta(minutes=1)
        with self.store.transaction() as session:
            order = session.get(Order, order_id)
            if order and status in ORDER_STEPS[OrderStatus(order.status)]:
                orders.advance(order, status, self.counter.at, "shop")
                self.written = True

    @rule(data=st.data(), completes=st.booleans())
    def goods_come_back(self, data: st.DataObject, completes: bool) -> None:
        self.counter.at += timedelta(minutes=1)
        with self.store.transaction() as session:
            query = select(Return).where(Return.status != "completed")
            coming = session.scalars(query.order_by(Return.created_at, Return.id)).all()
            if coming:
                self.written = True
                one = coming[data.draw(st.integers(0, len(coming) - 1))]
                if one.status == ReturnStatus.REQUESTED:
                    returns.advance(one, ReturnStatus.RECEIVED)
                if completes:
                    returns.complete(one, self.counter.at, "shop")

    @rule(days=st.integers(1, 15), sku=skus, stock=st.integers(0, 3))
    def days_pass_and_goods_are_counted(self, days: int, sku: str, stock: int) -> None:
        self.counter.at += timedelta(days=days)
        with self.store.transaction() as session:
            session.get_one(Variant, sku).stock = stock

    @invariant()
    def the_records_are_right(self) -> None:
        if not self.written:
            return
        self.written = False
        with self.store.reading() as session:
            for order in all_orders(session):
                the_books_are_right(order)
                the_history_is_possible(order)
                no_unit_comes_back_twice(order)
            for stock in session.scalars(select(Variant.stock)):
                assert stock is None or stock >= 0
            for balance in session.scalars(select(PaymentMethod.balance)):
                assert balance is None or balance >= 0


def the_books_are_right(order: Order) -> None:
    assert payments.balance(order) == orders.total(order)
    paid = sum(one.amount for one in order.payments if one.kind == "payment")
    assert not order.payments or sum(one.amount for one in payments.refunds(order)) <= paid


def the_history_is_possible(order: Order) -> None:
    steps = [OrderStatus(event.status) for event in order.history]
    assert (steps[0], steps[-1]) == (OrderStatus.PENDING, order.status)
    assert all(new in ORDER_STEPS[old] for old, new in pairwise(steps))


def no_unit_comes_back_twice(order: Order) -> None:
    for line in order.lines:
        assert 0 <= line.returned <= line.returned + orders.under_way(order, line.number)
        assert orders.left(order, line) >= 0


@pytest.mark.timeout(900)
def test_the_shop_at_work(filled: Path, tmp_path: Path) -> None:
    run_state_machine_as_test(
        lambda: ShopAtWork(filled, tmp_path),  # type: ignore[arg-type]
        settings=settings(
            max_examples=35,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
