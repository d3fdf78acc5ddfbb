"""The days that a message names."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from actions.turn import Turn

Days = tuple[date, date]
"""The first and the last day."""

_LENGTH: Final = re.compile(r"P(\d+)([DWMY])")
_UNITS: Final = {"D": 1, "W": 7, "M": 30, "Y": 365}
"Days of each unit of a length, about."


def named(turn: Turn) -> Days | None:
    """Return the first day or period of the message that has its place in the calendar, or None."""
    for entity in turn.entities("date", "period"):
        if not _LENGTH.fullmatch(entity.value):
            first, _, last = entity.value.partition("/")
            return date.fromisoformat(first), date.fromisoformat(last or first)
    return None


def ahead(turn: Turn, start: date) -> Days | None:
    """Return the days that the message names; a mere length, "6 weeks", begins at `start`."""
    for entity in turn.entities("period"):
        if length := _LENGTH.fullmatch(entity.value):
            return start, start + timedelta(days=int(length[1]) * _UNITS[length[2]] - 1)
    return named(turn)
