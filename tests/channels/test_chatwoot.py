"""A shop's customers in Chatwoot, against the running servers."""

from __future__ import annotations

import time

from sqlalchemy import func, select

from analytics.store.models import Handoff, HandoffState, Order
from tests.channels.chatwoot_server import Chatwoot, Conversation
from tests.channels.conftest import Connected
from tests.conversations.scripts import pattern, responses

RESPONSES = responses()


def ask(chatwoot: Chatwoot, talk: Conversation, text: str) -> list[str]:
    """Say something as the customer and return what the bot says to it."""
    before = len(chatwoot.said(talk))
    turns = talk.typing.count("off")
    chatwoot.customer_says(talk, text)
    chatwoot.wait_for(lambda: talk.typing.count("off") > turns)
    chatwoot.wait_for(lambda: len(chatwoot.said(talk)) > before)
    time.sleep(0.5)
    return chatwoot.said(talk)[before:]


def a_customer(connected: Connected) -> tuple[str, str]:
    """Return a customer and the number of one of their orders."""
    with connected.assistant.store.reading() as session:
        row = session.execute(
            select(Order.customer_id, Order.id).order_by(Order.placed_at.desc()).limit(1)
        ).one()
    return str(row[0]), str(row[1])


def test_customers_are_answered_in_their_language(connected: Connected) -> None:
    chatwoot = connected.chatwoot
    talk = chatwoot.begin()
    assert ask(chatwoot, talk, "which payment methods do you take?")
    (first, *_) = ask(chatwoot, talk, "你们支持哪些付款方式？")
    assert any("一" <= character <= "鿿" for character in first)
    assert talk.status == "pending"


def test_every_reply_arrives_once_also_when_answers_are_lost(connected: Connected) -> None:
    chatwoot = connected.chatwoot
    calm, rough = chatwoot.begin(), chatwoot.begin()
    expected = ask(chatwoot, calm, "hello")
    chatwoot.faults = ["lose", "drop"]
    chatwoot.customer_says(rough, "hello")
    chatwoot.wait_for(lambda: len(chatwoot.said(rough)) >= len(expected), 40)
    time.sleep(3)
    assert len(chatwoot.said(rough)) == len(expected)
    assert rough.status == "pending"


def test_the_shops_server_vouches_for_the_customer(connected: Connected) -> None:
    chatwoot = connected.chatwoot
    customer, order = a_customer(connected)
    vouched = chatwoot.begin(customer, verified=True)
    claimed = chatwoot.begin(customer, verified=False)
    question = f"where is my order {order}?"
    assert any(order in said for said in ask(chatwoot, vouched, question))
    told = ask(chatwoot, claimed, question)
    assert not any("GBP" in said and "×" in said for said in told)


def test_a_person_takes_over_and_gives_back(connected: Connected) -> None:
    chatwoot, store = connected.chatwoot, connected.assistant.store
    talk = chatwoot.begin()
    ask(chatwoot, talk, "hello")
    chatwoot.customer_says(talk, "I want to talk to a human")
    chatwoot.wait_for(lambda: talk.status == "open")
    (note,) = chatwoot.bot_messages(talk, private=True)
    assert "ticket: T-" in note["content"]
    assert "customer: I want to talk to a human" in note["content"]
    silent = chatwoot.said(talk)
    chatwoot.agent_says(talk, "Hello, this is Eve.")
    chatwoot.customer_says(talk, "hello Eve, which payment methods do you take?")
    time.sleep(2)
    assert chatwoot.said(talk) == silent
    with store.reading() as session:
        subject = f"chatwoot:1:{talk.id}"
        handoff = session.scalars(select(Handoff).where(Handoff.subject == subject)).one()
        assert (handoff.state, handoff.agent) == (HandoffState.CLOSED, "chatwoot")
        assert handoff.announced_at is not None
        waiting = select(func.count(Handoff.id)).where(Handoff.state == HandoffState.REQUESTED)
        assert session.scalar(waiting) == 0
    chatwoot.set_status(talk, "pending")
    (answer, *_) = ask(chatwoot, talk, "which payment methods do you take?")
    assert not pattern(RESPONSES["utter_ask_csat_score"], "en").fullmatch(answer)
    assert talk.status == "pending"


def test_webhooks_of_a_repeated_job_are_answered_once(connected: Connected) -> None:
    chatwoot = connected.chatwoot
    talk = chatwoot.begin()
    chatwoot.bot_url, address = "", chatwoot.bot_url
    chatwoot.customer_says(talk, "hello")
    event = chatwoot._last
    chatwoot.bot_url = address
    for new in (False, True, True):
        chatwoot._last = event
        chatwoot.repeat_last_event(new_delivery=new)
    chatwoot.wait_for(lambda: chatwoot.said(talk))
    once = len(chatwoot.said(talk))
    time.sleep(1.5)
    assert len(chatwoot.said(talk)) == once
    assert talk.typing == ["on", "off"]


def test_a_server_that_is_started_anew_answers_what_was_said(connected: Connected) -> None:
    chatwoot, assistant = connected.chatwoot, connected.assistant
    talk = chatwoot.begin()
    chatwoot.faults = [503]
    chatwoot.customer_says(talk, "which payment methods do you take?")
    chatwoot.wait_for(lambda: not chatwoot.faults)
    assistant.stop("rasa")
    assert chatwoot.said(talk) == []
    assistant.start("rasa")
    assistant.wait("rasa")
    chatwoot.wait_for(lambda: chatwoot.said(talk), 60)
    assert talk.status == "pending"
