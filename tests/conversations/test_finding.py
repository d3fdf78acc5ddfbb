"""Guided finding beyond one conversation: a restart in its midst, and buttons not offered."""

from __future__ import annotations

import json

import pytest

from tests.assistant import Assistant, Conversation
from tests.conversations.scripts import pattern, responses

RESPONSES = responses()
REFUSED = 422


def said(answer: dict[str, object], response: str) -> bool:
    """Return whether the last text of the answer is that response, in English."""
    messages = answer["messages"]
    assert isinstance(messages, list)
    texts = [message["text"] for message in messages if "text" in message]
    return bool(pattern(RESPONSES[response], "en").fullmatch(texts[-1]))


def asked(assistant: Assistant) -> Conversation:
    """Return a conversation in which it is asked how much a lamp may cost."""
    talk = assistant.conversation()
    assert said(talk.send("I need some sort of lamp"), "utter_ask_finding_price")
    return talk


@pytest.mark.parametrize("server", ["rasa", "actions"])
def test_a_restart_in_its_midst_loses_nothing(assistant: Assistant, server: str) -> None:
    talk = asked(assistant)
    assistant.stop(server)
    assistant.start(server)
    assistant.wait(server)
    answer = talk.send("over 100")
    assert said(answer, "utter_found")
    prices = [
        float(item["price"])
        for message in answer["messages"]
        for item in message.get("custom", {}).get("items", [])
    ]
    assert len(prices) > 1
    assert min(prices) >= 100


@pytest.mark.parametrize("choice", ["kind=mug", "price=0-1", "category!", "finding=x"])
def test_a_button_that_was_not_offered_is_refused(assistant: Assistant, choice: str) -> None:
    talk = asked(assistant)
    payload = f"/inform{json.dumps({'choice': choice})}"
    body = {"message": payload, "message_id": choice}
    answer = assistant.post("widget", body, assistant.token(talk.speaker))
    assert answer.status_code == REFUSED
    # What was offered still stands.
    assert said(talk.send("over 100"), "utter_found")


def test_a_button_of_an_earlier_question_changes_its_answer(assistant: Assistant) -> None:
    talk = assistant.conversation()
    first = talk.send("I'm looking for something under 30 pounds")
    assert said(first, "utter_ask_finding_category")
    one, other = (button["payload"] for button in first["messages"][-1]["buttons"][:2])
    second = talk.send(one)
    assert said(second, "utter_ask_finding_kind")
    kinds = [button["title"] for button in second["messages"][-1]["buttons"]]
    changed = talk.send(other)
    assert said(changed, "utter_ask_finding_kind")
    assert [button["title"] for button in changed["messages"][-1]["buttons"]] != kinds
