"""One row a conversation, from constructed events and rows of the shop."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from analytics.cli import app
from analytics.learning.conversations import COLUMNS, rows
from analytics.learning.report import Opinions
from analytics.store import Store, feedback, questions
from analytics.store.models import Change, Handoff, HandoffState, QuestionKind, Ticket
from analytics.store.questions import Asked

START = datetime(2026, 10, 30, 9, tzinfo=UTC)


class Events:
    """The table that the Rasa server writes."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url)
        self.seconds = 0.0
        with self.engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, type_name TEXT,"
                " timestamp REAL, intent_name TEXT, action_name TEXT, data TEXT)"
            )

    def add(self, sender: str, kind: str, column: str | None = None, /, **data: Any) -> None:
        """Add an event, half a second later; `column` is the name that Rasa keeps of it."""
        self.seconds += 0.5
        names = (column, None) if kind == "user" else (None, column)
        row = (sender, kind, START.timestamp() + self.seconds, *names)
        with self.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name,"
                " data) VALUES (?, ?, ?, ?, ?, ?)",
                (*row, json.dumps(data)),
            )

    def turn(self, sender: str, intent: str, message_id: str, channel: str = "widget") -> None:
        """Add a message and its answer."""
        self.add(sender, "user", intent, message_id=message_id, input_channel=channel)
        self.add(sender, "bot")


@pytest.fixture
def events(tmp_path: Path) -> Iterator[Events]:
    made = Events(f"sqlite:///{tmp_path / 'conversations.db'}")
    yield made
    made.engine.dispose()


def found(store: Store, tmp_path: Path) -> dict[str, dict[str, Any]]:
    url = f"sqlite:///{tmp_path / 'conversations.db'}"
    return {row["conversation_id"]: row for row in rows(store, url)}


def test_how_conversations_end(store: Store, events: Events, tmp_path: Path) -> None:
    events.turn("answered", "greet", "1")
    events.turn("answered", "warranty", "2")
    events.turn("answered", "thank", "3")
    events.add("answered", "active_loop", "csat_form", name="csat_form")
    events.turn("missed", "nlu_fallback", "1")
    events.turn("missed", "thank", "2")
    events.turn("missed then answered", "nlu_fallback", "1")
    events.turn("missed then answered", "warranty", "2")
    events.turn("abandoned", "cancel_order", "1")
    events.add("abandoned", "active_loop", "cancel_form", name="cancel_form")
    events.turn("changed", "cancel_order", "1")
    events.turn("handed off", "contact_human_agent", "1")
    events.turn("talk", "greet", "1")
    events.add("nothing said", "slot", "language", value="zh")
    with store.transaction() as session:
        for conversation in ("missed", "missed then answered"):
            asked = Asked(conversation, "1", "x", "en")
            questions.keep(session, asked, QuestionKind.UNANSWERED, START)
        session.add(
            Change(
                id="CH-1", kind="cancel", actor="customer:C1", conversation_id="changed",
                created_at=START,
            )
        )  # fmt: skip
        session.add(
            Ticket(id="T-1", conversation_id="handed off", subject="s", body="b", created_at=START)
        )
        session.flush()
        session.add(
            Handoff(
                conversation_id="handed off", ticket_id="T-1", state=HandoffState.HUMAN,
                reason="request", requested_at=START, claimed_at=START + timedelta(seconds=90),
            )
        )  # fmt: skip
    ends = found(store, tmp_path)
    assert {name: row["outcome"] for name, row in ends.items()} == {
        "answered": "answered",
        "missed": "missed",
        "missed then answered": "answered",
        "abandoned": "abandoned",
        "changed": "changed",
        "handed off": "handed_off",
        "talk": "talk",
    }
    person = ends["handed off"]
    assert (person["handoff_reason"], person["handoff_outcome"]) == ("request", "human")
    assert person["waiting_seconds"] == 90


def test_what_a_row_says(store: Store, events: Events, tmp_path: Path) -> None:
    events.add("c", "slot", "language", value="zh")
    events.turn("c", "nlu_fallback", "1", channel="crm")
    events.add("c", "user", "warranty", message_id="1", input_channel="crm")
    events.add("c", "bot")
    events.turn("c", "thank", "2", channel="crm")
    events.add("c", "active_loop", "csat_form", name="csat_form")
    events.add("c", "active_loop", None, name=None)
    with store.transaction() as session:
        feedback.record(
            session, conversation_id="c", customer_id=None, score=2,
            reason="call me: ada@example.com", about="resolution", at=START,
        )  # fmt: skip
        for number, up in enumerate((True, True, False)):
            feedback.record_thumb(
                session, conversation_id="c", message_id=str(number), up=up, text="x",
                language="en", at=START,
            )  # fmt: skip
    row = found(store, tmp_path)["c"]
    assert tuple(row) == COLUMNS
    assert row == {
        "conversation_id": "c",
        "started_at": "2026-10-30T09:00:01+00:00",
        "language": "zh",
        "role": "agent",
        "turns": 2,
        "intents": "nlu_fallback warranty thank",
        "outcome": "answered",
        "handoff_reason": None,
        "handoff_outcome": None,
        "first_response_seconds": 0.5,
        "waiting_seconds": None,
        "csat": 2,
        "csat_about": "resolution",
        "reason": "call me: [email]",
        "thumbs_up": 2,
        "thumbs_down": 1,
    }


def test_no_conversations_yet(store: Store, tmp_path: Path) -> None:
    assert found(store, tmp_path) == {}


def test_more_conversations_than_are_looked_up_at_once(
    store: Store, events: Events, tmp_path: Path
) -> None:
    for number in range(450):
        events.add(f"c{number:03}", "user", "greet", message_id="1")
    assert list(found(store, tmp_path)) == [f"c{number:03}" for number in range(450)]


def opinion(outcome: str, csat: int | None, intents: str = "warranty") -> dict[str, Any]:
    return {
        "started_at": "2026-10-30T23:00:00+00:00", "outcome": outcome, "csat": csat,
        "intents": intents, "thumbs_up": 1, "thumbs_down": 0,
    }  # fmt: skip


def test_opinions_add_up() -> None:
    opinions = Opinions()
    for row in (opinion("answered", 5), opinion("missed", 2, "a b"), opinion("missed", None)):
        opinions.add(row)
    summary = opinions.summary()
    assert (summary["conversations"], summary["scores"], summary["mean_score"]) == (3, 2, 3.5)
    assert (summary["satisfied"], summary["missed"], summary["thumbs_up"]) == (0.5, 2, 3)
    assert dict(opinions.by_intent) == {"warranty": [5], "a": [2], "b": [2]}


def test_commands_write_rows_and_a_page(
    store: Store, events: Events, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    events.turn("c", "warranty", "1")
    with store.transaction() as session:
        feedback.record(
            session, conversation_id="c", customer_id=None, score=5, reason="=1+1 <b>",
            about="resolution", at=START,
        )  # fmt: skip
    file = tmp_path / "rows.csv"
    run = CliRunner()
    assert run.invoke(app, ["report", "conversations", "--csv", str(file)]).exit_code == 0
    (row,) = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    assert (row["csat"], row["reason"], row["outcome"]) == ("5", "'=1+1 <b>", "answered")
    lines = run.invoke(app, ["report", "conversations", "--json"]).stdout.splitlines()
    assert [json.loads(line)["conversation_id"] for line in lines] == ["c"]
    assert run.invoke(app, ["report", "feedback"]).exit_code == 0
    page = (tmp_path / "reports" / "feedback.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 6
    assert not any(outside in page for outside in ("<link", "<script", "src=", "url(http"))
