"""The shop's CRM by webhooks, both ways, against the running servers."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from analytics.store.models import Handoff, HandoffMessage, HandoffState, Sender
from analytics.webhooks.endpoints import endpoint_secret
from analytics.webhooks.signatures import SALESCLERK, sign, verify
from tests.analytics.webhooks.receiver import Receiver
from tests.assistant import Assistant, Conversation
from tests.channels.conftest import CRM_SECRET, Connected


def post(
    assistant: Assistant,
    body: Any,
    source: str = "crm",
    delivery: str | None = None,
    secret: str = CRM_SECRET,
    shift: int = 0,
) -> httpx.Response:
    """Post a webhook as the CRM signs it."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = int(time.time()) + shift
    headers = {
        "X-Salesclerk-Signature": sign(secret, timestamp, content),
        "X-Salesclerk-Timestamp": str(timestamp),
        "X-Salesclerk-Delivery": delivery or secrets.token_hex(8),
    }
    address = f"{assistant.url}/webhooks/inbound/{source}"
    return httpx.post(address, content=content, headers=headers, timeout=30)


def handoff_of(assistant: Assistant, talk: Conversation) -> int:
    """Have the conversation wait for a person; return the handoff's number."""
    answer = talk.send("I want to talk to a human")
    assert answer["status"] == "handoff"
    with assistant.store.reading() as session:
        query = select(Handoff.id).where(Handoff.conversation_id == answer["conversation_id"])
        return int(session.scalars(query).one())


def until(found: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until there is something, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError(f"nothing in {seconds} s")


def announced(assistant: Assistant, number: int) -> bool:
    with assistant.store.reading() as session:
        handoff = session.get(Handoff, number)
        return handoff is not None and handoff.announced_at is not None


def feedback_of(crm: Receiver, conversation: str) -> dict[str, Any] | None:
    events = [json.loads(body) for _, body in list(crm.requests)]
    given = (one["data"] for one in events if one["event"] == "feedback.given")
    return next((data for data in given if data["conversation_id"] == conversation), None)


def told(crm: Receiver, event: str, handoff: int, seconds: float = 20) -> dict[str, Any]:
    """Wait until the CRM has accepted an event of a handoff, and return it."""

    def found() -> dict[str, Any] | None:
        for _, body in list(crm.requests):
            one = json.loads(body)
            data = one["data"]
            if one["event"] == event and handoff in (data.get("id"), data.get("handoff_id")):
                return dict(one)
        return None

    return dict(until(found, seconds))


def test_a_handoff_is_told_claimed_answered_and_closed_by_webhook(connected: Connected) -> None:
    assistant, crm = connected.assistant, connected.crm
    talk = assistant.conversation()
    number = handoff_of(assistant, talk)
    requested = told(crm, "handoff.requested", number)
    headers, body = next(
        one for one in crm.requests if one[0]["x-salesclerk-delivery"] == requested["id"]
    )
    secret = endpoint_secret(assistant.settings.secrets, "crm")
    verify(SALESCLERK, secret, headers, "POST", crm.url, body, datetime.now(UTC))

    command = {"handoff_id": number, "agent": "crm:eve"}
    assert post(assistant, {"event": "handoff.claim", **command}).json() == {"status": "done"}
    told(crm, "handoff.claimed", number)
    reply = {"event": "handoff.reply", **command, "text": "Hello, I am here.", "message_id": "m1"}
    assert post(assistant, reply).status_code == 200
    told(crm, "message.agent", number)
    talk.send("thank you, my e-mail is ann@example.org")
    customer = told(crm, "message.customer", number)
    assert customer["data"]["text"] == "thank you, my e-mail is [email]"
    assert post(assistant, {"event": "handoff.close", **command}).status_code == 200
    told(crm, "handoff.closed", number)
    with assistant.store.reading() as session:
        handoff = session.get(Handoff, number)
        assert handoff is not None
        assert (handoff.state, handoff.agent) == (HandoffState.CLOSED, "crm:eve")
    conversation = handoff.conversation_id
    until(lambda: announced(assistant, number))
    talk.send("5")
    given = until(lambda: feedback_of(crm, conversation))
    assert (given["score"], given["about"]) == (5, "handoff")


def test_a_replayed_webhook_does_nothing(connected: Connected) -> None:
    assistant = connected.assistant
    number = handoff_of(assistant, assistant.conversation())
    command = {"handoff_id": number, "agent": "crm:eve"}
    post(assistant, {"event": "handoff.claim", **command})
    reply = {"event": "handoff.reply", **command, "text": "Hello", "message_id": "m1"}
    first = post(assistant, reply, delivery=f"d{number}")
    again = post(assistant, reply, delivery=f"d{number}")
    same = post(assistant, reply, delivery=f"e{number}")
    assert [one.status_code for one in (first, again, same)] == [200, 200, 200]
    assert [one.json()["status"] for one in (first, again)] == ["done", "repeated"]
    with assistant.store.reading() as session:
        query = select(HandoffMessage).where(
            HandoffMessage.handoff_id == number, HandoffMessage.sender == Sender.AGENT
        )
        assert len(session.scalars(query).all()) == 1
    post(assistant, {"event": "handoff.close", **command})


CLAIM = {"event": "handoff.claim", "handoff_id": 999_999, "agent": "crm:eve"}


@pytest.mark.parametrize(
    ("body", "options", "status", "detail"),
    [
        (CLAIM, {"secret": "guessed"}, 401, "X-Salesclerk-Signature"),
        (CLAIM, {"shift": -301}, 401, "s old"),
        (CLAIM, {"shift": 310}, 401, "in the future"),
        (CLAIM, {"source": "stranger"}, 404, "stranger"),
        (CLAIM, {}, 404, "999999"),
        ({**CLAIM, "event": "order.cancel"}, {}, 422, "event"),
        ({**CLAIM, "agent": ""}, {}, 422, "agent"),
        (b"\xff{", {}, 422, "body"),
        (b"x" * 70_000, {}, 413, "65536"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_refused_says_why(
    connected: Connected, body: Any, options: dict[str, Any], status: int, detail: str
) -> None:
    answer = post(connected.assistant, body, **options)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]


def test_another_agents_conversation_is_a_conflict(connected: Connected) -> None:
    assistant = connected.assistant
    number = handoff_of(assistant, assistant.conversation())
    claim = {"event": "handoff.claim", "handoff_id": number}
    assert post(assistant, {**claim, "agent": "crm:eve"}).status_code == 200
    assert post(assistant, {**claim, "agent": "crm:bob"}).status_code == 409
    post(assistant, {"event": "handoff.close", "handoff_id": number, "agent": "crm:eve"})


def test_a_crm_that_is_down_gets_everything_later_and_once(connected: Connected) -> None:
    assistant, crm = connected.assistant, connected.crm
    crm.answers = [503]
    talk = assistant.conversation()
    number = handoff_of(assistant, talk)
    command = {"handoff_id": number, "agent": "crm:eve"}
    post(assistant, {"event": "handoff.claim", **command})
    for text in ("one", "two", "three"):
        talk.send(text)
    time.sleep(2)
    assistant.stop("actions")
    assistant.start("actions")
    assistant.wait("actions")
    before = len(crm.requests)
    crm.answers = [200]
    told(crm, "handoff.claimed", number)
    deadline = time.monotonic() + 20
    texts: list[str] = []
    while time.monotonic() < deadline and len(texts) < 3:
        arrived = [json.loads(body) for _, body in list(crm.requests)[before:]]
        texts = [one["data"]["text"] for one in arrived if one["event"] == "message.customer"]
        time.sleep(0.2)
    assert texts == ["one", "two", "three"]
    assert len(set(crm.accepted)) == len(crm.accepted)
    post(assistant, {"event": "handoff.close", **command})
