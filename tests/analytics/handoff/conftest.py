"""A shop with nothing but two customers, and a desk whose events can be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from analytics.handoff import Call, HandoffDesk, HandoffPolicy, Mood, Summary, load_handoff_policy
from analytics.store import Store
from analytics.store.models import Customer, HandoffReason

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Events:
    """Keeps the names of the events that a desk publishes."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, session: Session, event: str, data: dict[str, Any], at: datetime) -> None:
        self.names.append(event)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        session.add(Customer(id="ann", name="Ann", language="en", created_at=NOON))
    yield store
    store.close()


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def policy() -> HandoffPolicy:
    return load_handoff_policy(Path("no such file"))


@pytest.fixture
def desk(policy: HandoffPolicy, events: Events) -> HandoffDesk:
    return HandoffDesk(policy, events)


def call(conversation: str = "c1", reason: HandoffReason = HandoffReason.REQUEST) -> Call:
    """Return a call of a person."""
    summary = Summary(reason=reason, language="en", mood=Mood.CALM, verified=True)
    transcript = [{"sender": "customer", "text": "a person please"}]
    return Call(conversation, f"customer:{conversation}", "ann", reason, summary, transcript)
