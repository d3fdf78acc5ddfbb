"""webhooks.yml: who hears of what, and who may say what is to happen."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from analytics import policy_file
from analytics.policy_file import Part
from analytics.webhooks.signatures import PROFILES

DEFAULT_POLICY: Final = Path(__file__).parent / "webhooks.yml"
EVENTS: Final = (
    "handoff.requested",
    "handoff.claimed",
    "handoff.released",
    "handoff.closed",
    "message.customer",
    "message.agent",
    "ticket.opened",
    "feedback.given",
)


def _event(name: str) -> str:
    if name not in EVENTS:
        raise ValueError(f"one of {', '.join(EVENTS)}")
    return name


def _profile(name: str) -> str:
    if name not in PROFILES:
        raise ValueError(f"one of {', '.join(PROFILES)}")
    return name


def _address(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and _loopback(host))
    if not host or not safe or parts.username or parts.password or parts.fragment:
        raise ValueError("an address with https:// and no password, or http:// on this machine")
    return url


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


class Endpoint(Part):
    """A system that hears of events.

    Attributes:
        mask: whether personal data is masked in what it hears.
    """

    name: Name
    url: Annotated[str, AfterValidator(_address)]
    events: Annotated[tuple[Annotated[str, AfterValidator(_event)], ...], Field(min_length=1)]
    mask: bool = True


class Source(Part):
    """A system that may say what is to happen; `profile` is how it signs."""

    name: Name
    profile: Annotated[str, AfterValidator(_profile)]


class Retry(Part):
    """When a delivery that failed is tried again, and when it is given up."""

    first_seconds: Annotated[int, Field(ge=1, le=3600)]
    most_seconds: Annotated[int, Field(ge=1, le=86_400)]
    give_up_hours: Annotated[int, Field(ge=1, le=720)]

    @property
    def give_up(self) -> timedelta:
        return timedelta(hours=self.give_up_hours)

    def longest_wait(self, attempts: int) -> float:
        """Return the longest wait after so many attempts, in seconds: doubled each time."""
        return float(min(self.most_seconds, self.first_seconds * 2 ** min(attempts - 1, 30)))


def _names_differ[T: (Endpoint, Source)](parts: tuple[T, ...]) -> tuple[T, ...]:
    names = [part.name for part in parts]
    if len(set(names)) < len(names):
        raise ValueError("names that differ from one another")
    return parts


class WebhookPolicy(Part):
    """Endpoints to call, sources to listen to."""

    endpoints: Annotated[tuple[Endpoint, ...], AfterValidator(_names_differ)]
    sources: Annotated[tuple[Source, ...], AfterValidator(_names_differ)]
    retry: Retry

    def endpoint(self, name: str) -> Endpoint | None:
        """Return the endpoint of this name, or None."""
        return next((one for one in self.endpoints if one.name == name), None)

    def source(self, name: str) -> Source | None:
        """Return the source of this name, or None."""
        return next((one for one in self.sources if one.name == name), None)


def load_webhook_policy(path: Path) -> WebhookPolicy:
    """Return the policy in `path`, a shop's own copy, or the one that comes with Salesclerk.

    Raises:
        InvalidFile: see `analytics.policy_file.load`.
    """
    return policy_file.load(path, DEFAULT_POLICY, WebhookPolicy)
