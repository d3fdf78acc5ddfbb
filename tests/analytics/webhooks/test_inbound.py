"""What other systems ask for: done once, and only for who signs as agreed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.errors import (
    IllegalTransition,
    InvalidInput,
    InvalidSignature,
    SettingsError,
    UnknownSource,
)
from analytics.settings import Settings
from analytics.store import Store, webhooks
from analytics.store.models import WebhookReceipt
from analytics.webhooks.inbound import Received, receive, require_source_secrets
from analytics.webhooks.policy import WebhookPolicy
from analytics.webhooks.signatures import sign

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECRET = "agreed"
POLICY = WebhookPolicy.model_validate(
    {
        "endpoints": (),
        "sources": ({"name": "crm", "profile": "salesclerk"},),
        "retry": {"first_seconds": 1, "most_seconds": 1, "give_up_hours": 1},
    }
)


class FakeDesk:
    """Keeps what it was asked for; refuses where it is told to."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.refuses = False

    def _do(self, *what: Any) -> None:
        if self.refuses:
            raise IllegalTransition("closed", "human", [])
        self.done.append(what)

    def claim(self, session: Session, handoff_id: int, agent: str, at: datetime) -> None:
        self._do("claim", handoff_id, agent)

    def reply(
        self,
        session: Session,
        handoff_id: int,
        agent: str,
        text: str,
        message_id: str,
        at: datetime,
    ) -> None:
        self._do("reply", handoff_id, agent, text, message_id)

    def release(self, session: Session, handoff_id: int, agent: str, at: datetime) -> None:
        self._do("release", handoff_id, agent)

    def close(self, session: Session, handoff_id: int, agent: str, at: datetime) -> None:
        self._do("close", handoff_id, agent)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = (
        f"sqlite:///{tmp_path / 'shop.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("fresh_postgres_url")
    )
    store = Store(url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


def request(
    body: object, delivery: str = "d1", secret: str = SECRET, sent: datetime = NOON
) -> Received:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = int(sent.timestamp())
    headers = {
        "X-Salesclerk-Signature": sign(secret, timestamp, content),
        "X-Salesclerk-Timestamp": str(timestamp),
        "X-Salesclerk-Delivery": delivery,
    }
    return Received("POST", "https://shop.example/webhooks/inbound/crm", headers, content)


def got(store: Store, desk: FakeDesk, sent: Received, source: str = "crm") -> bool:
    settings = Settings.from_environment({"WEBHOOK_SECRET_CRM": SECRET})
    return receive(
        source,
        sent,
        policy=POLICY,
        settings=settings,
        store=store,
        desk=desk,
        now=NOON,
        at=lambda: NOON,
    )


REPLY = {
    "event": "handoff.reply",
    "handoff_id": 3,
    "agent": "eve",
    "text": "Hello, this is Eve.",
    "message_id": "m1",
}


@pytest.mark.parametrize(
    ("body", "done"),
    [
        ({"event": "handoff.claim", "handoff_id": 3, "agent": "eve"}, ("claim", 3, "eve")),
        (REPLY, ("reply", 3, "eve", "Hello, this is Eve.", "m1")),
        ({"event": "handoff.release", "handoff_id": 3, "agent": "eve"}, ("release", 3, "eve")),
        ({"event": "handoff.close", "handoff_id": 3, "agent": "eve"}, ("close", 3, "eve")),
        (
            {"event": "handoff.close", "handoff_id": "3", "agent": "eve", "x": 1},
            ("close", 3, "eve"),
        ),
    ],
)
def test_a_command_is_done(
    store: Store, desk: FakeDesk, body: dict[str, Any], done: tuple[Any, ...]
) -> None:
    assert got(store, desk, request(body))
    assert desk.done == [done]


def test_a_replay_does_nothing(store: Store, desk: FakeDesk) -> None:
    sent = request(REPLY)
    assert got(store, desk, sent)
    assert not got(store, desk, sent)
    assert len(desk.done) == 1


def test_replays_at_once_are_done_once(store: Store, desk: FakeDesk) -> None:
    sent = request(REPLY)
    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(lambda _: got(store, desk, sent), range(4)))
    assert sorted(new) == [False, False, False, True]
    assert len(desk.done) == 1


def test_wrong_signature_changes_nothing(store: Store, desk: FakeDesk) -> None:
    with pytest.raises(InvalidSignature, match="X-Salesclerk-Signature"):
        got(store, desk, request(REPLY, secret="guessed"))
    assert desk.done == []
    assert got(store, desk, request(REPLY)), "its delivery id was not used up"


@pytest.mark.parametrize("minutes", [-5.1, 5.1])
def test_clock_five_minutes_off_is_refused_and_told(
    store: Store, desk: FakeDesk, minutes: float
) -> None:
    with pytest.raises(InvalidSignature, match="set the clocks"):
        got(store, desk, request(REPLY, sent=NOON + timedelta(minutes=minutes)))
    assert desk.done == []


def test_what_the_desk_refuses_may_be_sent_again(store: Store, desk: FakeDesk) -> None:
    desk.refuses = True
    with pytest.raises(IllegalTransition):
        got(store, desk, request(REPLY))
    desk.refuses = False
    assert got(store, desk, request(REPLY))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"\xff", "body"),
        (b"[]", "event"),
        ({"event": "order.cancel", "handoff_id": 3}, "event"),
        ({"event": "handoff.claim", "handoff_id": 3}, "agent"),
        ({"event": "handoff.claim", "handoff_id": "three", "agent": "eve"}, "handoff_id"),
        ({**REPLY, "text": "  "}, "text"),
        ({**REPLY, "message_id": "m" * 129}, "message_id"),
    ],
)
def test_what_is_no_command_is_named(
    store: Store, desk: FakeDesk, body: object, named: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        got(store, desk, request(body))
    assert refused.value.values["field"] == named
    with store.reading() as session:
        assert session.scalars(select(WebhookReceipt)).all() == []


def test_unknown_source_is_refused(store: Store, desk: FakeDesk) -> None:
    with pytest.raises(UnknownSource, match="stranger"):
        got(store, desk, request(REPLY), source="stranger")


def test_a_source_without_its_secret_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET_CRM"):
        require_source_secrets(POLICY, Settings.from_environment({}))
    require_source_secrets(POLICY, Settings.from_environment({"WEBHOOK_SECRET_CRM": SECRET}))


def test_old_receipts_are_forgotten(store: Store) -> None:
    with store.transaction() as session:
        assert webhooks.remember_receipt(session, "crm", "d1", NOON)
    with store.transaction() as session:
        later = NOON + webhooks.RECEIPTS_KEPT + timedelta(seconds=1)
        assert webhooks.remember_receipt(session, "crm", "d2", later)
        assert [row.delivery_id for row in session.scalars(select(WebhookReceipt))] == ["d2"]
