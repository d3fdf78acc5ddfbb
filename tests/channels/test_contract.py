"""The chat contract over REST, against the running servers."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy import func, select

from analytics.identity import Role, Speaker
from analytics.settings import TOKEN_AUDIENCE, TOKEN_ISSUER
from analytics.store.models import Handoff
from tests.assistant import Assistant

GUEST = Speaker("guest:contract", Role.SHOPPER)
AGENT = Speaker("agent:contract", Role.AGENT)


def body(message: str = "hello", **more: Any) -> dict[str, Any]:
    return {"message": message, "message_id": secrets.token_hex(8), **more}


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    document = answer.json()
    assert {"type", "title", "detail"} <= document.keys()
    assert document["detail"]


def forged(assistant: Assistant, **claims: Any) -> str:
    """Return a token that is right but for `claims`; None takes a claim away."""
    right = jwt.decode(assistant.token(GUEST), options={"verify_signature": False})
    merged = {name: value for name, value in {**right, **claims}.items() if value is not None}
    return jwt.encode(merged, assistant.settings.secrets.token_key, algorithm="HS256")


def test_answer_has_the_contracts_shape(assistant: Assistant) -> None:
    sent = body()
    answer = assistant.post("widget", sent, assistant.token(GUEST))
    assert answer.status_code == 200
    document = answer.json()
    assert document.keys() == {"status", "conversation_id", "message_id", "messages"}
    assert document["status"] == "ok"
    assert document["message_id"] == sent["message_id"]
    assert document["messages"]


def test_token_is_required(assistant: Assistant) -> None:
    assert_problem(assistant.post("widget", body(), None), 401)
    assert_problem(assistant.post("widget", body(), "not-a-token"), 401)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_600_000_000},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"iss": "somebody"},
        {"aud": "something"},
        {"role": "admin"},
        {"role": None},
        {"customer_id": 17850},
    ],
    ids=str,
)
def test_wrong_claims_are_refused(assistant: Assistant, claims: dict[str, Any]) -> None:
    assert_problem(assistant.post("widget", body(), forged(assistant, **claims)), 401)


def test_expired_token_is_refused(assistant: Assistant) -> None:
    assert_problem(
        assistant.post("widget", body(), assistant.token(GUEST, timedelta(minutes=-5))), 401
    )


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_other_algorithms_are_refused(assistant: Assistant, algorithm: str) -> None:
    claims = jwt.decode(assistant.token(GUEST), options={"verify_signature": False})
    key = None if algorithm == "none" else assistant.settings.secrets.token_key
    assert_problem(assistant.post("widget", body(), jwt.encode(claims, key, algorithm)), 401)


def test_each_channel_takes_its_role_only(assistant: Assistant) -> None:
    assert_problem(assistant.post("crm", body(), assistant.token(GUEST)), 403)
    assert_problem(assistant.post("widget", body(), assistant.token(AGENT)), 403)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"hello"',
        b'{"message": "hello"}',
        b'{"message_id": "1"}',
        b'{"message": "", "message_id": "1"}',
        b'{"message": "  ", "message_id": "1"}',
        b'{"message": 7, "message_id": "1"}',
        b'{"message": "hello", "message_id": 7}',
        b'{"message": "hello", "message_id": null}',
        b"\xff\xfe",
    ],
    ids=repr,
)
def test_malformed_bodies(assistant: Assistant, content: bytes) -> None:
    assert_problem(assistant.post("widget", None, assistant.token(GUEST), content=content), 422)


def test_malformed_contact(assistant: Assistant) -> None:
    assert_problem(assistant.post("crm", body(contact_id=17850), assistant.token(AGENT)), 422)


def test_too_long(assistant: Assistant) -> None:
    assert_problem(assistant.post("widget", body("x" * 5000), assistant.token(GUEST)), 413)
    assert_problem(assistant.post("widget", body("x" * 1_000_000), assistant.token(GUEST)), 413)


def test_body_names_nobody(assistant: Assistant) -> None:
    mine = assistant.post("widget", body(), assistant.token(GUEST)).json()["conversation_id"]
    other = assistant.post(
        "widget",
        body(sender="victim", conversation_id="victim", metadata={"context": "x"}),
        assistant.token(GUEST),
    ).json()
    assert other["conversation_id"] == mine


@pytest.mark.parametrize(
    "payload",
    ["/greet", ' /inform{"code": "C00001"}', '/customer_segment{"code": "C00001"}', "/restart"],
)
def test_commands_that_were_not_offered_are_refused(assistant: Assistant, payload: str) -> None:
    assert_problem(assistant.post("widget", body(payload), assistant.token(GUEST)), 422)


def test_button_that_was_offered_works_for_its_conversation_only(assistant: Assistant) -> None:
    talk = assistant.conversation()
    offered = talk.send("help")["messages"][0]["buttons"][0]["payload"]
    assert talk.send(offered)["status"] == "ok"
    other = assistant.post("widget", body(offered), assistant.token(GUEST))
    assert_problem(other, 422)


def test_repeated_message_changes_nothing(assistant: Assistant) -> None:
    talk = assistant.conversation()
    first = talk.send("I want to talk to a human", "m-1")
    counted = _handoffs(assistant)
    assert talk.send("I want to talk to a human", "m-1") == first
    assert talk.send("something else entirely", "m-1") == first
    assert _handoffs(assistant) == counted


def test_same_message_twice_at_once_is_one_turn(assistant: Assistant) -> None:
    talk = assistant.conversation()
    before = _handoffs(assistant)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: talk.send("call a human please", "m-1"), range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert _handoffs(assistant) == before + 1


def test_too_many_at_once(assistant: Assistant) -> None:
    token = assistant.token(Speaker("guest:flood", Role.SHOPPER))

    async def flood() -> list[int]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(headers=headers, timeout=30) as client:
            url = f"{assistant.url}/webhooks/widget/webhook"
            answers = await asyncio.gather(*(client.post(url, json=body()) for _ in range(40)))
        return [answer.status_code for answer in answers]

    codes = asyncio.run(flood())
    assert set(codes) == {200, 429}


def test_stock_rest_channel_and_api_are_off(assistant: Assistant) -> None:
    for path in ("/webhooks/rest/webhook", "/model/parse", "/conversations/x/messages"):
        answer = httpx.post(f"{assistant.url}{path}", json={"sender": "x", "message": "hi"})
        assert answer.status_code in (404, 405), path


def test_tokens_name_issuer_and_audience(assistant: Assistant) -> None:
    claims = jwt.decode(assistant.token(GUEST), options={"verify_signature": False})
    assert claims["iss"] == TOKEN_ISSUER
    assert claims["aud"] == TOKEN_AUDIENCE


def _handoffs(assistant: Assistant) -> int:
    with assistant.store.reading() as session:
        return session.scalar(select(func.count(Handoff.id))) or 0
