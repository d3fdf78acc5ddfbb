"""Signing what we send, and verifying what others send, by HMAC-SHA256.

A profile says how a vendor signs. What is verified is the raw body: parsed and written anew it
would be another text. Used by both environments: standard library only, Python 3.10.

Sources, as of 2026: Chatwoot's `lib/webhooks/trigger.rb`; HubSpot's "Validate the v3 request
signature"; Zendesk's "Verifying webhooks"; Turn.io's `X-Turn-Hook-Signature`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Final

from analytics.errors import InvalidSignature

TOLERANCE: Final = timedelta(minutes=5)
"How far a sender's clock may be from ours, either way; also how long a request stays valid."
MOST_DELIVERY_ID_CHARACTERS: Final = 128
# HubSpot signs the address with these escapes undone.
_ESCAPES: Final = (
    ("%3A", ":"),
    ("%2F", "/"),
    ("%3F", "?"),
    ("%40", "@"),
    ("%21", "!"),
    ("%24", "$"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
    ("%2C", ","),
    ("%3B", ";"),
)


@dataclass(frozen=True)
class Profile:
    """How a sender signs.

    Attributes:
        name: as in webhooks.yml.
        signature_header: where the signature stands, after `prefix`.
        parts: what is signed, one after the other: `method`, `url`, `body`, `timestamp`, or any
            other text as it is.
        encode: writes the digest as text.
        timestamp_header: where the time of sending stands; None where nothing tells it.
        read_time: reads that time.
        delivery_header: where the id stands that repeats share; None where nothing tells it.
    """

    name: str
    signature_header: str
    parts: tuple[str, ...]
    encode: Callable[[bytes], str]
    prefix: str = ""
    timestamp_header: str | None = None
    read_time: Callable[[str], datetime] | None = None
    delivery_header: str | None = None

    def signature(self, secret: str, timestamp: str, method: str, url: str, body: bytes) -> str:
        """Return what the header has to hold."""
        values = {
            "method": method.upper().encode(),
            "url": _unescaped(url).encode(),
            "body": body,
            "timestamp": timestamp.encode(),
        }
        text = b"".join(values.get(part, part.encode()) for part in self.parts)
        return self.prefix + self.encode(hmac.new(secret.encode(), text, hashlib.sha256).digest())


def _seconds(text: str) -> datetime:
    return datetime.fromtimestamp(int(text), timezone.utc)


def _milliseconds(text: str) -> datetime:
    return datetime.fromtimestamp(int(text) / 1000, timezone.utc)


def _iso(text: str) -> datetime:
    # Python 3.10 reads no Z.
    time = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if time.tzinfo is None:
        raise ValueError("no time zone")
    return time


def _hex(digest: bytes) -> str:
    return digest.hex()


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


SALESCLERK: Final = Profile(
    name="salesclerk",
    signature_header="X-Salesclerk-Signature",
    parts=("timestamp", ".", "body"),
    encode=_hex,
    prefix="sha256=",
    timestamp_header="X-Salesclerk-Timestamp",
    read_time=_seconds,
    delivery_header="X-Salesclerk-Delivery",
)
CHATWOOT: Final = Profile(
    name="chatwoot",
    signature_header="X-Chatwoot-Signature",
    parts=("timestamp", ".", "body"),
    encode=_hex,
    prefix="sha256=",
    timestamp_header="X-Chatwoot-Timestamp",
    read_time=_seconds,
    delivery_header="X-Chatwoot-Delivery",
)
HUBSPOT: Final = Profile(
    name="hubspot",
    signature_header="X-HubSpot-Signature-v3",
    parts=("method", "url", "body", "timestamp"),
    encode=_base64,
    timestamp_header="X-HubSpot-Request-Timestamp",
    read_time=_milliseconds,
)
ZENDESK: Final = Profile(
    name="zendesk",
    signature_header="X-Zendesk-Webhook-Signature",
    parts=("timestamp", "body"),
    encode=_base64,
    timestamp_header="X-Zendesk-Webhook-Signature-Timestamp",
    read_time=_iso,
    delivery_header="X-Zendesk-Webhook-Invocation-Id",
)
TURN: Final = Profile(
    name="turn",
    signature_header="X-Turn-Hook-Signature",
    parts=("body",),
    encode=_base64,
)
PROFILES: Final = MappingProxyType(
    {profile.name: profile for profile in (SALESCLERK, CHATWOOT, HUBSPOT, ZENDESK, TURN)}
)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return our own signature of a body.

    Args:
        timestamp: seconds since 1970, as the header beside it tells.
    """
    return SALESCLERK.signature(secret, str(timestamp), "POST", "", body)


def verify(
    profile: Profile,
    secret: str,
    headers: Mapping[str, str],
    method: str,
    url: str,
    body: bytes,
    now: datetime,
) -> str:
    """Return the delivery id of a request that is signed as it should be, and is no older.

    Where the sender tells no delivery id, it is the hash of the body: the same text is the same
    delivery.

    Args:
        headers: of the request, by any spelling of their names.
        url: whole, as the sender calls us from outside.

    Raises:
        InvalidSignature: not signed, not by this secret, or more than `TOLERANCE` ago or ahead.
    """
    headers = {name.lower(): value for name, value in headers.items()}
    found = _header(headers, profile.signature_header)
    timestamp = _header(headers, profile.timestamp_header) if profile.timestamp_header else ""
    expected = profile.signature(secret, timestamp, method, url, body)
    # As bytes: of text, the comparison takes ASCII only.
    if not hmac.compare_digest(found.encode(), expected.encode()):
        raise InvalidSignature(
            f"{profile.signature_header} is not the signature of this request by the secret"
            " that was agreed"
        )
    if profile.read_time:
        _check_time(profile, timestamp, now)
    delivery = headers.get((profile.delivery_header or "").lower(), "").strip()
    if len(delivery) > MOST_DELIVERY_ID_CHARACTERS:
        raise InvalidSignature(
            f"{profile.delivery_header} may have {MOST_DELIVERY_ID_CHARACTERS} characters"
        )
    return delivery or hashlib.sha256(body).hexdigest()


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name.lower(), "").strip()
    if not value:
        raise InvalidSignature(f"the header {name} is missing")
    return value


def _check_time(profile: Profile, timestamp: str, now: datetime) -> None:
    """Refuse a request of another time.

    Raises:
        InvalidSignature: the time cannot be read, or is too far from `now`.
    """
    assert profile.read_time is not None  # noqa: S101
    try:
        sent = profile.read_time(timestamp)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidSignature(f"{profile.timestamp_header} is not a time") from error
    late = now - sent
    if abs(late) > TOLERANCE:
        seconds = round(late.total_seconds())
        apart = f"{seconds} s old" if seconds > 0 else f"{-seconds} s in the future"
        raise InvalidSignature(
            f"{profile.timestamp_header} is {apart}, accepted are"
            f" {int(TOLERANCE.total_seconds())} s either way: set the clocks, or send anew"
        )


def _unescaped(url: str) -> str:
    for escape, character in _ESCAPES:
        url = url.replace(escape, character).replace(escape.lower(), character)
    return url
