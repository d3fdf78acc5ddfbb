"""When people are there, and what the policy file may hold."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.errors import InvalidFile
from analytics.handoff import HandoffPolicy, load_handoff_policy
from analytics.handoff.policy import DEFAULT_POLICY

LONDON = ZoneInfo("Europe/London")
HOURS = """
time_zone: Europe/London
hours:
  monday: ["09:00-12:30", "13:30-18:00"]
  saturday: ["10:00-24:00"]
closed_on: ["2026-04-06"]
"""


def written(tmp_path: Path, **changes: str) -> HandoffPolicy:
    """Return the embedded policy with some of its lines replaced."""
    lines = DEFAULT_POLICY.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition(":")[0] not in changes]
    path = tmp_path / "handoff.yml"
    path.write_text("\n".join([*kept, *changes.values()]), encoding="utf-8")
    return load_handoff_policy(path)


@pytest.fixture
def hours(tmp_path: Path) -> HandoffPolicy:
    return written(tmp_path, time_zone="", hours=HOURS, closed_on="")


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def test_without_hours_somebody_is_always_there(policy: HandoffPolicy) -> None:
    assert policy.is_open(london("2026-03-01T03:00"))


@pytest.mark.parametrize(
    ("at", "is_open", "opens_at"),
    [
        ("2026-03-02T08:59", False, "2026-03-02T09:00"),
        ("2026-03-02T09:00", True, "2026-03-02T13:30"),
        ("2026-03-02T12:30", False, "2026-03-02T13:30"),
        ("2026-03-02T18:00", False, "2026-03-07T10:00"),
        ("2026-03-07T23:59", True, "2026-03-09T09:00"),
        # Summer time begins on 29 March, and the Monday of 6 April is a holiday.
        ("2026-03-30T08:30", False, "2026-03-30T09:00"),
        ("2026-04-05T12:00", False, "2026-04-11T10:00"),
        ("2026-04-06T10:00", False, "2026-04-11T10:00"),
    ],
)
def test_hours(hours: HandoffPolicy, at: str, is_open: bool, opens_at: str) -> None:
    moment = london(at)
    assert hours.is_open(moment) is is_open
    assert hours.opens_at(moment) == london(opens_at)


@pytest.mark.parametrize(
    ("field", "line", "told"),
    [
        ("time_zone", "time_zone: Mars/Base", "a time zone such as Europe/London"),
        ("hours", 'hours: {monday: ["9 to 5"]}', "hours such as 09:00-12:30"),
        ("hours", 'hours: {monday: ["12:00-09:00"]}', "hours that end after they begin"),
        ("hours", 'hours: {funday: ["09:00-12:00"]}', "monday"),
        ("wait_minutes", "wait_minutes: 0", "greater than or equal to 1"),
        ("misses", "misses: {offer: 3, call: 2}", "call at least as many as offer"),
        ("misses", "misses: {offer: 3}", "missing"),
        ("wait_minutes", "patience: 3", "patience"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, field: str, line: str, told: str) -> None:
    with pytest.raises(InvalidFile, match=told):
        written(tmp_path, **{field: line})
