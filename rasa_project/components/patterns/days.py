"""The calendar's arithmetic, and the words for its parts in English and Chinese.

An interval is its first and its last day. What lies outside of the calendar (the years 1 to 9999)
is None.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rasa_project.components.numerals import CHINESE_CHARACTERS, ENGLISH, whole_number
from rasa_project.components.patterns.rule import Rule

Interval = tuple[date, date]

AHEAD: Final = 92
"""Days: a day or month without a year is the last one that is at most this far ahead."""

EDGE = r"(?:(?<![A-Za-z0-9])|(?![A-Za-z0-9]))(?<!\d[.,])"
"""Not in the midst of letters and digits, nor after a decimal point."""

YEAR = r"(?:(?:19|20)\d{2})"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
WEEKDAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
UNIT = r"(?:days?|weeks?|fortnights?|months?|quarters?|years?)"
COUNT = rf"(?:\d{{1,3}}|{ENGLISH})"

CHINESE_YEAR = r"(?:(?:19|20)\d{2}|[〇零一二三四五六七八九]{4}|[今去明前])年"
CHINESE_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?![饼餅])份?"
CHINESE_DAY = r"(?:[0-3]?\d|[一二三四五六七八九十]{1,3})[日号號]"
# Not 周一 in 上周一共, nor 周日 in 周日用品.
CHINESE_WEEKDAY = (
    r"(?:一(?![共直起个個些样樣下次定般边邊])|[二三四五六](?![个個件])"
    r"|日(?![用常历曆记記])|天(?![气氣]))"
)
CHINESE_WEEK = r"(?:周|週|星期|礼拜|禮拜)"
CHINESE_UNIT = (
    r"(?:天|[个個]?(?:星期|礼拜|禮拜)|[周週](?!年)|[个個](?:月|季度)|年)"
    r"(?![级級代货貨底初终終龄齡])"
)
CHINESE_SIDE = "(?:上上|下下|[上这這本下])[个個]?"
CHINESE_COUNT = rf"(?:\d{{1,3}}|[{CHINESE_CHARACTERS}]{{1,4}}|半)"

CUE = re.compile(
    r"day|night|tomorrow|week|month|quarter|year|since|half\sof|q[1-4]"
    r"|(?:19|20)\d\d|\d[-/.]\d|\d(?:st|nd|rd|th)"
    rf"|(?<![a-z]){MONTH}|[天日月年周週号號季晚旦节節庆慶期拜双雙末]",
    re.IGNORECASE,
)
"""A text without any of these names no day and no period."""

_SIDES = {
    **{"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "the": 0},
    **{"next": 1, "coming": 1, "following": 1, "upcoming": 1},
    **{"上上": -2, "上": -1, "这": 0, "這": 0, "本": 0, "下": 1, "下下": 2},
}
_MONTHS = [name[:3].lower() for name in calendar.month_abbr if name]
_WEEKDAYS = [name.lower() for name in calendar.day_name]
_UNITS = {"day": "D", "week": "W", "fortnight": "F", "month": "M", "quarter": "Q", "year": "Y"}
_CHINESE_UNITS = {
    **{"天": "D", "周": "W", "週": "W", "期": "W", "拜": "W", "月": "M"},
    **{"度": "Q", "季": "Q", "年": "Y"},
}
_THIS_YEAR = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}


@dataclass(frozen=True)
class CalendarRule:
    """A rule whose value depends on the day on which the message is written; see `Rule`."""

    entity: str
    pattern: str
    value: Callable[[re.Match[str], date], str | None]

    def at(self, today: date) -> Rule:
        """Return the rule as it is on that day."""
        return Rule(self.entity, self.pattern, lambda match: self.value(match, today))


def anonymous(pattern: str) -> str:
    """Return `pattern` without the names of its groups, so that it may stand beside others."""
    return re.sub(r"\(\?P<\w+>", "(?:", re.sub(r"\(\?P=\w+\)", "[-/.]", pattern))


def day_of(year: int, month: int, day: int) -> date | None:
    """Return a day; None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_without_year(month: int, day: int, today: date) -> date | None:
    """Return the last such day that is at most `AHEAD` days after `today`."""
    # A 29 February may be eight years away.
    for year in range(today.year + 1, today.year - 9, -1):
        found = day_of(year, month, day)
        if found and (found - today).days <= AHEAD:
            return found
    return None


def weekday_before(weekday: int, today: date) -> date | None:
    """Return the last such day before `today`; Monday is 0."""
    return moved(today, -((today.weekday() - weekday - 1) % 7 + 1), "D")


def weekday_after(weekday: int, today: date) -> date | None:
    """Return the first such day after `today`; Monday is 0."""
    return moved(today, (weekday - today.weekday() - 1) % 7 + 1, "D")


def moved(day: date, count: int, unit: str) -> date | None:
    """Return the day `count` units later; the month's last where the month has no such day.

    Args:
        unit: D, W, F (fortnight), M, Q (quarter) or Y.
    """
    try:
        if unit in "DWF":
            return day + timedelta(days=count * {"D": 1, "W": 7, "F": 14}[unit])
        months = 12 * day.year + day.month - 1 + count * {"M": 1, "Q": 3, "Y": 12}[unit]
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None


def whole(day: date | None, unit: str) -> Interval | None:
    """Return the week, month, quarter or year that `day` lies in; a week begins on Monday."""
    if day is None:
        return None
    first = {
        "W": moved(day, -day.weekday(), "D"),
        "M": day.replace(day=1),
        "Q": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "Y": day.replace(month=1, day=1),
    }[unit]
    after = moved(first, 1, unit) if first else None
    return (first, after - timedelta(days=1)) if first and after else None


def iso(interval: Interval | None) -> str | None:
    """Return "2026-04-01/2026-06-30", both days included; None where the days are not in order."""
    if interval is None or interval[0] > interval[1]:
        return None
    return f"{interval[0].isoformat()}/{interval[1].isoformat()}"


def duration(count: int, unit: str) -> str | None:
    """Return an ISO 8601 duration such as "P6W"; None for none."""
    multiple, unit = {"F": (2, "W"), "Q": (3, "M")}.get(unit, (1, unit))
    return f"P{multiple * count}{unit}" if count else None


def counted(count: str, unit: str) -> tuple[int, str] | None:
    """Return what a count and a unit say, in either language: "two weeks", "半年" is 6 months."""
    code = unit_of(unit)
    if count == "半":
        return {"M": (15, "D"), "Y": (6, "M")}.get(code)
    number = 1 if count.lower() in ("a", "an") else whole_number(count)
    return None if number is None else (number, code)


def unit_of(word: str) -> str:
    """Return the unit that a word names in either language, such as W of "weeks"."""
    return _CHINESE_UNITS.get(word[-1]) or _UNITS[word.lower().rstrip("s")]


def side_of(word: str | None) -> int:
    """Return how many units from this one "last", "next", 上上个 and the like are; 0 for None."""
    return _SIDES[word.lower().rstrip("个個")] if word else 0


def month_of(name: str) -> int:
    """Return 1 to 12 for a month's name in either language."""
    if name.endswith(("月", "份")):
        return whole_number(name.rstrip("月份")) or 0
    return _MONTHS.index(name[:3].lower()) + 1


def weekday_of(name: str) -> int:
    """Return 0 (Monday) to 6 for a weekday's name in English, or its last character in Chinese."""
    if name.lower() in _WEEKDAYS:
        return _WEEKDAYS.index(name.lower())
    return min("一二三四五六日天".index(name), 6)


def year_of(name: str, today: date) -> int:
    """Return the year of "2026", "2026年", "二〇二六年" or "去年"."""
    if name in _THIS_YEAR:
        return today.year + _THIS_YEAR[name]
    return whole_number(name.rstrip("年")) or 0
