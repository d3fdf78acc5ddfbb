"""What is older than the policy lets it be kept goes; what is younger, and figures, stay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from analytics.errors import InvalidFile
from analytics.identity import Role, Speaker
from analytics.privacy.policy import load_privacy_policy
from analytics.privacy.retention import retain
from analytics.settings import Settings
from analytics.store import Store
from analytics.store.models import Handoff, Purpose, Ticket, WebhookDelivery
from tests.analytics.privacy.people import ANN, AT, BOB, Talk, fill, fill_shop, make_tracker

DAY = timedelta(days=1)
POLICY = load_privacy_policy(Path("none"))
SPEAKER = Speaker("customer:x", Role.SHOPPER, "x")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(settings.database_url)
    store.migrate()
    fill_shop(store)
    for number, who in enumerate((ANN, BOB), start=1):
        fill(store, settings, who, number)
    with store.transaction() as session:
        session.execute(
            update(WebhookDelivery).where(WebhookDelivery.id == "W-1").values(state="delivered")
        )
    yield store
    store.close()


def test_each_kind_goes_after_its_own_time(store: Store, settings: Settings) -> None:
    keep = POLICY.retention
    assert retain(store, settings, keep, AT + DAY) == {}
    counted = retain(store, settings, keep, AT + 31 * DAY, dry_run=True)
    assert counted == {
        "table.identity_attempts": 2,
        "table.webhook_deliveries": 1,
        "table.webhook_receipts": 1,
    }
    assert retain(store, settings, keep, AT + 31 * DAY) == counted
    assert retain(store, settings, keep, AT + 31 * DAY) == {}
    later = retain(store, settings, keep, AT + 366 * DAY)
    assert later == {
        "table.questions": 2,
        "table.thumbs": 2,
        "table.suggestions": 2,
        "table.handoff_messages": 2,
        "table.handoffs": 2,
        "table.tickets": 2,
    }
    assert retain(store, settings, keep, AT + 366 * DAY) == {}
    with store.reading() as session:
        # A webhook that has not arrived stays, and so do the figures of a handoff.
        assert list(session.scalars(select(WebhookDelivery.id))) == ["W-2"]
        for handoff in session.scalars(select(Handoff)):
            assert (handoff.subject, handoff.summary, handoff.transcript) == ("", {}, [])
            assert handoff.reason == "request"
        assert set(session.scalars(select(Ticket.body))) == {""}


def test_old_messages_and_answers_go(store: Store, settings: Settings) -> None:
    tracker = Store(settings.conversations_url, contact_keys=())
    make_tracker(tracker.engine)
    talk = Talk(tracker.engine, settings)
    talk.say("old", SPEAKER, "first", "answer", AT - 181 * DAY)
    talk.say("new", SPEAKER, "second", "answer", AT - 179 * DAY)
    expected = {"conversations.events": 2, "conversations.chat_answers": 1}
    assert retain(store, settings, POLICY.retention, AT, dry_run=True) == expected
    assert retain(store, settings, POLICY.retention, AT) == expected
    with tracker.engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT DISTINCT sender_id FROM events").scalars()
        assert list(left) == ["new"]
    tracker.close()


def test_old_logs_go(store: Store, settings: Settings) -> None:
    (settings.home / "logs").mkdir()
    for name, days in (("old.log", 31), ("new.log", 29), ("old.json", 31)):
        path = settings.home / "logs" / name
        path.write_text("x")
        moment = (AT - days * DAY).timestamp()
        os.utime(path, (moment, moment))
    assert retain(store, settings, POLICY.retention, AT, dry_run=True) == {"files.logs": 1}
    assert retain(store, settings, POLICY.retention, AT) == {"files.logs": 1}
    left = sorted(path.name for path in (settings.home / "logs").iterdir())
    assert left == ["new.log", "old.json"]


def test_a_shops_own_policy_takes_the_place_of_ours(tmp_path: Path) -> None:
    ours = (Path("analytics") / "privacy" / "privacy.yml").read_text(encoding="utf-8")
    path = tmp_path / "privacy.yml"
    path.write_text(ours.replace("analytics: true", "analytics: false"), encoding="utf-8")
    assert not load_privacy_policy(path).consent.of(Purpose.ANALYTICS)
    assert load_privacy_policy(path).consent.of(Purpose.PERSONALISATION)
    for wrong in ("logs_days: 0", "logs_days: soon", "days: 3"):
        path.write_text(ours.replace("logs_days: 30", wrong), encoding="utf-8")
        with pytest.raises(InvalidFile, match=r"privacy\.yml: retention\.(logs_)?days"):
            load_privacy_policy(path)
