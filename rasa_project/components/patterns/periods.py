"""Stretches of time: "last month", "between 1 and 15 May", "the next 6 weeks", 最近90天, 上季度.

A period that has its place in the calendar is an ISO 8601 interval, both days included:
"2026-04-01/2026-06-30". A mere length, and one that begins now, is a duration: "P6W", "P3M".

- "last month" is the calendar's; "the past month" and "the last month" end today.
- A week begins on Monday.
- A month or quarter without a year is the last that begins at most three months ahead.
- What began "since" a day ends today.
- "2-day delivery" and "a 12-month warranty" are kinds of things, not periods; hours and working
  days are none either.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from rasa_project.components.numerals import whole_number
from rasa_project.components.patterns import dates, days
from rasa_project.components.patterns.days import CalendarRule, Interval
from rasa_project.components.patterns.rule import compiled

_QUARTERS = {name: at for at, name in enumerate(("first", "second", "third", "fourth"), start=1)}
_THIS_YEAR = {"this year": "今年", "last year": "去年", "next year": "明年"}

_SIDE = r"(?P<side>last|previous|past|this|current|next|coming|following|upcoming)"
_CHINESE_UNIT = rf"(?:{days.CHINESE_WEEK}(?![边邊年])|月(?![饼餅亮球光])|季度?)"
_FREE = r"(?<![第每有那前几幾十\d])"


def _near(match: re.Match[str], today: date) -> Interval | None:
    unit = days.unit_of(match["unit"])
    return days.whole(days.moved(today, days.side_of(match["side"]), unit), unit)


def _weekend(match: re.Match[str], today: date) -> Interval | None:
    week = days.whole(days.moved(today, days.side_of(match["side"]), "W"), "W")
    return (week[1] - timedelta(days=1), week[1]) if week else None


def _month(match: re.Match[str], today: date) -> Interval | None:
    month = days.month_of(match["month"])
    if match["year"]:
        return days.whole(days.day_of(_year_of(match["year"], today), month, 1), "M")
    return days.whole(days.day_without_year(month, 1, today), "M")


def _month_near(match: re.Match[str], today: date) -> Interval | None:
    """Last March is the last one before this month, next March the first after it."""
    year, month = today.year, days.month_of(match["month"])
    side = days.side_of(match["side"])
    if side and (month >= today.month if side < 0 else month <= today.month):
        year += side
    return days.whole(days.day_of(year, month, 1), "M")


def _quarter(match: re.Match[str], today: date) -> Interval | None:
    name = match["quarter"].lower()
    month = 3 * (_QUARTERS.get(name) or whole_number(name[:1]) or 0) - 2
    if match["year"]:
        return days.whole(days.day_of(_year_of(match["year"], today), month, 1), "Q")
    return days.whole(days.day_without_year(month, 1, today), "Q")


def _half(match: re.Match[str], today: date) -> Interval | None:
    year = _year_of(match["year"], today) if match["year"] else today.year
    first = match["half"].lower() in ("first", "1st", "上")
    begin, end = days.day_of(year, 1 if first else 7, 1), days.day_of(year, 6 if first else 12, 30)
    end = end if first or not end else end.replace(day=31)
    return (begin, end) if begin and end else None


def _year(match: re.Match[str], today: date) -> Interval | None:
    return days.whole(days.day_of(_year_of(match["year"], today), 1, 1), "Y")


def _year_of(name: str, today: date) -> int:
    return days.year_of(_THIS_YEAR.get(name.lower(), name), today)


def _past(match: re.Match[str], today: date) -> Interval | None:
    counted = days.counted(match["count"] or "a", match["unit"])
    before = days.moved(today, -counted[0], counted[1]) if counted and counted[0] else None
    return (before + timedelta(days=1), today) if before else None


def _length(match: re.Match[str], today: date) -> str | None:
    counted = days.counted(match["count"], match["unit"])
    return days.duration(*counted) if counted else None


def _range(match: re.Match[str], today: date) -> Interval | None:
    """Read each end by the other where it lacks its month or its year."""
    first, last = match["first"], match["last"]
    begin, end = _bound(first, today), _bound(last, today)
    if end and not begin:
        begin = _same_month(first, end)
    elif begin and not end:
        end = _same_month(last, begin)
    if not begin or not end:
        return None
    if _without_year(first):
        begin = _bound(first, end[1]) or begin
        begin = _years_on(begin, -1) if begin and begin[0] > end[1] else begin
    elif _without_year(last):
        end = _bound(last, begin[0]) or end
        end = _years_on(end, 1) if end and end[0] < begin[0] else end
    return (begin[0], end[1]) if begin and end else None


def _bound(text: str, today: date) -> Interval | None:
    if found := dates.day(text, today):
        return found, found
    for pattern, form in _WHOLE + _BARE:
        if match := compiled(pattern).fullmatch(text):
            return form(match, today)
    return None


def _same_month(text: str, other: Interval) -> Interval | None:
    """Return the day of the same month, or the month of the same year, that a mere number names."""
    digits = re.match(r"\d{1,2}", text)
    if not digits:
        return None
    if other == days.whole(other[0], "M"):
        return days.whole(days.day_of(other[0].year, int(digits[0]), 1), "M")
    if other[0] != other[1]:
        return None
    day = days.day_of(other[0].year, other[0].month, int(digits[0]))
    return (day, day) if day else None


def _without_year(text: str) -> bool:
    return bool(re.search(rf"月|{days.MONTH}", text, re.I)) and not re.search(
        r"\d{4}|年|[上这這本下][个個]?月|last|this|next", text, re.I
    )


def _years_on(interval: Interval, count: int) -> Interval | None:
    first, last = (days.moved(day, count, "Y") for day in interval)
    return (first, last) if first and last else None


def _since(match: re.Match[str], today: date) -> Interval | None:
    begin = _bound(match["first"], today)
    if begin and begin[0] > today and _without_year(match["first"]):
        begin = _years_on(begin, -1)
    return (begin[0], today) if begin else None


Form = tuple[str, Callable[[re.Match[str], date], "Interval | None"]]

_YEAR = rf"(?P<year>{days.YEAR}|this\syear|last\syear|next\syear)"
_CHINESE_YEAR = rf"(?P<year>{days.CHINESE_YEAR})的?"

# Periods that need nothing around them to be told as such; they may also bound another one.
_WHOLE: Final[list[Form]] = [
    (rf"{_SIDE}\s(?P<month>{days.MONTH})(?![a-z])", _month_near),
    (rf"(?P<month>{days.MONTH})\.?[\s,-]{{1,2}}(?:of\s)?{_YEAR}", _month),
    (rf"(?:{_CHINESE_YEAR})?(?P<month>{days.CHINESE_MONTH})(?!\d)", _month),
    (rf"{_YEAR}\s?q(?P<quarter>[1-4])", _quarter),
    (rf"q(?P<quarter>[1-4])(?:,?\s(?:of\s)?{_YEAR})?(?!-)", _quarter),
    (
        r"(?P<quarter>first|second|third|fourth|1st|2nd|3rd|4th)\squarter"
        rf"(?:\s(?:of\s)?{_YEAR})?",
        _quarter,
    ),
    (rf"(?:{_CHINESE_YEAR})?(?:第(?P<quarter>[一二三四1-4])季度?)", _quarter),
    (rf"(?:{_CHINESE_YEAR})?(?P<quarter>[一二三四1-4])季度", _quarter),
    (rf"(?P<half>first|second|1st|2nd)\shalf\sof\s(?:the\syear(?P<none>)|{_YEAR})", _half),
    (rf"(?:{_CHINESE_YEAR})?(?P<half>[上下])半年", _half),
    (rf"{_SIDE}\s(?P<unit>week|month|quarter|year)", _near),
    (r"(?P<side>last|this|next|coming|past|previous|the)\sweekend", _weekend),
    (rf"(?P<side>{days.CHINESE_SIDE})?[周週]末", _weekend),
    (rf"(?P<side>{days.CHINESE_SIDE})(?P<unit>{_CHINESE_UNIT})", _near),
    (rf"(?P<year>{days.CHINESE_YEAR})(?![级級代货貨度])", _year),
    # The other months' names are words or names as well.
    (
        r"(?<!\d\s)(?P<month>january|february|july|september|october|november|december)(?P<year>)(?!\s\d)",
        _month,
    ),
]
# A month's name alone may be a word or a name, a number alone is no year.
_BARE: Final[list[Form]] = [
    (rf"(?P<month>{days.MONTH})(?P<year>)", _month),
    (rf"(?P<year>{days.YEAR})", _year),
]
_AFTER_PREPOSITION: Final[list[Form]] = [
    (
        rf"(?:in|of|for|from|during|throughout|by|early|mid|late)\s"
        rf"(?P<span>(?P<month>{days.MONTH})(?P<year>))(?!\s(?-i:[A-Z])|\s\d)",
        _month,
    ),
    (rf"(?:in|during|throughout|year)\s(?P<span>(?P<year>{days.YEAR}))(?![-/.]\d|\s?[x×*])", _year),
]
_PAST: Final[list[Form]] = [
    (
        rf"(?P<span>(?:last|past|previous)\s(?P<count>{days.COUNT})\s(?P<unit>{days.UNIT}))",
        _past,
    ),
    (
        r"(?P<span>(?:past|(?<=the\s)last)\s(?P<count>)(?P<unit>week|month|year))",
        _past,
    ),
    (
        rf"(?P<span>(?:最近|过去|過去|近|这|這)的?(?P<count>{days.CHINESE_COUNT})"
        rf"(?P<unit>{days.CHINESE_UNIT}))",
        _past,
    ),
]
_LENGTHS: Final[list[str]] = [
    rf"(?P<span>(?:next|coming|following)\s(?P<count>{days.COUNT})\s(?P<unit>{days.UNIT}))",
    rf"(?<!\d-)(?P<span>(?P<count>{days.COUNT})\s(?P<unit>{days.UNIT}))(?!\sold)",
    rf"(?:for|within|over)\s(?P<span>(?P<count>an?)\s(?P<unit>{days.UNIT}))",
    rf"(?P<span>(?P<count>{days.COUNT})-(?P<unit>{days.UNIT}))(?=\s(?:forecast|outlook|horizon))",
    rf"(?P<span>(?:未来|未來|接下来|接下來|今后|今後|往后|往後)的?(?P<count>{days.CHINESE_COUNT})"
    rf"(?P<unit>{days.CHINESE_UNIT}))",
    rf"{_FREE}(?P<span>(?P<count>{days.CHINESE_COUNT})(?P<unit>{days.CHINESE_UNIT}))",
]

_BOUND = "|".join(days.anonymous(pattern) for pattern, _ in _WHOLE + _BARE)
_END = rf"(?:{dates.DAY}|{_BOUND}|\d{{1,2}}(?:st|nd|rd|th)?(?![\da-z]))"
_CHINESE_END = rf"(?:{dates.DAY}|{_BOUND}|\d{{1,2}}[日号號]?(?!\d))"
_START = rf"(?:{dates.DAY}|{dates.WEEKDAY}|{_BOUND})"
_RANGES: Final[list[Form]] = [
    (rf"(?P<span>between\s(?P<first>{_END})\sand\s(?P<last>{_END}))", _range),
    (
        rf"(?P<span>(?:from\s)?(?P<first>{_END})\s?(?:to|until|till|through|[-–—~])\s?"
        rf"(?P<last>{_END}))",
        _range,
    ),
    (
        rf"(?P<span>[从從自]?(?P<first>{_CHINESE_END})[到至](?P<last>{_CHINESE_END}))",
        _range,
    ),
    (rf"(?P<span>since\s(?:the\s)?(?P<first>{_START}))", _since),
    (
        rf"(?P<span>[从從自]?(?P<first>{_START})"
        r"(?:以来|以來|至今|到现在|到現在|到今天|起|开始|開始))",
        _since,
    ),
]


def _rule(form: Form) -> CalendarRule:
    pattern, meaning = form
    return CalendarRule(
        "period",
        f"{days.EDGE}{pattern}{days.EDGE}",
        lambda match, today: days.iso(meaning(match, today)),
    )


BOUNDED: Final = [_rule(form) for form in _RANGES]
"""Periods made of days, which are looked for before days are."""

PERIOD: Final = [
    *(_rule(form) for form in _PAST),
    *(_rule((f"(?P<span>{pattern})", meaning)) for pattern, meaning in _WHOLE),
    *(_rule(form) for form in _AFTER_PREPOSITION),
    *(CalendarRule("period", f"{days.EDGE}{pattern}{days.EDGE}", _length) for pattern in _LENGTHS),
]
