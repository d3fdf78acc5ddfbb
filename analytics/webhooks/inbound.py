"""What other systems post to us: verified, taken in once, and done at the handoff desk."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from analytics.errors import InvalidInput, UnknownSource
from analytics.settings import Settings
from analytics.store import Store, webhooks
from analytics.webhooks.policy import WebhookPolicy
from analytics.webhooks.signatures import PROFILES, verify


@dataclass(frozen=True)
class Received:
    """A request as it came: `url` is the one that the sender called."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Desk(Protocol):
    """What an agent does with a handoff, from wherever."""

    def claim(self, session: Session, handoff_id: int, agent: str, at: datetime) -> Any: ...

    def reply(
        self,
        session: Session,
        handoff_id: int,
        agent: str,
        text: str,
        message_id: str,
        at: datetime,
    ) -> Any: ...

    def release(self, session: Session, handoff_id: int, agent: str, at: datetime) -> Any: ...

    def close(self, session: Session, handoff_id: int, agent: str, at: datetime) -> Any: ...


class _Command(BaseModel):
    # Other systems may tell more than we ask for.
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    handoff_id: int
    agent: Annotated[str, Field(min_length=1, max_length=200)]


class _Claim(_Command):
    event: Literal["handoff.claim"]

    def act(self, desk: Desk, session: Session, at: datetime) -> None:
        desk.claim(session, self.handoff_id, self.agent, at)


class _Reply(_Command):
    event: Literal["handoff.reply"]
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    message_id: Annotated[str, Field(min_length=1, max_length=128)]

    def act(self, desk: Desk, session: Session, at: datetime) -> None:
        desk.reply(session, self.handoff_id, self.agent, self.text, self.message_id, at)


class _Release(_Command):
    event: Literal["handoff.release"]

    def act(self, desk: Desk, session: Session, at: datetime) -> None:
        desk.release(session, self.handoff_id, self.agent, at)


class _Close(_Command):
    event: Literal["handoff.close"]

    def act(self, desk: Desk, session: Session, at: datetime) -> None:
        desk.close(session, self.handoff_id, self.agent, at)


_COMMANDS: TypeAdapter[_Claim | _Reply | _Release | _Close] = TypeAdapter(
    Annotated[_Claim | _Reply | _Release | _Close, Field(discriminator="event")]
)


def require_source_secrets(policy: WebhookPolicy, settings: Settings) -> None:
    """Ask for the secrets now, so that a missing one stops the start, not the first webhook.

    Raises:
        SettingsError: the secret of a source is not set.
    """
    for source in policy.sources:
        settings.webhook_secret(source.name)


def receive(
    name: str,
    request: Received,
    *,
    policy: WebhookPolicy,
    settings: Settings,
    store: Store,
    desk: Desk,
    now: datetime,
    at: Callable[[], datetime],
) -> bool:
    """Do what a source asks, once; return whether it was new.

    The delivery is remembered in the transaction of what it changes: one that fails may be sent
    again, one that was done is not done twice.

    Args:
        now: the time in the real world, by which the signature is judged.
        at: the time that it is for the assistant.

    Raises:
        UnknownSource: webhooks.yml names no such source.
        SettingsError: the secret of the source is not set.
        InvalidSignature: see `signatures.verify`.
        InvalidInput: the body is not a command.
        SalesclerkError: as the desk refuses it.
    """
    source = policy.source(name)
    if source is None:
        raise UnknownSource(name)
    delivery_id = verify(
        PROFILES[source.profile],
        settings.webhook_secret(name),
        request.headers,
        request.method,
        request.url,
        request.body,
        now,
    )
    with store.transaction() as session:
        moment = at()
        if not webhooks.remember_receipt(session, name, delivery_id, moment):
            return False
        _command(request.body).act(desk, session, moment)
    return True


def _command(body: bytes) -> _Claim | _Reply | _Release | _Close:
    try:
        return _COMMANDS.validate_python(json.loads(body))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"] if "." not in str(part)) or "event"
        raise InvalidInput(field, first.get("input"), first["msg"]) from error
    except ValueError as error:
        raise InvalidInput("body", "no JSON", "a JSON object in UTF-8") from error
