"""The privacy policy: what data may be used for by default, and how long they are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from analytics.policy_file import Part, load
from analytics.store.models import Purpose

POLICY: Final = Path(__file__).with_name("privacy.yml")

type Days = Annotated[int, Field(ge=1, le=36_500)]


class Defaults(Part):
    """What holds for a customer who has said nothing about a purpose."""

    personalisation: bool
    analytics: bool

    def of(self, purpose: Purpose) -> bool:
        """Return whether a purpose is allowed by default; marketing, each customer's newsletter."""
        return purpose is Purpose.MARKETING or bool(getattr(self, purpose))


class Retention(Part):
    """After how many days what is deleted."""

    conversations_days: Days
    handoffs_days: Days
    questions_days: Days
    # A shop's copy of the policy from an earlier version lacks it.
    suggestions_days: Days = 365
    identity_attempts_days: Days
    webhooks_days: Days
    logs_days: Days


class PrivacyPolicy(Part):
    consent: Defaults
    retention: Retention


def load_privacy_policy(path: Path) -> PrivacyPolicy:
    """Return the policy in `path`, a shop's own copy, or else the one of Salesclerk.

    Raises:
        InvalidFile: the file cannot be read, or a field holds something else than it accepts.
    """
    return load(path, POLICY, PrivacyPolicy)
