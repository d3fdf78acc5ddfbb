"""What Chatwoot tells, as far as it matters to a bot.

Shapes: `webhook_data` of Chatwoot's messages and `push_data` of its conversations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.errors import InvalidInput

PENDING = "pending"
OPEN = "open"
RESOLVED = "resolved"
MARK = "salesclerk"
"Attribute of the messages that we post: our own name of each."


@dataclass(frozen=True)
class Said:
    """Something that the customer said, or chose.

    Attributes:
        key: of the message: the same again is the same message.
        text: the words, empty for a file without any; of a choice, what its button sends.
        title: of a choice, what its button says; else None.
        status: of the conversation when it was said.
        identifier: the shop's name for the customer, where the shop's server vouches for it.
    """

    key: str
    conversation: int
    text: str
    title: str | None
    status: str
    identifier: str | None


@dataclass(frozen=True)
class Echo:
    """That a message of ours is in the conversation.

    Attributes:
        mark: our name of it; None from a Chatwoot that does not keep it.
    """

    conversation: int
    mark: str | None
    text: str


@dataclass(frozen=True)
class Status:
    """That a conversation has a status; each event says so, also of other things.

    Attributes:
        at: when the conversation was changed last, in seconds since 1970; 0 from a Chatwoot that
            does not tell.
    """

    conversation: int
    status: str
    at: float = 0.0


Heard = Said | Echo


def read(event: Mapping[str, Any], account: int) -> tuple[Status | None, Heard | None]:
    """Return what an event tells: the status of its conversation, and what was said in it.

    Raises:
        InvalidInput: the event is not of our account, or lacks what Chatwoot always tells.
    """
    name = event.get("event")
    about = event.get("account")
    if isinstance(about, Mapping) and about.get("id") != account:
        raise InvalidInput("account", about.get("id"), f"{account}, as in CHATWOOT_ACCOUNT_ID")
    if name in ("message_created", "message_updated"):
        conversation = event.get("conversation")
        status = _status(conversation)
        if not isinstance(conversation, Mapping) or status is None:
            raise InvalidInput("conversation", conversation, "an object with id and status")
        if not isinstance(event.get("id"), int):
            raise InvalidInput("id", event.get("id"), "the number of the message")
        created = name == "message_created"
        return status, _created(event, status) if created else _updated(event, status)
    if isinstance(name, str) and name.startswith("conversation_"):
        return _status(event), None
    return None, None


def _status(conversation: Any) -> Status | None:
    if not isinstance(conversation, Mapping):
        return None
    number, status = conversation.get("id"), conversation.get("status")
    at = conversation.get("updated_at")
    if not isinstance(number, int) or not isinstance(status, str):
        return None
    return Status(number, status, float(at) if isinstance(at, int | float) else 0.0)


def _created(event: Mapping[str, Any], status: Status) -> Heard | None:
    text = str(event.get("content") or "").strip()
    if event.get("message_type") == "incoming" and not event.get("private"):
        return _said(event, status, str(event["id"]), text, None)
    sender = event.get("sender")
    if isinstance(sender, Mapping) and sender.get("type") == "agent_bot":
        mark = _attributes(event).get(MARK)
        return Echo(status.conversation, mark if isinstance(mark, str) else None, text)
    return None


def _updated(event: Mapping[str, Any], status: Status) -> Said | None:
    """Return what was chosen; of all else that changes about a message, nothing is said."""
    chosen = _attributes(event).get("submitted_values")
    if event.get("content_type") != "input_select" or not isinstance(chosen, list) or not chosen:
        return None
    value, title = (str(chosen[0].get(name) or "") for name in ("value", "title"))
    return _said(event, status, f"{event['id']}:choice", value or title, title)


def _said(event: Mapping[str, Any], status: Status, key: str, text: str, title: str | None) -> Said:
    return Said(key, status.conversation, text, title, status.status, _identifier(event))


def _identifier(event: Mapping[str, Any]) -> str | None:
    """Return the customer's id, if the shop's server has signed it for this contact's session."""
    conversation = event["conversation"]
    meta, inbox = conversation.get("meta") or {}, conversation.get("contact_inbox") or {}
    if meta.get("hmac_verified") is not True and inbox.get("hmac_verified") is not True:
        return None
    identifier = (meta.get("sender") or {}).get("identifier")
    return identifier if isinstance(identifier, str) and identifier else None


def _attributes(event: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes = event.get("content_attributes")
    return attributes if isinstance(attributes, Mapping) else {}
