"""Random conversations against the state machine, with the real servers on both databases.

People say what nobody foresaw: requests about orders of their own and of others, answers to other
questions, yes without a question, buttons of long ago, nonsense; meanwhile the shop ships and takes
back. Whatever they say: every turn is answered, every order's money balances to the cent, no step
is illegal, nobody sees or changes what is somebody else's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.identity import Role, Speaker, conversation_id
from analytics.store import orders, payments, returns
from analytics.store.models import Change, PaymentKind
from analytics.store.states import ORDER_STEPS, RETURN_STEPS, OrderStatus, ReturnStatus
from tests.assistant import Assistant, running_assistant
from tests.conversations.facts import FreshOrders

CONVERSATIONS: Final = int(os.environ.get("RANDOM_CONVERSATIONS", "150"))
"On each database."
POOL: Final = {"pending": 90, "processing": 10, "shipped": 30, "delivered": 110}
REQUESTS: Final = [
    "where is order {order}?",
    "cancel order {order}",
    "cancel {order}, ordered by mistake, refund to my gift card",
    "send {order} to 5 Mill Lane, Leeds LS1 4AB instead",
    "change {sku} in {order} to {other_sku}",
    "pay {order} with my other card",
    "I want to return the {en} from {order}, it is broken",
    "return everything in {order}, unopened, no longer needed, back to my card",
    "exchange {sku} in {order} for {other_sku}, wrong size, opened",
    "where is my refund for {order}?",
    "what did the second one cost in {order}?",
    "what's in {order}",
    "order 2 of {sku}",
    "add 8 Quay Road, Bristol BS1 5TY as another address",
    "change my e-mail to {fresh}@example.com",
    "unsubscribe me from the newsletter",
    "subscribe me to the newsletter",
    "show me my account",
    "I want to complain: {order} arrived in pieces and nobody answers me",
    "review {en}: 4 stars",
    "is {en} still under warranty?",
    "cancel {order} and {foreign}",
    "取消订单{order}，下错单了，退到礼品卡",
    "{order}我要退货，东西坏了",
    "把{order}改寄到北京市海淀区中关村大街1号",
    "查一下{order}",
]
ANSWERS: Final = [
    *(
        "yes",
        "yes",
        "yes please",
        "no",
        "ok",
        "好的",
        "不",
        "stop",
        "{email}",
        "{postcode}",
        "{order}",
    ),
    *("ordered by mistake", "it is broken", "opened", "unopened", "used", "to a gift card"),
    *("back to my card", "all of it", "the first one", "the second one", "{other}", "{sku}"),
    *("5 stars", "never mind", "no, to a gift card", "{name}, {postcode}", "{foreign}"),
    *("9 Elm Street, York YO1 7AA", "how long does delivery take?", "坏了", "全部", "原路退回"),
    *("asdf qwer", "????", "'; DROP TABLE orders; --", "why do you ask?", "repeat that", "7"),
]
STEPS: Final = [OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED]


@dataclass
class World:
    """A running shop with customers to speak as.

    Attributes:
        number: of the conversation under way, so that each has a speaker of its own.
    """

    assistant: Assistant
    customers: list[SimpleNamespace]
    number: int = 0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    environ = {}
    if request.param == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    with running_assistant(tmp_path_factory.mktemp("random") / "home", environ) as assistant:
        fresh = FreshOrders(assistant)
        found = [fresh.take(status) for status, count in POOL.items() for _ in range(count)]
        yield World(assistant, found)


turns = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(REQUESTS)),
        st.tuples(st.just("say"), st.sampled_from(ANSWERS)),
        st.tuples(st.just("press"), st.integers(0, 5)),
        st.tuples(st.just("shop"), st.integers(0, 2)),
    ),
    min_size=2,
    max_size=7,
)


@pytest.mark.timeout(3600)
@settings(
    max_examples=CONVERSATIONS,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    who=st.sampled_from(["customer", "customer", "guest", "agent", "contact"]),
    mine=st.integers(0, sum(POOL.values()) - 1),
    other=st.integers(0, sum(POOL.values()) - 1),
    opening=st.sampled_from(REQUESTS),
    turns=turns,
)
def test_random_conversation(
    world: World, who: str, mine: int, other: int, opening: str, turns: list[tuple[str, Any]]
) -> None:
    me, foreign = world.customers[mine], world.customers[other]
    world.number += 1
    speaker, contact = _speaker(world, who, me)
    talk = world.assistant.conversation(speaker, contact)
    typed: list[str] = []
    heard: list[str] = []
    buttons: list[str] = []
    for kind, what in [("say", opening), *turns]:
        if kind == "shop":
            _shop_moves(world.assistant, me.order, what)
            continue
        if kind == "press" and not buttons:
            continue
        message = (
            buttons[what % len(buttons)] if kind == "press" else _filled(what, me, foreign, world)
        )
        if not message:
            # Of a product without options there is no other one to name.
            continue
        typed.append(message)
        answer = talk.send(message)
        assert answer["status"] in ("ok", "handoff"), (typed, answer)
        assert answer["messages"], typed
        heard.append(json.dumps(answer, ensure_ascii=False))
        buttons = [
            button["payload"] for one in answer["messages"] for button in one.get("buttons", [])
        ] or buttons
    sender = conversation_id(speaker, world.assistant.settings.secrets)
    with world.assistant.store.reading() as session:
        changes = list(session.scalars(select(Change).where(Change.conversation_id == sender)))
        changed = {one.order_id for one in changes if one.order_id}
        _check_money_and_states(session, {me.order, foreign.order} | changed)
        _check_privacy(changes, who, me, foreign, typed, heard)


def _speaker(world: World, who: str, me: SimpleNamespace) -> tuple[Speaker, str | None]:
    name = f"{who}:{world.number}"
    if who == "customer":
        return Speaker(name, Role.SHOPPER, me.id), None
    if who == "guest":
        return Speaker(name, Role.SHOPPER), None
    return Speaker(name, Role.AGENT), me.id if who == "contact" else None


def _filled(text: str, me: SimpleNamespace, foreign: SimpleNamespace, world: World) -> str:
    if text.startswith("'"):
        return text
    facts = {**vars(me), "foreign": foreign.order, "fresh": f"new{world.number}"}
    return text.format_map(facts)


def _shop_moves(assistant: Assistant, order_id: str, how: int) -> None:
    """Let the shop's own people do something: send the order on, or take in what came back."""
    with assistant.store.transaction() as session:
        order = orders.find(session, order_id)
        assert order is not None
        now = assistant.settings.now()
        if how == 0:
            allowed = [one for one in STEPS if one in ORDER_STEPS[OrderStatus(order.status)]]
            for status in allowed[:1]:
                orders.advance(order, status, now, "shop")
            return
        for one in order.returns:
            if one.status == ReturnStatus.REQUESTED:
                returns.advance(one, ReturnStatus.RECEIVED)
            elif one.status == ReturnStatus.RECEIVED and how == 1:
                returns.complete(one, now, "shop")


def _check_money_and_states(session: Session, order_ids: set[str]) -> None:
    for order_id in order_ids:
        order = orders.find(session, order_id)
        assert order is not None
        assert payments.balance(order) == orders.total(order) >= 0, order_id
        back = sum(one.amount for one in order.payments if one.kind == PaymentKind.REFUND)
        paid = sum(one.amount for one in order.payments if one.kind == PaymentKind.PAYMENT)
        assert back <= paid or not order.payments
        for line in order.lines:
            assert 0 <= orders.left(order, line) <= line.quantity
        steps = [OrderStatus(event.status) for event in order.history]
        for before, after in pairwise(steps):
            assert after in ORDER_STEPS[before], (order_id, steps)
        for one in order.returns:
            assert ReturnStatus(one.status) in RETURN_STEPS


def _check_privacy(
    changes: list[Change],
    who: str,
    me: SimpleNamespace,
    foreign: SimpleNamespace,
    typed: list[str],
    heard: list[str],
) -> None:
    """Check that nobody but an agent saw or changed what is another customer's."""
    if who == "agent" or me.id == foreign.id:
        return
    assert {one.customer_id for one in changes} <= {me.id, None}
    said, told = " ".join(typed), " ".join(heard)
    for secret in (foreign.email, foreign.name, foreign.address):
        assert not secret or secret in said or secret not in told, (secret, typed)
    if foreign.order not in said:
        assert foreign.order not in told
