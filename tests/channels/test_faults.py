"""What the speaker sees when something behind the chat is broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from tests.assistant import Assistant, running_assistant
from tests.conversations.scripts import pattern, responses

RESPONSES = responses()


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant of its own, to be broken."""
    with running_assistant(tmp_path_factory.mktemp("fragile") / "home") as running:
        yield running


def said(answer: dict[str, object], name: str, language: str = "en") -> bool:
    texts = [str(message.get("text")) for message in answer["messages"]]  # type: ignore[attr-defined]
    return any(pattern(RESPONSES[name], language).fullmatch(text) for text in texts)


def test_locked_database_is_told_and_nothing_is_lost(fragile: Assistant) -> None:
    talk = fragile.conversation()
    lock = sqlite3.connect(fragile.home / "shop.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        answer = talk.send("I want to talk to a human")
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert answer["status"] == "error"
    assert said(answer, "utter_error_store_unavailable")
    again = talk.send("I want to talk to a human")
    assert again["status"] == "handoff"


def test_missing_models_are_told(fragile: Assistant) -> None:
    pointer = fragile.settings.artifacts
    aside = pointer.with_name("artifacts-aside")
    pointer.rename(aside)
    fragile.stop("actions")
    fragile.start("actions")
    fragile.wait("actions")
    try:
        answer = fragile.conversation().send("can you recommend something?")
    finally:
        aside.rename(pointer)
    assert answer["status"] == "error"
    assert said(answer, "utter_error_not_ready")


def test_dead_action_server_is_told_in_the_speakers_language(fragile: Assistant) -> None:
    talk = fragile.conversation()
    fragile.stop("actions")
    try:
        english = talk.send("can you recommend something?")
        chinese = talk.send("给我推荐一些商品")
    finally:
        fragile.start("actions")
        fragile.wait("actions")
    assert english["status"] == chinese["status"] == "error"
    assert said(english, "utter_error_silence")
    assert said(chinese, "utter_error_silence", "zh")
    assert talk.send("can you recommend something?")["status"] == "ok"


def test_answers_survive_a_restart(fragile: Assistant) -> None:
    talk = fragile.conversation()
    first = talk.send("help", "before")
    fragile.stop("rasa")
    fragile.start("rasa")
    fragile.wait("rasa")
    assert talk.send("help", "before") == first
    assert talk.send(first["messages"][0]["buttons"][0]["payload"])["status"] == "ok"
