"""`salesclerk privacy`: what each command prints and does."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from analytics import cli
from analytics.errors import NoConsent, SettingsError, UnknownCustomer, WrongContactKey
from analytics.settings import Settings
from analytics.store import Store
from analytics.store.models import Customer
from analytics.training import train
from tests.analytics.privacy.people import ANN, BOB, Talk, fill, fill_shop, make_tracker, talk_about

type Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)})


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a shop with two customers."""
    monkeypatch.setenv("SALESCLERK_HOME", str(settings.home))
    store = Store(settings.database_url)
    store.migrate()
    fill_shop(store)
    tracker = Store(settings.conversations_url, contact_keys=())
    make_tracker(tracker.engine)
    talk = Talk(tracker.engine, settings)
    for number, who in enumerate((ANN, BOB), start=1):
        fill(store, settings, who, number)
        talk_about(talk, settings, who)
    train(store, settings)
    store.close()
    tracker.close()
    runner = CliRunner()
    return lambda *arguments, **options: runner.invoke(cli.app, ["privacy", *arguments], **options)


def counts(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)
    return dict(row)


def test_an_export_is_written_for_its_owner_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ann.json"
    assert run("export", "--customer", ANN.id, "--output", str(path)).exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["tables"]["customers"][0]["email"] == ANN.email
    assert json.loads(run("export", "--customer", ANN.id).stdout) == document
    assert isinstance(run("export", "--customer", "nobody").exception, UnknownCustomer)


def test_erase_says_what_it_will_do_and_asks(run: Run, settings: Settings) -> None:
    planned = counts(run("erase", "--customer", ANN.id, "--dry-run", "--json"))
    assert planned["table.customers"] == 1
    refused = run("erase", "--customer", ANN.id, input="n\n")
    assert refused.exit_code == 1
    assert "table.orders" in refused.output
    assert counts(run("erase", "--customer", ANN.id, "--dry-run", "--json")) == planned
    done = counts(run("erase", "--customer", ANN.id, "--yes", "--json"))
    assert done["table.customers"] == 1
    assert done["models"] == 1
    assert ANN.id not in json.dumps(done)
    assert counts(run("erase", "--customer", ANN.id, "--yes", "--json")) == {}
    store = Store(settings.database_url)
    with store.reading() as session:
        assert session.get(Customer, ANN.id) is None
    store.close()


def test_retain_counts_and_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AS_OF", "2026-08-15")
    planned = counts(run("retain", "--dry-run", "--json"))
    assert planned["table.identity_attempts"] == 2
    assert counts(run("retain", "--json")) == planned
    assert counts(run("retain", "--json")) == {}


def test_consent_is_kept_and_honoured(run: Run) -> None:
    segment = CliRunner().invoke(cli.app, ["segment", ANN.id, "--json"])
    assert json.loads(segment.stdout)[0]["customer_id"] == ANN.id
    options = ("--customer", ANN.id.lower(), "--purpose", "analytics", "--refuse", "--json")
    assert counts(run("consent", *options)) == {
        "customer_id": ANN.id,
        "purpose": "analytics",
        "granted": False,
    }
    refused = CliRunner().invoke(cli.app, ["segment", ANN.id, "--json"])
    assert isinstance(refused.exception, NoConsent)
    assert run("consent", "--customer", ANN.id, "--purpose", "spying", "--grant").exit_code == 2
    assert run("consent", "--customer", ANN.id, "--purpose", "analytics").exit_code == 2


def test_contacts_are_encrypted_and_written_plain_again(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(run("encrypt").exception, SettingsError)
    key = run("key").stdout.strip()
    monkeypatch.setenv("SALESCLERK_CONTACT_KEY", key)
    assert counts(run("encrypt", "--json")) == {"addresses": 2, "customers": 2, "orders": 40}
    database = settings.home / "shop.db"
    assert ANN.phone.encode() not in database.read_bytes()
    assert ANN.phone in run("export", "--customer", ANN.id).stdout
    monkeypatch.setenv("SALESCLERK_CONTACT_KEY", Fernet.generate_key().decode())
    assert isinstance(run("export", "--customer", ANN.id).exception, WrongContactKey)
    monkeypatch.setenv("SALESCLERK_CONTACT_KEY", key)
    counts(run("encrypt", "--plain", "--json"))
    assert ANN.phone.encode() in database.read_bytes()
