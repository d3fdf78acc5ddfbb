"""`salesclerk webhooks`, against a receiver on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analytics import cli
from analytics.errors import InvalidInput
from analytics.settings import Settings
from analytics.webhooks.signatures import SALESCLERK, verify
from tests.analytics.webhooks.receiver import Receiver, running_receiver

POLICY = """
endpoints:
  - {{name: crm, url: "{url}", events: [message.agent], mask: true}}
sources: []
retry: {{first_seconds: 10, most_seconds: 600, give_up_hours: 72}}
"""


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    for name in ("DATABASE_URL", "AS_OF"):
        monkeypatch.delenv(name, raising=False)
    with running_receiver() as receiver:
        folder = tmp_path / "policies"
        folder.mkdir()
        (folder / "webhooks.yml").write_text(POLICY.format(url=receiver.url))
        yield receiver


def run(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli.app, ["webhooks", *arguments, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.output)


def test_an_endpoint_is_tested_with_its_secret(receiver: Receiver) -> None:
    (row,) = run("test", "crm")
    assert (row["event"], row["state"], row["attempts"]) == ("test", "delivered", 1)
    ((headers, body),) = receiver.requests
    secret = CliRunner().invoke(cli.app, ["webhooks", "secret", "crm"]).output.strip()
    now = Settings.from_environment().now()
    assert verify(SALESCLERK, secret, headers, "POST", receiver.url, body, now) == row["id"]


def test_what_was_given_up_is_listed_and_tried_again(receiver: Receiver) -> None:
    receiver.answers = [410]
    (row,) = run("test", "crm", code=1)
    assert row["last_error"] == "answered 410"
    assert [one["id"] for one in run("dead")] == [row["id"]]
    (again,) = run("retry", row["id"])
    assert (again["state"], again["attempts"]) == ("pending", 0)
    assert run("dead") == []
    assert [one["state"] for one in run("list")] == ["pending"]


def test_unknown_names_are_told(receiver: Receiver) -> None:
    for arguments in (["secret", "erp"], ["test", "erp"]):
        done = CliRunner().invoke(cli.app, ["webhooks", *arguments])
        assert isinstance(done.exception, InvalidInput)
        assert "crm" in str(done.exception)
    done = CliRunner().invoke(cli.app, ["webhooks", "retry", "nothing"])
    assert isinstance(done.exception, InvalidInput)
