"""The handoff policy: when a person is called, and how long anybody waits; the shop edits it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from analytics import policy_file

DEFAULT_POLICY: Final = Path(__file__).with_name("handoff.yml")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOKED_AHEAD: Final = timedelta(days=366)

Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]
Count = Annotated[int, Field(ge=1, le=20)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _span(text: object) -> object:
    """Read hours such as 09:00-12:30; 24:00 is the end of the day."""
    if not isinstance(text, str):
        return text
    try:
        opens, closes = (part.strip() for part in text.split("-"))
        end = time.max if closes == "24:00" else time.fromisoformat(closes)
        span = (time.fromisoformat(opens), end)
    except ValueError as error:
        raise ValueError("hours such as 09:00-12:30") from error
    if span[0] >= span[1]:
        raise ValueError("hours that end after they begin")
    return span


Span = Annotated[tuple[time, time], BeforeValidator(_span)]


class Threshold(policy_file.Part):
    """Of what is counted, how many lead to an offer of a person, and how many to a call."""

    offer: Count
    call: Count

    @model_validator(mode="after")
    def _in_order(self) -> Threshold:
        if self.call < self.offer:
            raise ValueError("call at least as many as offer")
        return self


class HandoffPolicy(policy_file.Part):
    """See handoff.yml, which explains every field."""

    misses: Threshold
    anger: Threshold
    time_zone: policy_file.TimeZone
    hours: dict[Weekday, tuple[Span, ...]]
    closed_on: frozenset[date]
    wait_minutes: Minutes
    agent_silent_minutes: Minutes
    customer_gone_minutes: Minutes
    usual_minutes: Minutes

    def is_open(self, at: datetime) -> bool:
        """Return whether people are there at a moment (any time zone)."""
        if not any(self.hours.values()):
            return True
        local = at.astimezone(ZoneInfo(self.time_zone))
        spans = self._spans(local.date())
        return any(opens <= local.time().replace(tzinfo=None) < closes for opens, closes in spans)

    def opens_at(self, at: datetime) -> datetime | None:
        """Return when people are there next, in the shop's time zone; None within a year never."""
        zone = ZoneInfo(self.time_zone)
        local = at.astimezone(zone)
        for days in range(LOOKED_AHEAD.days):
            day = local.date() + timedelta(days=days)
            for opens, _ in sorted(self._spans(day)):
                moment = datetime.combine(day, opens, zone)
                if moment > local:
                    return moment
        return None

    def _spans(self, day: date) -> tuple[tuple[time, time], ...]:
        if day in self.closed_on:
            return ()
        return self.hours.get(WEEKDAYS[day.weekday()], ())


def load_handoff_policy(path: Path) -> HandoffPolicy:
    """Return the policy in `path`, a shop's own copy, or else the embedded default.

    Raises:
        InvalidFile: naming the file and each field that holds something else than it accepts.
    """
    return policy_file.load(path, DEFAULT_POLICY, HandoffPolicy)
