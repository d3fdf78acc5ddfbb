"""Messages with several requests, and typed choices, before they reach the dialogue."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("rasa", reason="runs in the Rasa server's environment, .venv-rasa")

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from analytics.identity import Role, Speaker
from analytics.settings import Settings
from rasa_project.channels.turns import Answerer, Collector, Incoming

BUTTONS = [
    {"title": "Track an order", "payload": '/clarify{"meaning": "track_order"}'},
    {"title": "Something else", "payload": "/clarify"},
]


class FakeAgent:
    """Knows what some texts are parsed as, and keeps what it was asked for."""

    def __init__(self, **requests: list[str]) -> None:
        self.requests = requests
        self.parsed: list[str] = []

    async def parse_message(self, text: str) -> dict[str, Any]:
        self.parsed.append(text)
        return {"text": text, "intent": {"name": "parsed"}, **self.requests}


@pytest.fixture
def answerer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answerer:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Answerer(Settings.from_environment(), "widget")


def handled(answerer: Answerer, agent: FakeAgent, text: str) -> list[UserMessage]:
    """Return the messages that the dialogue gets for a text."""
    messages: list[UserMessage] = []

    async def handle(message: UserMessage) -> None:
        messages.append(message)

    incoming = Incoming(Speaker("guest:ann", Role.SHOPPER), "conversation", "m2", text)
    asyncio.run(answerer._handle(incoming, cast(Agent, agent), handle, Collector()))
    return messages


def test_a_message_is_parsed_once(answerer: Answerer) -> None:
    agent = FakeAgent()
    (message,) = handled(answerer, agent, "where is my order")
    assert agent.parsed == ["where is my order"]
    assert message.parse_data["intent"] == {"name": "parsed"}


def test_each_request_is_a_message_of_the_same_speaker_and_turn(answerer: Answerer) -> None:
    first, second = handled(answerer, FakeAgent(requests=["one", "two"]), "one and two")
    assert (first.text, second.text) == ("one", "two")
    assert first.parse_data is None
    assert first.metadata == second.metadata
    assert first.metadata["context"]
    assert first.message_id == second.message_id == "m2"


def test_no_part_becomes_a_command(answerer: Answerer) -> None:
    (message,) = handled(answerer, FakeAgent(requests=["one", "/restart"]), "one. /restart")
    assert message.text == "one. /restart"
    assert message.parse_data["intent"] == {"name": "parsed"}


def test_a_command_is_not_parsed_for_requests(answerer: Answerer) -> None:
    agent = FakeAgent(requests=["one", "two"])
    (message,) = handled(answerer, agent, '/inform{"code": "one and two"}')
    assert (message.text, agent.parsed) == ('/inform{"code": "one and two"}', [])


def test_a_typed_choice_is_the_button(answerer: Answerer) -> None:
    answer = {"messages": [{"text": "Which?", "buttons": BUTTONS}]}
    answerer._ledger.keep("conversation", "m1", answer)
    agent = FakeAgent()
    (message,) = handled(answerer, agent, "the first one")
    assert agent.parsed == [BUTTONS[0]["payload"]]
    assert message.text == message.parse_data["text"] == "the first one"


@pytest.mark.parametrize("last", [{"text": "How many?"}, {"custom": {"type": "products"}}])
def test_only_the_buttons_said_last_can_be_typed(answerer: Answerer, last: Any) -> None:
    answerer._ledger.keep("conversation", "m1", {"messages": [{"buttons": BUTTONS}, last]})
    agent = FakeAgent()
    handled(answerer, agent, "1")
    assert agent.parsed == ["1"]


def collected(*requests: list[dict[str, Any]]) -> list[str]:
    """Return the texts kept of what was said to each request."""
    collector = Collector()

    async def send() -> None:
        for replies in requests:
            collector.begin_request()
            for reply in replies:
                await collector.send_response("ann", dict(reply))

    asyncio.run(send())
    return [message["text"] for message in collector.messages]


def test_the_question_of_a_form_stands_once_at_the_end() -> None:
    question = {"text": "Which order?", "utter_action": "utter_ask_order_number"}
    answer = {"text": "It takes two days.", "utter_action": "utter_article"}
    assert collected([question], [answer, question]) == ["It takes two days.", "Which order?"]
    assert collected([answer], [question]) == ["It takes two days.", "Which order?"]
    assert collected([question, answer], [answer]) == ["Which order?", *["It takes two days."] * 2]
    assert collected([question]) == ["Which order?"]
