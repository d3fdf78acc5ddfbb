"""Every setting of Salesclerk, read from the environment in one place.

Both environments import this module, so it needs the standard library only and Python 3.10.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Final

from analytics.errors import SettingsError

ENVIRONMENTS: Final = ("demo", "production")
MINIMUM_KEY_LENGTH: Final = 32
CONTACT_KEY_BYTES: Final = 32
NEW_KEYS: Final = frozenset({"webhook_key"})
"Keys that homes made by an earlier version lack."
TOKEN_ISSUER: Final = "salesclerk"
TOKEN_AUDIENCE: Final = "salesclerk-chat"


@dataclass(frozen=True)
class Secrets:
    """Keys of this installation, all text.

    Attributes:
        token_key: verifies (HS256: also signs) the tokens that open a conversation. For RS256 it
            is the public key in PEM form, and the shop's own server signs.
        context_key: signs what the channel tells the actions about the speaker.
        conversation_key: turns a token's subject into a conversation id.
        webhook_key: the secrets of the shop's endpoints are derived from it.
    """

    token_key: str
    context_key: str
    conversation_key: str
    webhook_key: str

    @property
    def token_algorithm(self) -> str:
        return "RS256" if self.token_key.lstrip().startswith("-----BEGIN") else "HS256"


@dataclass(frozen=True)
class Chatwoot:
    """The Chatwoot that the assistant is an agent bot of.

    Attributes:
        url: where it is, without a final slash.
        account_id: the number of the account.
        token: the agent bot's access token.
        secret: the agent bot's webhook secret.
    """

    url: str
    account_id: int
    token: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """Where things are and how they listen; see the table in the README for the variables."""

    home: Path
    environment: str
    host: str
    port: int
    actions_port: int
    messages_per_minute: int
    sites: tuple[str, ...]
    database_url: str
    as_of: date | None
    environ: Mapping[str, str]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Raises:
            SettingsError: a variable holds something else than it accepts.
        """
        environ = dict(os.environ if environ is None else environ)
        home = Path(environ.get("SALESCLERK_HOME") or ".salesclerk").absolute()
        environment = environ.get("SALESCLERK_ENV") or "demo"
        if environment not in ENVIRONMENTS:
            raise SettingsError("SALESCLERK_ENV", environment, "demo or production")
        return cls(
            home=home,
            environment=environment,
            host=environ.get("HOST") or "127.0.0.1",
            port=_number(environ, "PORT", 5005, 65535),
            actions_port=_number(environ, "ACTIONS_PORT", 5055, 65535),
            messages_per_minute=_number(environ, "MESSAGES_PER_MINUTE", 3000, 1_000_000),
            sites=_origins(environ, "SITES"),
            database_url=environ.get("DATABASE_URL") or f"sqlite:///{home / 'shop.db'}",
            as_of=_day(environ, "AS_OF"),
            environ=environ,
        )

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration, where anybody may be anyone."""
        return self.environment == "demo"

    def now(self) -> datetime:
        """Return the time that it is for the assistant, UTC: the real one, but on the day AS_OF."""
        now = datetime.now(timezone.utc)
        return datetime.combine(self.as_of, now.timetz()) if self.as_of else now

    @property
    def shell_token(self) -> str | None:
        """The token of whoever chats in the terminal; None for a guest."""
        return self.environ.get("SALESCLERK_TOKEN") or None

    @property
    def artifacts(self) -> Path:
        return self.home / "artifacts"

    @property
    def bot_models(self) -> Path:
        return self.home / "models"

    @property
    def conversations_url(self) -> str:
        """Where the Rasa server keeps conversations: a file in the home, or the shop's PostgreSQL.

        The driver is left to the Rasa server, which has another than the action server.
        """
        scheme, _, rest = self.database_url.partition("://")
        if scheme.startswith("sqlite"):
            return f"sqlite:///{self.home / 'conversations.db'}"
        return f"{scheme.partition('+')[0]}://{rest}"

    @property
    def cache(self) -> Path:
        """Folder of what can be computed again; deleting it only costs time."""
        return self.home / "cache"

    @property
    def policies(self) -> Path:
        """Folder of the YAML files that a shop edits: pricing policy and FAQ articles."""
        return self.home / "policies"

    @property
    def public_url(self) -> str:
        """Where others reach the channels, without a final slash: PUBLIC_URL, or this machine.

        Raises:
            SettingsError: PUBLIC_URL is not one address.
        """
        return _address(self.environ, "PUBLIC_URL") or f"http://{self.host}:{self.port}"

    @property
    def chatwoot(self) -> Chatwoot | None:
        """The Chatwoot to serve; None where CHATWOOT_URL is not set.

        Raises:
            SettingsError: CHATWOOT_URL is set, but not all that goes with it.
        """
        url = _address(self.environ, "CHATWOOT_URL")
        if url is None:
            return None
        return Chatwoot(
            url=url,
            account_id=_number(self.environ, "CHATWOOT_ACCOUNT_ID", 0, 2**31),
            token=_required(self.environ, "CHATWOOT_TOKEN", "the agent bot's access token"),
            secret=_required(self.environ, "CHATWOOT_SECRET", "the agent bot's webhook secret"),
        )

    def webhook_secret(self, source: str) -> str:
        """Return the secret by which a source of webhooks signs.

        Raises:
            SettingsError: its variable, such as WEBHOOK_SECRET_HUBSPOT, is not set.
        """
        name = f"WEBHOOK_SECRET_{source.upper().replace('-', '_')}"
        return _required(self.environ, name, f"the secret by which {source} signs")

    @property
    def training(self) -> Path:
        """Folder of the sentences that a shop has the bot learn beside our own."""
        return self.home / "training"

    @property
    def contact_keys(self) -> tuple[str, ...]:
        """The Fernet keys of the database's contact columns, newest first; none: plain text.

        Raises:
            SettingsError: one is not 32 bytes in URL-safe base64.
        """
        keys = tuple(self.environ.get("SALESCLERK_CONTACT_KEY", "").replace(",", " ").split())
        for number, key in enumerate(keys, start=1):
            try:
                right = len(base64.urlsafe_b64decode(key)) == CONTACT_KEY_BYTES
            except ValueError:
                right = False
            if not right:
                raise SettingsError(
                    "SALESCLERK_CONTACT_KEY",
                    f"another thing as key {number}",
                    "keys as `salesclerk privacy key` prints them, the newest first, with commas",
                )
        return keys

    def require_secrets(self) -> None:
        """Ask for the keys now, so that a missing one stops the start, not the first message.

        Raises:
            SettingsError: as `secrets`, `chatwoot` and `public_url`.
        """
        _ = self.secrets, self.chatwoot, self.public_url

    @cached_property
    def secrets(self) -> Secrets:
        """The keys: from the environment, else from `secrets.json` in the home, made when missing.

        Raises:
            SettingsError: in production, when SALESCLERK_TOKEN_KEY is not set or too short.
        """
        generated = _generated_keys(self.home / "secrets.json")
        token_key = self.environ.get("SALESCLERK_TOKEN_KEY", "")
        if not token_key and not self.demo:
            raise SettingsError(
                "SALESCLERK_TOKEN_KEY",
                "nothing",
                "the key that your shop's server signs tokens with (HS256: "
                f"{MINIMUM_KEY_LENGTH} characters or more; RS256: the public key in PEM form)",
            )
        if token_key and len(token_key) < MINIMUM_KEY_LENGTH:
            raise SettingsError(
                "SALESCLERK_TOKEN_KEY",
                f"{len(token_key)} characters",
                f"at least {MINIMUM_KEY_LENGTH} characters",
            )
        return Secrets(**{**generated, **({"token_key": token_key} if token_key else {})})


def _number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise SettingsError(name, text, f"a whole number from 1 to {most}")
    return int(text)


def _required(environ: Mapping[str, str], name: str, accepted: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(name, "nothing", accepted)
    return value


def _day(environ: Mapping[str, str], name: str) -> date | None:
    text = environ.get(name)
    if not text:
        return None
    try:
        # Newer versions of Python also read other notations of ISO 8601: here one is accepted.
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(name, text, "a day such as 2026-10-31") from error


def _origins(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = tuple(environ.get(name, "").split())
    for origin in found:
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?", origin):
            raise SettingsError(name, origin, "origins such as https://shop.example, with spaces")
    return found


def _address(environ: Mapping[str, str], name: str) -> str | None:
    found = _origins(environ, name)
    if len(found) > 1:
        raise SettingsError(name, " ".join(found), "one address")
    return found[0] if found else None


def _generated_keys(path: Path) -> dict[str, str]:
    """Return the keys kept at `path`, making the file (mode 0600) when it is not there."""
    names = [one.name for one in fields(Secrets)]
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(path, {name: secrets.token_urlsafe(48) for name in names})
        try:
            # A link fails where the file exists: of two processes starting at once, one wins.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    keys = json.loads(path.read_text(encoding="utf-8"))
    if NEW_KEYS - keys.keys():
        keys = _with_new_keys(path)
    if missing := [name for name in names if not keys.get(name)]:
        raise SettingsError(str(path), f"no {missing[0]}", "the file as Salesclerk made it")
    return {name: keys[name] for name in names}


def _with_new_keys(path: Path) -> dict[str, str]:
    """Add the keys that an earlier version did not have yet, and return all."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        # Of two processes starting at once, the second finds what the first has added.
        fcntl.flock(lock, fcntl.LOCK_EX)
        keys: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        if new := NEW_KEYS - keys.keys():
            keys |= {name: secrets.token_urlsafe(48) for name in sorted(new)}
            _draft(path, keys).replace(path)
    return keys


def _draft(path: Path, keys: Mapping[str, str]) -> Path:
    """Write keys to a file of its own beside `path`, for nobody else to read."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(dict(keys), file)
    return draft
