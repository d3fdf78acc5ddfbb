"""Settings: defaults, refusals, and secrets that are generated or demanded."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from analytics.errors import SettingsError
from analytics.settings import Settings


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({})
    assert settings.home == tmp_path / ".salesclerk"
    assert (settings.port, settings.actions_port, settings.demo) == (5005, 5055, True)
    assert settings.database_url == f"sqlite:///{tmp_path}/.salesclerk/shop.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("ACTIONS_PORT", "-1"),
        ("SALESCLERK_ENV", "prod"),
        ("MESSAGES_PER_MINUTE", "many"),
        ("SITES", "https://shop.example; script-src *"),
        ("AS_OF", "31/10/2026"),
        ("AS_OF", "20261031"),
        ("AS_OF", "2026-W44-6"),
        ("AS_OF", "2026-02-29"),
        ("AS_OF", "2026-10-31T12:00"),
    ],
)
def test_refused_values_are_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


def test_the_time_is_the_real_one() -> None:
    before = datetime.now(UTC)
    assert before <= Settings.from_environment({}).now() <= datetime.now(UTC)


def test_the_day_may_be_another_one() -> None:
    now = Settings.from_environment({"AS_OF": "2011-12-09"}).now()
    assert now.date() == date(2011, 12, 9)
    assert (datetime.now(UTC) - now) % timedelta(days=1) < timedelta(minutes=1)


def test_generated_secrets_are_kept_private_and_differ(tmp_path: Path) -> None:
    secrets = Settings.from_environment({"SALESCLERK_HOME": str(tmp_path / "a")}).secrets
    path = tmp_path / "a" / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Settings.from_environment({"SALESCLERK_HOME": str(tmp_path / "a")}).secrets == secrets
    other = Settings.from_environment({"SALESCLERK_HOME": str(tmp_path / "b")}).secrets
    keys = {secrets.token_key, secrets.context_key, secrets.conversation_key}
    assert len(keys) == 3
    assert other.token_key not in keys


def test_two_processes_that_start_at_once_share_the_secrets(tmp_path: Path) -> None:
    environ = {"SALESCLERK_HOME": str(tmp_path)}
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: Settings.from_environment(environ).secrets, range(8)))
    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


@pytest.mark.parametrize("key", ["", "too-short"])
def test_production_demands_the_token_key(tmp_path: Path, key: str) -> None:
    environ = {
        "SALESCLERK_HOME": str(tmp_path),
        "SALESCLERK_ENV": "production",
        "SALESCLERK_TOKEN_KEY": key,
    }
    with pytest.raises(SettingsError, match="SALESCLERK_TOKEN_KEY"):
        Settings.from_environment(environ).require_secrets()


def test_public_key_means_rs256(tmp_path: Path) -> None:
    environ = {
        "SALESCLERK_HOME": str(tmp_path),
        "SALESCLERK_TOKEN_KEY": "-----BEGIN PUBLIC KEY-----\nMIIB...\n-----END PUBLIC KEY-----",
    }
    assert Settings.from_environment(environ).secrets.token_algorithm == "RS256"


def test_conversations_follow_the_shop_to_postgresql(tmp_path: Path) -> None:
    environ = {"SALESCLERK_HOME": str(tmp_path), "DATABASE_URL": "postgresql+psycopg://u@h/d"}
    assert Settings.from_environment(environ).conversations_url == "postgresql://u@h/d"
    del environ["DATABASE_URL"]
    url = Settings.from_environment(environ).conversations_url
    assert url == f"sqlite:///{tmp_path}/conversations.db"


def test_a_home_of_an_earlier_version_gets_the_new_key_once(tmp_path: Path) -> None:
    first = Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)}).secrets
    path = tmp_path / "secrets.json"
    keys = json.loads(path.read_text())
    del keys["webhook_key"]
    path.write_text(json.dumps(keys))

    def read(_number: int) -> str:
        return Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)}).secrets.webhook_key

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(read, range(8)))
    assert len(found) == 1
    again = Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)}).secrets
    assert again.conversation_key == first.conversation_key
    assert again.webhook_key in found
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


CHATWOOT = {
    "CHATWOOT_URL": "https://chat.example",
    "CHATWOOT_ACCOUNT_ID": "3",
    "CHATWOOT_TOKEN": "a-token",
    "CHATWOOT_SECRET": "a-secret",
}


def test_chatwoot_is_off_until_it_is_named() -> None:
    assert Settings.from_environment({}).chatwoot is None


def test_chatwoot_is_read_and_keeps_its_secrets_out_of_what_is_printed() -> None:
    chatwoot = Settings.from_environment(CHATWOOT).chatwoot
    assert chatwoot is not None
    assert (chatwoot.url, chatwoot.account_id) == ("https://chat.example", 3)
    assert "a-token" not in repr(chatwoot)
    assert "a-secret" not in repr(chatwoot)


@pytest.mark.parametrize("name", ["CHATWOOT_ACCOUNT_ID", "CHATWOOT_TOKEN", "CHATWOOT_SECRET"])
def test_what_chatwoot_needs_is_demanded_at_the_start(tmp_path: Path, name: str) -> None:
    home = {"SALESCLERK_HOME": str(tmp_path)}
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({**home, **CHATWOOT, name: ""}).require_secrets()


def test_a_sources_secret_is_demanded_by_name() -> None:
    settings = Settings.from_environment({"WEBHOOK_SECRET_MY_CRM": "shared"})
    assert settings.webhook_secret("my-crm") == "shared"
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET_HUBSPOT"):
        settings.webhook_secret("hubspot")


def test_the_public_address_is_this_machine_until_it_is_named() -> None:
    assert Settings.from_environment({"PORT": "5006"}).public_url == "http://127.0.0.1:5006"
    named = {"PUBLIC_URL": "https://chat.shop.example"}
    assert Settings.from_environment(named).public_url == "https://chat.shop.example"
    two = {"PUBLIC_URL": "https://a.example https://b.example"}
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        _ = Settings.from_environment(two).public_url
