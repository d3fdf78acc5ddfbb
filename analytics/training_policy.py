"""The training policy: when the models learn anew, and which may serve; the shop edits it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from analytics import policy_file

DEFAULT_POLICY: Final = Path(__file__).with_name("training.yml")


def _time(text: object) -> object:
    if text == "off":
        return None
    try:
        return time.fromisoformat(str(text))
    except ValueError as error:
        raise ValueError("a time of day such as 03:00, or off") from error


class TrainingPolicy(policy_file.Part):
    """See training.yml, which explains every field."""

    retrain_at: Annotated[time | None, BeforeValidator(_time)]
    time_zone: policy_file.TimeZone
    minutes: Annotated[float, Field(gt=0, le=24 * 60)]
    least_data: Annotated[float, Field(ge=0, le=1)]
    bought_within_days: Annotated[int, Field(ge=1, le=365)]

    @property
    def bought_within(self) -> timedelta:
        return timedelta(days=self.bought_within_days)

    def next_training(self, at: datetime) -> datetime | None:
        """Return when the models are to be trained next after a moment (UTC); None for never."""
        if self.retrain_at is None:
            return None
        zone = ZoneInfo(self.time_zone)
        today = at.astimezone(zone).date()
        days = (today, today + timedelta(days=1))
        moments = [
            datetime.combine(day, self.retrain_at, zone).astimezone(at.tzinfo) for day in days
        ]
        return next(moment for moment in moments if moment > at)


def load_training_policy(path: Path) -> TrainingPolicy:
    """Return the policy in `path`, a shop's own copy, or else the embedded default.

    Raises:
        InvalidFile: naming the file and each field that holds something else than it accepts.
    """
    return policy_file.load(path, DEFAULT_POLICY, TrainingPolicy)
