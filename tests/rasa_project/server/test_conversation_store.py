"""Conversations are the same whether they are at hand or read back."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

pytest.importorskip("rasa", reason="runs in the Rasa server's environment, .venv-rasa")

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_project import conversations
from rasa_project.conversations import ConversationStore


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'conversations.db'}"


def turn(store: ConversationStore, *events: Event) -> DialogueStateTracker:
    """Add events to the conversation as one turn."""

    async def run() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker("ann", append_action_listen=False)
        for event in events:
            tracker.update(event)
        await store.save(tracker)
        return tracker

    return asyncio.run(run())


def read_back(url: str) -> list[Event]:
    """Return the events that another process would see, of all sessions."""
    store = ConversationStore(host=url, domain=Domain.empty())
    tracker = asyncio.run(store.retrieve_full_tracker("ann"))
    return list(tracker.events) if tracker else []


def test_every_event_is_written_once(url: str) -> None:
    store = ConversationStore(host=url, domain=Domain.empty())
    turn(store, ActionExecuted("action_session_start"), SessionStarted())
    for number in range(3):
        turn(store, UserUttered(f"message {number}"), ActionExecuted("action_listen"))
    texts = [event.text for event in read_back(url) if isinstance(event, UserUttered)]
    assert texts == ["message 0", "message 1", "message 2"]
    assert len(read_back(url)) == 8


def test_a_new_session_is_not_written_twice(url: str) -> None:
    store = ConversationStore(host=url, domain=Domain.empty())
    turn(store, SessionStarted(), UserUttered("first"))
    turn(store, SessionStarted(), UserUttered("second"))
    turn(store, UserUttered("third"))
    turn(store, UserUttered("fourth"))
    texts = [event.text for event in read_back(url) if isinstance(event, UserUttered)]
    assert texts == ["first", "second", "third", "fourth"]


def test_a_turn_that_fails_leaves_nothing(url: str) -> None:
    store = ConversationStore(host=url, domain=Domain.empty())
    turn(store, SessionStarted(), UserUttered("kept"))
    half_done = asyncio.run(store.retrieve("ann"))
    assert half_done is not None
    half_done.update(UserUttered("lost"))
    again = asyncio.run(store.retrieve("ann"))
    assert again is not None
    texts = [event.text for event in again.events if isinstance(event, UserUttered)]
    assert texts == ["kept"]


def erase(url: str) -> None:
    """Delete everything said, as another process would."""
    with sqlite3.connect(url.partition("///")[2]) as database:
        database.execute("DELETE FROM events")
    database.close()


def test_what_is_erased_between_turns_is_forgotten(url: str) -> None:
    store = ConversationStore(host=url, domain=Domain.empty())
    turn(store, SessionStarted(), UserUttered("first"))
    erase(url)
    tracker = turn(store, SessionStarted(), UserUttered("second"))
    for events in (tracker.events, read_back(url)):
        assert [event.text for event in events if isinstance(event, UserUttered)] == ["second"]


@pytest.mark.parametrize("at_hand", [True, False])
def test_what_is_erased_in_the_middle_of_a_turn_is_not_written_back(
    url: str, at_hand: bool
) -> None:
    store = ConversationStore(host=url, domain=Domain.empty())
    turn(store, SessionStarted(), UserUttered("first"))
    if not at_hand:
        store = ConversationStore(host=url, domain=Domain.empty())
    tracker = asyncio.run(store.retrieve("ann"))
    assert tracker is not None
    tracker.update(UserUttered("second"))
    erase(url)
    asyncio.run(store.save(tracker))
    assert read_back(url) == []
    turn(store, SessionStarted(), UserUttered("third"))
    texts = [event.text for event in read_back(url) if isinstance(event, UserUttered)]
    assert texts == ["third"]


def test_memory_is_bounded(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "AT_HAND", 2)
    store = ConversationStore(host=url, domain=Domain.empty())
    for name in ("ann", "bob", "cy"):
        tracker = DialogueStateTracker.from_events(name, [SessionStarted()])
        asyncio.run(store.save(tracker))
    assert list(store._at_hand) == ["bob", "cy"]
    assert asyncio.run(store.retrieve("ann")) is not None
