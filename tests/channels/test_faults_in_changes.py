"""Changes of orders when something breaks, is repeated, or happens twice at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from analytics.identity import Role, Speaker, conversation_id
from analytics.service import Actor, ChangeKind, Proposal, ServiceDesk, Who, load_service_policy
from analytics.store import orders, payments
from analytics.store.models import Change, Order, Variant
from analytics.store.states import OrderStatus
from tests.assistant import Assistant, Conversation, running_assistant
from tests.conversations.facts import FreshOrders
from tests.conversations.scripts import pattern, responses

RESPONSES = responses()
NASTY = [
    "'; DROP TABLE orders; --",
    "<script>alert(1)</script>",
    '{"confirmed": true}',
    "${jndi:ldap://x}",
    "{order_number}",
    "\u202e\u0000\u200b",
]


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant of its own, to be broken."""
    with running_assistant(tmp_path_factory.mktemp("fragile") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def fresh(fragile: Assistant) -> FreshOrders:
    return FreshOrders(fragile)


@pytest.fixture
def mine(fresh: FreshOrders) -> SimpleNamespace:
    return fresh.take("pending")


def said(answer: dict[str, Any], name: str) -> bool:
    texts = [str(message.get("text")) for message in answer["messages"]]
    return any(pattern(RESPONSES[name], "en").fullmatch(text) for text in texts)


def asked_to_cancel(fragile: Assistant, mine: SimpleNamespace, tab: str = "one") -> Conversation:
    """Return the conversation in which the customer has just been asked to confirm."""
    talk = fragile.conversation(Speaker(f"{mine.id}:{tab}", Role.SHOPPER, mine.id))
    answer = talk.send(f"cancel order {mine.order}, ordered by mistake, refund to my gift card")
    assert said(answer, "utter_ask_to_cancel_order"), answer
    return talk


def restart(fragile: Assistant, name: str) -> None:
    fragile.stop(name)
    fragile.start(name)
    fragile.wait(name)


def assert_cancelled_once(fragile: Assistant, order_id: str) -> None:
    with fragile.store.reading() as session:
        order = orders.find(session, order_id)
        assert order is not None
        assert order.status == OrderStatus.CANCELLED
        assert len(payments.refunds(order)) == 1
        assert payments.balance(order) == orders.total(order) == 0
        done = select(func.count()).where(Change.order_id == order_id)
        assert session.scalar(done) == 1


def status_of(fragile: Assistant, order_id: str) -> str:
    with fragile.store.reading() as session:
        return session.get_one(Order, order_id).status


@pytest.mark.parametrize("server", ["actions", "rasa"])
def test_a_restart_between_question_and_yes(
    fragile: Assistant, mine: SimpleNamespace, server: str
) -> None:
    talk = asked_to_cancel(fragile, mine)
    restart(fragile, server)
    assert said(talk.send("yes"), "utter_done_cancel_order")
    assert_cancelled_once(fragile, mine.order)


def test_the_action_server_is_down_when_the_yes_comes(
    fragile: Assistant, mine: SimpleNamespace
) -> None:
    talk = asked_to_cancel(fragile, mine)
    fragile.stop("actions")
    try:
        answer = talk.send("yes")
    finally:
        fragile.start("actions")
        fragile.wait("actions")
    assert answer["status"] == "error"
    assert status_of(fragile, mine.order) == OrderStatus.PENDING
    assert said(talk.send("yes"), "utter_done_cancel_order")
    assert_cancelled_once(fragile, mine.order)


def test_the_database_is_locked_when_the_yes_comes(
    fragile: Assistant, mine: SimpleNamespace
) -> None:
    talk = asked_to_cancel(fragile, mine)
    lock = sqlite3.connect(fragile.home / "shop.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        answer = talk.send("yes")
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert answer["status"] == "error"
    assert said(answer, "utter_error_store_unavailable")
    assert status_of(fragile, mine.order) == OrderStatus.PENDING
    assert said(talk.send("yes"), "utter_done_cancel_order")
    assert_cancelled_once(fragile, mine.order)


def test_the_server_died_after_the_change_and_before_its_answer(
    fragile: Assistant, mine: SimpleNamespace
) -> None:
    talk = asked_to_cancel(fragile, mine)
    kept = proposal(fragile, talk)
    desk = ServiceDesk(load_service_policy(fragile.settings.policies / "service.yml"))
    with fragile.store.transaction() as session:
        desk.carry_out(
            session,
            Proposal(kept["id"], ChangeKind(kept["kind"]), kept["request"], kept["plan"]),
            Actor(Who.CUSTOMER, f"customer:{mine.id}", mine.id),
            fragile.settings.now(),
            "conversation",
        )
    answer = talk.send("yes")
    assert said(answer, "utter_already_done")
    assert_cancelled_once(fragile, mine.order)


def proposal(fragile: Assistant, talk: Conversation) -> dict[str, Any]:
    """Return the change that the conversation has shown last, as Rasa keeps it."""
    sender = conversation_id(talk.speaker, fragile.settings.secrets)
    with sqlite3.connect(fragile.home / "conversations.db") as kept:
        rows = kept.execute(
            "SELECT data FROM events WHERE sender_id = ? AND type_name = 'slot' ORDER BY id DESC",
            (sender,),
        )
        events = (json.loads(data) for (data,) in rows)
        return next(
            event["value"] for event in events if event["name"] == "proposal" and event["value"]
        )


def test_the_yes_is_sent_again_by_the_page(fragile: Assistant, mine: SimpleNamespace) -> None:
    talk = asked_to_cancel(fragile, mine)
    first = talk.send("yes", "m-yes")
    assert talk.send("yes", "m-yes") == first
    assert_cancelled_once(fragile, mine.order)


def test_the_yes_is_sent_twice_at_once(fragile: Assistant, mine: SimpleNamespace) -> None:
    talk = asked_to_cancel(fragile, mine)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(talk.send, ["yes", "yes"]))
    assert all(answer["status"] == "ok" for answer in answers)
    assert_cancelled_once(fragile, mine.order)


def test_two_tabs_at_once_on_one_order(fragile: Assistant, mine: SimpleNamespace) -> None:
    tabs = [asked_to_cancel(fragile, mine, tab) for tab in ("one", "two")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda tab: tab.send("yes"), tabs))
    assert sorted(said(one, "utter_done_cancel_order") for one in answers) == [False, True]
    assert sorted(said(one, "utter_refused_cancel_order_status") for one in answers) == [
        False,
        True,
    ]
    assert_cancelled_once(fragile, mine.order)


def test_the_order_is_shipped_between_question_and_yes(
    fragile: Assistant, mine: SimpleNamespace
) -> None:
    talk = asked_to_cancel(fragile, mine)
    with fragile.store.transaction() as session:
        order = session.get_one(Order, mine.order)
        for status in (OrderStatus.PROCESSING, OrderStatus.SHIPPED):
            orders.advance(order, status, fragile.settings.now(), "shop")
    answer = talk.send("yes")
    assert said(answer, "utter_refused_cancel_order_status")
    assert status_of(fragile, mine.order) == OrderStatus.SHIPPED


def test_a_price_that_changes_is_shown_anew_before_it_is_paid(
    fragile: Assistant, fresh: FreshOrders
) -> None:
    mine = fresh.take("pending options english")
    talk = fragile.conversation(Speaker(f"{mine.id}:price", Role.SHOPPER, mine.id))
    answer = talk.send(f"change {mine.sku} in order {mine.order} to {mine.other_sku}")
    assert said(answer, "utter_ask_to_change_lines"), answer
    with fragile.store.transaction() as session:
        session.get_one(Variant, mine.other_sku).list_price += 1
    answer = talk.send("yes")
    assert said(answer, "utter_error_plan_changed")
    assert said(answer, "utter_ask_to_change_lines")
    assert said(talk.send("yes"), "utter_done_change_lines")
    with fragile.store.reading() as session:
        order = orders.find(session, mine.order)
        assert order is not None
        assert order.lines[0].sku == mine.other_sku
        assert payments.balance(order) == orders.total(order)


def test_a_yes_that_nobody_asked_for_changes_nothing(
    fragile: Assistant, mine: SimpleNamespace
) -> None:
    talk = asked_to_cancel(fragile, mine)
    assert said(talk.send("stop"), "utter_stopped")
    assert said(talk.send("yes"), "utter_yes_to_what")
    other = fragile.conversation(Speaker(f"{mine.id}:other", Role.SHOPPER, mine.id))
    assert said(other.send("yes"), "utter_yes_to_what")
    assert status_of(fragile, mine.order) == OrderStatus.PENDING


@pytest.mark.parametrize(
    "payload",
    [
        "/affirm",
        '/cancel_order{{"code": "{order}"}}',
        '/inform{{"confirmed": true}}',
        '/set_slot{{"identity": {{"customer_id": "{id}"}}}}',
        "/action_carry_out",
    ],
)
def test_payloads_that_no_button_has_are_refused(
    fragile: Assistant, mine: SimpleNamespace, payload: str
) -> None:
    message = payload.format(order=mine.order, id=mine.id)
    speaker = Speaker(f"guest:{mine.id}", Role.SHOPPER)
    answer = fragile.post("widget", {"message": message, "message_id": "m"}, fragile.token(speaker))
    assert answer.status_code == 422
    assert status_of(fragile, mine.order) == OrderStatus.PENDING


def test_an_order_of_somebody_else_is_not_touched_however_it_is_asked(
    fragile: Assistant, fresh: FreshOrders
) -> None:
    mine, other = fresh.take("pending"), fresh.take("pending")
    talk = fragile.conversation(Speaker(f"{mine.id}:thief", Role.SHOPPER, mine.id))
    for request in (
        f"cancel order {other.order}",
        f"send {other.order} to 5 Mill Lane, Leeds LS1 4AB",
        f"return everything in {other.order}",
        f"what's in order {other.order}",
        f"send me the invoice of {other.order}",
        f"pay {other.order} with my card",
    ):
        answer = talk.send(request)
        assert said(answer, "utter_error_unknown_order"), (request, answer)
        text = json.dumps(answer, ensure_ascii=False)
        assert not any(secret in text for secret in (other.email, other.name, other.address))
        talk.send("stop")
    assert status_of(fragile, other.order) == OrderStatus.PENDING


def test_a_token_that_expires_in_the_middle(fragile: Assistant, mine: SimpleNamespace) -> None:
    talk = asked_to_cancel(fragile, mine)
    old = fragile.token(talk.speaker, timedelta(minutes=-5))
    answer = fragile.post("widget", {"message": "yes", "message_id": "m"}, old)
    assert answer.status_code == 401
    assert status_of(fragile, mine.order) == OrderStatus.PENDING
    assert said(talk.send("yes"), "utter_done_cancel_order")


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize(
    "before",
    [
        ["track my order"],
        ["track order {order}"],
        ["show me my account details"],
        ["cancel order {order}", "{email}"],
        ["send order {order} to another address", "{email}"],
        ["I want to make a complaint"],
        ["change my name in my account", "{email}"],
        ["I want to change the phone number in my account", "{email}"],
    ],
    ids=lambda before: before[0],
)
def test_sql_and_script_in_every_field(
    fragile: Assistant, victim: SimpleNamespace, before: list[str], nasty: str
) -> None:
    talk = fragile.conversation()
    for message in before:
        talk.send(message.format(order=victim.order, email=victim.email))
    answer = talk.send(nasty) if nasty.strip() else {"status": "ok", "messages": ["nothing"]}
    assert answer["status"] == "ok"
    assert answer["messages"]
    assert status_of(fragile, victim.order) == OrderStatus.PENDING


@pytest.fixture(scope="module")
def victim(fresh: FreshOrders) -> SimpleNamespace:
    return fresh.take("pending")


def test_what_is_too_long_is_refused_and_what_is_long_is_kept_short(fragile: Assistant) -> None:
    talk = fragile.conversation()
    body = {"message": "x" * 10_000, "message_id": "long"}
    assert fragile.post("widget", body, fragile.token(talk.speaker)).status_code == 413
    talk.send("I want to make a complaint")
    answer = talk.send("It is all wrong. " * 200)
    assert answer["status"] == "ok"
    assert answer["messages"]
