"""People take conversations over: through the real channels, with the database looked at after."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from analytics.identity import Role, Speaker
from analytics.store.models import Feedback, Handoff, HandoffMessage, Ticket
from tests.assistant import Assistant, Conversation, running_assistant
from tests.conversations.scripts import pattern, responses

RESPONSES = responses()
BOB = Speaker("agent:bob", Role.AGENT)
EVE = Speaker("agent:eve", Role.AGENT)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant of its own, whose servers are stopped now and then."""
    with running_assistant(tmp_path_factory.mktemp("handoff") / "home") as running:
        yield running


@pytest.fixture(autouse=True)
def empty_queue(assistant: Assistant) -> Iterator[None]:
    """Leave nothing open for the next test."""
    yield
    with assistant.store.transaction() as session:
        session.execute(update(Handoff).values(state="closed", outcome="cancelled"))
        session.execute(update(Handoff).values(announced_at=Handoff.requested_at))


class Desk:
    """An agent at the desk."""

    def __init__(self, assistant: Assistant, speaker: Speaker = BOB) -> None:
        self.assistant = assistant
        self.headers = {"Authorization": f"Bearer {assistant.token(speaker)}"}

    def get(self, path: str) -> Any:
        answer = httpx.get(self._url(path), headers=self.headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body: Any) -> httpx.Response:
        return httpx.post(self._url(path), headers=self.headers, json=body, timeout=30)

    def claim(self, talk: Conversation) -> int:
        """Take the conversation that waits; return the handoff's number."""
        waiting = self.get("handoffs?state=requested")["handoffs"]
        (number,) = (one["id"] for one in waiting if one["conversation_id"] == of(talk))
        assert self.post(f"handoffs/{number}/claim").status_code == 200
        return int(number)

    def _url(self, path: str) -> str:
        return f"{self.assistant.url}/webhooks/crm/{path}"


@contextmanager
def events(
    assistant: Assistant, speaker: Speaker, last: int | None = None
) -> Iterator[queue.Queue[tuple[str, Any]]]:
    """Yield what a live stream brings, as (kind, data)."""
    found: queue.Queue[tuple[str, Any]] = queue.Queue()
    channel = "crm" if speaker.role is Role.AGENT else "widget"
    headers = {"Authorization": f"Bearer {assistant.token(speaker)}"}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    client = httpx.Client(timeout=None)
    streams: list[socket.socket] = []

    def listen() -> None:
        kind = ""
        try:
            with client.stream(
                "GET", f"{assistant.url}/webhooks/{channel}/events", headers=headers
            ) as answer:
                streams.append(answer.extensions["network_stream"].get_extra_info("socket"))
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        found.put((kind, json.loads(value)))
        except httpx.HTTPError as error:
            found.put(("ended", str(error)))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    time.sleep(0.3)
    try:
        yield found
    finally:
        # As a page that is closed: the other thread still reads from it.
        for stream in streams:
            stream.shutdown(socket.SHUT_RDWR)


def until(found: queue.Queue[tuple[str, Any]], kind: str, **wanted: Any) -> Any:
    """Return the data of the next event of this kind with these fields."""
    while True:
        name, data = found.get(timeout=15)
        if name == kind and all(data.get(field) == value for field, value in wanted.items()):
            return data


def of(talk: Conversation) -> str:
    """Return the conversation's id."""
    return str(talk.send("hello", f"id-{talk.speaker.subject}")["conversation_id"])


def waiting(assistant: Assistant) -> Conversation:
    """Return a conversation in which a person was called."""
    talk = assistant.conversation()
    of(talk)
    assert talk.send("I want to talk to a human")["status"] == "handoff"
    return talk


def said(answer: dict[str, Any], name: str, language: str = "en") -> bool:
    texts = [str(message.get("text")) for message in answer["messages"]]
    return any(pattern(RESPONSES[name], language).fullmatch(text) for text in texts)


def handoff(assistant: Assistant, talk: Conversation) -> Handoff:
    with assistant.store.reading() as session:
        query = select(Handoff).where(Handoff.conversation_id == of(talk))
        return session.scalars(query.order_by(Handoff.id.desc()).limit(1)).one()


def test_the_whole_way(assistant: Assistant) -> None:
    talk, desk = waiting(assistant), Desk(assistant)
    with events(assistant, talk.speaker) as heard, events(assistant, BOB) as seen:
        number = desk.claim(talk)
        until(heard, "message", sender="state")
        assert until(seen, "handoff", state="human")["agent"] == "agent:bob"
        assert until(heard, "presence", sender="agent")["present"] is True

        silent = talk.send("are you there?")
        assert silent["status"] == "handoff"
        assert [list(one) for one in silent["messages"]] == [["custom"]]
        assert silent["messages"][0]["custom"]["state"] == "human"
        until(seen, "message", text="are you there?")

        desk.post(f"handoffs/{number}/typing", typing=True)
        assert until(heard, "typing")["typing"] is True
        desk.post(f"handoffs/{number}/reply", text="Bob here, <b>hi</b>", message_id="r1")
        assert until(heard, "message", sender="agent")["text"] == "Bob here, <b>hi</b>"

        assert desk.post(f"handoffs/{number}/release").status_code == 200
        assert until(heard, "message", sender="bot")["text"]
        until(
            heard, "message", sender="bot", custom={"type": "csat", "scale": 5, "about": "handoff"}
        )
    with events(assistant, BOB) as seen:
        other = waiting(assistant)
        with events(assistant, other.speaker):
            assert until(seen, "presence", sender="customer")["present"] is True
        assert until(seen, "presence", sender="customer")["present"] is False
    thanks = talk.send("4")
    assert thanks["status"] == "ok"
    with assistant.store.reading() as session:
        score = session.scalars(select(Feedback).where(Feedback.conversation_id == of(talk))).one()
        assert (score.score, score.about) == (4, "handoff")
    assert talk.send("what does delivery cost?")["status"] == "ok"


def test_the_summary_says_what_a_person_needs(assistant: Assistant) -> None:
    with assistant.store.reading() as session:
        from analytics.store.models import Order

        order = session.scalars(select(Order).where(Order.customer_id.is_not(None)).limit(1)).one()
    customer = Speaker(f"customer:{order.customer_id}:summary", Role.SHOPPER, order.customer_id)
    talk = assistant.conversation(customer)
    of(talk)
    talk.send(f"where is my order {order.id}?")
    talk.send("this is ridiculous, you are useless!!")
    assert talk.send("I want to talk to a human")["status"] == "handoff"
    desk = Desk(assistant)
    shown = desk.get(f"handoffs/{desk.claim(talk)}")
    summary = shown["summary"]
    assert summary["customer"]["id"] == shown["customer"]["id"] == order.customer_id
    assert summary["verified"] is True
    assert summary["mood"] == "angry"
    assert summary["orders"] == [order.id]
    assert "track_order" in summary["intents"]
    assert "track_order" in summary["tried"]
    assert shown["transcript"][-1] == {"sender": "customer", "text": "I want to talk to a human"}


def test_of_two_agents_who_claim_at_once_one_has_it(assistant: Assistant) -> None:
    talk = waiting(assistant)
    number = handoff(assistant, talk).id
    desks = [Desk(assistant, BOB), Desk(assistant, EVE)] * 3
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda desk: desk.post(f"handoffs/{number}/claim"), desks))
    codes = [answer.status_code for answer in answers]
    winner = handoff(assistant, talk).agent
    loser = codes[1::2] if winner == "agent:bob" else codes[::2]
    assert sorted(set(codes)) == [200, 409]
    assert loser == [409] * 3
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.headers["content-type"] == "application/problem+json"
    assert str(winner) in refused.json()["detail"]


def test_who_waits_is_still_answered_and_can_stop_waiting(assistant: Assistant) -> None:
    first, second = waiting(assistant), waiting(assistant)
    with events(assistant, second.speaker) as heard:
        assert until(heard, "message", sender="state")["custom"]["position"] == 2
        answer = first.send("never mind")
        assert said(answer, "utter_handoff_cancelled")
        assert until(heard, "message", sender="state")["custom"]["position"] == 1
    assert second.send("do you take paypal?")["status"] == "ok"
    with assistant.store.reading() as session:
        said_meanwhile = session.scalars(
            select(HandoffMessage).where(HandoffMessage.handoff_id == handoff(assistant, second).id)
        ).all()
    assert {one.sender for one in said_meanwhile} == {"state", "customer", "bot"}
    assert handoff(assistant, first).outcome == "cancelled"


def test_waiting_too_long_ends_with_an_apology_and_a_ticket(assistant: Assistant) -> None:
    talk = assistant.conversation()
    of(talk)
    talk.send("我要转人工客服")
    with events(assistant, talk.speaker) as heard:
        with assistant.store.transaction() as session:
            session.execute(
                update(Handoff).values(requested_at=Handoff.requested_at)
                .where(Handoff.id == handoff(assistant, talk).id)
                .values(requested_at=handoff(assistant, talk).requested_at - timedelta(minutes=16))
            )  # fmt: skip
        told = until(heard, "message", sender="bot")["text"]
    assert pattern(RESPONSES["utter_handoff_waited_too_long"], "zh").fullmatch(told)
    with assistant.store.reading() as session:
        ticket = session.get_one(Ticket, handoff(assistant, talk).ticket_id)
        assert ticket.status == "open"
        assert ticket.id in told
    assert talk.send("运费是多少")["status"] == "ok"


def test_a_customer_who_left_is_told_when_he_comes_back(assistant: Assistant) -> None:
    talk, desk = waiting(assistant), Desk(assistant)
    number = desk.claim(talk)
    desk.post(f"handoffs/{number}/reply", text="hello?", message_id="r1")
    with assistant.store.transaction() as session:
        left = handoff(assistant, talk).requested_at - timedelta(minutes=31)
        session.execute(update(Handoff).where(Handoff.id == number).values(customer_seen_at=left))
    deadline = time.monotonic() + 15
    while handoff(assistant, talk).announced_at is None and time.monotonic() < deadline:
        time.sleep(0.2)
    assert handoff(assistant, talk).outcome == "customer_left"
    with events(assistant, talk.speaker, last=0) as heard:
        told = until(heard, "message", sender="bot", message_id=f"ended:{number}:0")["text"]
    assert pattern(RESPONSES["utter_handoff_customer_left"], "en").fullmatch(told)
    assert talk.send("what does delivery cost?")["status"] == "ok"


def test_servers_that_restart_in_a_handoff_lose_nothing(assistant: Assistant) -> None:
    talk, desk = waiting(assistant), Desk(assistant)
    number = desk.claim(talk)
    desk.post(f"handoffs/{number}/reply", text="before", message_id="r1")
    for name in ("rasa", "actions"):
        assistant.stop(name)
        assistant.start(name)
        assistant.wait(name)
    assert talk.send("still there?")["status"] == "handoff"
    desk.post(f"handoffs/{number}/reply", text="before", message_id="r1")
    desk.post(f"handoffs/{number}/reply", text="after", message_id="r2")
    with events(assistant, talk.speaker) as heard:
        assert until(heard, "message", sender="agent")["text"] == "before"
        last = until(heard, "message", sender="agent")
        assert last["text"] == "after"
    with events(assistant, talk.speaker, last=last["id"] - 1) as heard:
        assert until(heard, "message")["text"] == "after"
    assert desk.post(f"handoffs/{number}/close").status_code == 200


def test_words_to_a_person_are_not_lost_while_the_desk_is_down(assistant: Assistant) -> None:
    talk, desk = waiting(assistant), Desk(assistant)
    number = desk.claim(talk)
    assert talk.send("one")["status"] == "handoff"
    assistant.stop("actions")
    try:
        body = {"message": "two", "message_id": "m2"}
        answer = assistant.post("widget", body, assistant.token(talk.speaker))
        assert answer.status_code == 503
        assert desk.post(f"handoffs/{number}/reply", text="x", message_id="r1").status_code == 503
    finally:
        assistant.start("actions")
        assistant.wait("actions")
    assert talk.send("two", "m2")["status"] == "handoff"
    texts = [one.get("text") for one in desk.get(f"handoffs/{number}")["messages"]]
    assert texts.count("one") == texts.count("two") == 1
    assert "x" not in texts


def test_an_agent_takes_a_conversation_unasked(assistant: Assistant) -> None:
    talk, desk = assistant.conversation(), Desk(assistant)
    talk.send("what does delivery cost?")
    taken = desk.post("handoffs", conversation_id=of(talk))
    assert taken.status_code == 201
    assert (taken.json()["state"], taken.json()["reason"]) == ("human", "agent")
    assert talk.send("oh, hello")["status"] == "handoff"
    assert Desk(assistant, EVE).post("handoffs", conversation_id=of(talk)).status_code == 409
    assert desk.post("handoffs", conversation_id="nobody").status_code == 404
    desk.post(f"handoffs/{taken.json()['id']}/release")


def test_what_people_may_not_do(assistant: Assistant) -> None:
    talk = waiting(assistant)
    number = handoff(assistant, talk).id
    url = f"{assistant.url}/webhooks"
    shopper = {"Authorization": f"Bearer {assistant.token(talk.speaker)}"}
    agent = Desk(assistant).headers
    assert httpx.get(f"{url}/crm/handoffs").status_code == 401
    assert httpx.get(f"{url}/crm/handoffs", headers=shopper).status_code == 403
    assert httpx.post(f"{url}/crm/handoffs/{number}/claim", headers=shopper).status_code == 403
    assert httpx.get(f"{url}/widget/events", headers=agent).status_code == 403
    assert httpx.get(f"{url}/crm/handoffs/999", headers=agent).status_code == 404
    assert httpx.get(f"{url}/crm/handoffs?state=lost", headers=agent).status_code == 422
    assert httpx.post(f"{url}/crm/handoffs/{number}/reply", headers=agent).status_code == 422
    assert httpx.post(f"{url}/crm/handoffs/{number}/dance", headers=agent).status_code == 404
    direct = f"http://127.0.0.1:{assistant.settings.actions_port}/desk/handoffs"
    assert httpx.get(direct).status_code == 401
    for command in ("/handoff_ended", "/take_over"):
        body = {"message": command, "message_id": f"m{command}"}
        assert assistant.post("widget", body, assistant.token(talk.speaker)).status_code == 422


def test_anger_offers_a_person_and_then_calls_one(assistant: Assistant) -> None:
    for first, second, language in (
        ("what does delivery cost? this is ridiculous", "you are useless idiots, fuck", "en"),
        ("运费是多少？太过分了", "你这个没用的机器人，滚", "zh"),
    ):
        talk = assistant.conversation()
        of(talk)
        answer = talk.send(first)
        assert said(answer, "utter_offer_person_anger", language), answer
        answer = talk.send(second)
        assert answer["status"] == "handoff", answer
        assert handoff(assistant, talk).reason == "anger"


def test_three_misses_call_a_person(assistant: Assistant) -> None:
    talk = assistant.conversation()
    of(talk)
    talk.send("qwerty asdf zxcvb")
    assert said(talk.send("blorp blorp florp"), "utter_offer_person")
    assert talk.send("how many moons has jupiter")["status"] == "handoff"
    assert handoff(assistant, talk).reason == "misses"


def test_a_rule_that_forbids_offers_a_person(assistant: Assistant) -> None:
    from analytics.store.models import Order

    with assistant.store.reading() as session:
        order = session.scalars(
            select(Order).where(Order.status == "processing", Order.customer_id.is_not(None))
        ).first()
    assert order is not None
    customer = Speaker(f"customer:{order.customer_id}:rule", Role.SHOPPER, order.customer_id)
    talk = assistant.conversation(customer)
    of(talk)
    answer = talk.send(f"cancel order {order.id}")
    payloads = [b["payload"] for one in answer["messages"] for b in one.get("buttons", [])]
    assert payloads == [f'/contact_human_agent{{"code": "{order.id}"}}'], answer
    assert talk.send(payloads[0])["status"] == "handoff"
    assert handoff(assistant, talk).reason == "policy"
