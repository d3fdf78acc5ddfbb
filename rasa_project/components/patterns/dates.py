"""Single days: "today", "last Tuesday", "3 May", "2026-05-03", "3 days ago", 上周二, 5月3日.

How a day is told that could be several:

- 03/05/2026 is 3 May, the day first; 05/13/2026, which cannot be so, is 13 May.
- Without a year it is the last such day that is at most three months ahead.
- "last Tuesday" is the last one before today and "next Tuesday" the first one after. A mere
  "Tuesday" is the last one, but the next one after "by", "until", "before", "this" and "coming".
- 上周二, 这周二 and 下周二 lie in last week, this week and next week; a mere 周二 in this week.
- "on the 15th" and 15号 lie in this month.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from rasa_project.components.numerals import whole_number
from rasa_project.components.patterns import days
from rasa_project.components.patterns.days import CalendarRule
from rasa_project.components.patterns.rule import MEASURE, PIECES, compiled

_RELATIVE: Final = {
    "today": 0,
    "tonight": 0,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
    "day before yesterday": -2,
    "day after tomorrow": 2,
}
_CHINESE_RELATIVE: Final = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_HOLIDAYS: Final = {
    "元旦": (1, 1),
    "劳动节": (5, 1),
    "国庆节": (10, 1),
    "国庆": (10, 1),
    "双十一": (11, 11),
    "双十二": (12, 12),
}

_ORDINAL_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
# "may" is a verb too: "3 may be enough", "may 20 pieces".
_NO_VERB = r"(?!\s(?:be|have|not|need|want|get|also|i|we|you|it|they|he|she)(?![a-z]))"
_NO_QUANTITY = rf"(?!\d|[.,:/]\d|\s?%|\s?(?:{PIECES}|{MEASURE}|[x×*]\s?\d))"


def _today_and_near(match: re.Match[str], today: date) -> date | None:
    return days.moved(today, _RELATIVE[match["near"].lower()], "D")


def _today_and_near_chinese(match: re.Match[str], today: date) -> date | None:
    return days.moved(today, _CHINESE_RELATIVE[match["near"].replace("後", "后")], "D")


def _weekday(match: re.Match[str], today: date) -> date | None:
    ahead = (match["side"] or "last").lower() not in ("last", "past", "previous")
    find = days.weekday_after if ahead else days.weekday_before
    return find(days.weekday_of(match["weekday"]), today)


def _weekday_chinese(match: re.Match[str], today: date) -> date | None:
    week = days.moved(today, days.side_of(match["side"]), "W")
    monday = days.moved(week, -week.weekday(), "D") if week else None
    return days.moved(monday, days.weekday_of(match["weekday"]), "D") if monday else None


def _month_and_day(match: re.Match[str], today: date) -> date | None:
    month, day = days.month_of(match["month"]), whole_number(match["day"].rstrip("日号號"))
    if day is None:
        return None
    if match["year"]:
        return days.day_of(days.year_of(match["year"], today), month, day)
    return days.day_without_year(month, day, today)


def _digits(match: re.Match[str], today: date) -> date | None:
    return days.day_of(int(match["year"]), int(match["month"]), int(match["day"]))


def _day_first(match: re.Match[str], today: date) -> date | None:
    year = int(match["year"])
    year = 2000 + year if year < 100 else year
    first, second = int(match["first"]), int(match["second"])
    return days.day_of(year, second, first) or days.day_of(year, first, second)


def _away(match: re.Match[str], today: date) -> date | None:
    counted = days.counted(match["count"], match["unit"])
    if counted is None:
        return None
    back = match["side"].lower() in ("ago", "earlier", "back", "前")
    return days.moved(today, -counted[0] if back else counted[0], counted[1])


def _in_this_month(match: re.Match[str], today: date) -> date | None:
    return days.day_of(today.year, today.month, int(match["day"]))


def _in_a_near_month(match: re.Match[str], today: date) -> date | None:
    month = days.moved(today.replace(day=1), days.side_of(match["side"]), "M")
    day = whole_number(match["day"].rstrip("日号號"))
    return days.day_of(month.year, month.month, day) if month and day else None


def _holiday(match: re.Match[str], today: date) -> date | None:
    return days.day_without_year(*_HOLIDAYS[match["holiday"]], today)


Form = tuple[str, Callable[[re.Match[str], date], "date | None"]]

# Days that need nothing around them to be told as such; they may also bound a period.
_ALONE: Final[list[Form]] = [
    (r"(?P<near>day\sbefore\syesterday|day\safter\stomorrow)", _today_and_near),
    (r"(?P<near>today|tonight|yesterday|last\snight|tomorrow)", _today_and_near),
    (
        rf"(?P<year>{days.YEAR})(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}})",
        _digits,
    ),
    (
        rf"(?P<first>\d{{1,2}})(?P<sign>[-/.])(?P<second>\d{{1,2}})(?P=sign)(?P<year>{days.YEAR})",
        _day_first,
    ),
    (r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{2})", _day_first),
    (
        rf"{_ORDINAL_DAY}(?:\s|-|\sof\s)(?P<month>{days.MONTH})(?:[\s,-]{{1,2}}(?P<year>{days.YEAR}))?"
        rf"{_NO_VERB}",
        _month_and_day,
    ),
    (
        rf"(?P<month>{days.MONTH})\.?\s(?:the\s)?{_ORDINAL_DAY}{_NO_QUANTITY}"
        rf"(?:,?\s(?P<year>{days.YEAR})(?!\s?{PIECES}))?",
        _month_and_day,
    ),
    (
        rf"(?P<year>{days.CHINESE_YEAR})?的?(?P<month>{days.CHINESE_MONTH})"
        rf"(?P<day>{days.CHINESE_DAY})",
        _month_and_day,
    ),
    (rf"(?P<side>{days.CHINESE_SIDE})月的?(?P<day>{days.CHINESE_DAY})", _in_a_near_month),
    (
        r"(?P<near>大前|大[后後]|前|昨|今|明|[后後])(?:[天日](?![气氣用常])|晚)",
        _today_and_near_chinese,
    ),
    (rf"(?P<holiday>{'|'.join(_HOLIDAYS)})", _holiday),
]
_WEEKDAYS: Final[list[Form]] = [
    (
        rf"(?<![一二两兩三四五六七八九十\d每几幾个個])(?P<side>{days.CHINESE_SIDE})?{days.CHINESE_WEEK}"
        rf"(?P<weekday>{days.CHINESE_WEEKDAY})",
        _weekday_chinese,
    ),
    (
        rf"(?<!black\s)(?<!good\s)(?<!cyber\s)(?<!every\s)"
        rf"(?:(?P<side>last|previous|past|next|this|coming)\s)?(?P<weekday>{days.WEEKDAY})",
        _weekday,
    ),
]

# Days that only what stands before or after tells.
_BESIDE: Final[list[Form]] = [
    (
        rf"(?P<side>by|until|till|before)\s(?P<span>(?P<weekday>{days.WEEKDAY}))",
        _weekday,
    ),
    (
        rf"(?P<span>(?P<count>{days.COUNT}|an?)\s(?P<unit>{days.UNIT})\s(?P<side>ago|back|earlier"
        r"|later|from\s(?:now|today)))",
        _away,
    ),
    (
        rf"in\s(?P<span>(?P<side>)(?P<count>{days.COUNT}|an?)\s(?P<unit>{days.UNIT})(?:'?\stime)?)",
        _away,
    ),
    (
        rf"(?<![\d第每几幾十])(?P<span>(?P<count>{days.CHINESE_COUNT})(?P<unit>{days.CHINESE_UNIT})"
        r"(?:以|之)?(?P<side>[前后後]))",
        _away,
    ),
    (
        r"on\sthe\s(?P<span>(?P<day>\d{1,2})(?:st|nd|rd|th))"
        r"(?!\s(?:of|one|item|option|floor|page|order|street)(?![a-z]))",
        _in_this_month,
    ),
    (
        r"(?<![\d第月])(?P<span>(?P<day>\d{1,2})[号號])(?=下|买|買|购|購|订|訂|到|发|發|送|之?前|以?前|收|付)",
        _in_this_month,
    ),
]


def _rule(pattern: str, day: Callable[[re.Match[str], date], date | None]) -> CalendarRule:
    def value(match: re.Match[str], today: date) -> str | None:
        found = day(match, today)
        return found.isoformat() if found else None

    return CalendarRule("date", f"{days.EDGE}{pattern}{days.EDGE}", value)


def _either(forms: list[Form]) -> str:
    return "|".join(days.anonymous(pattern) for pattern, _ in forms)


DATE: Final = [
    *(_rule(pattern, form) for pattern, form in _BESIDE),
    *(_rule(f"(?P<span>{pattern})", form) for pattern, form in _ALONE + _WEEKDAYS),
]
DAY: Final = _either(_ALONE)
"""A day of the calendar, or one told from today."""

WEEKDAY: Final = _either(_WEEKDAYS)
"""A day of the week."""


def day(text: str, today: date) -> date | None:
    """Return the day that the whole `text` names, one of `DAY` or `WEEKDAY`; else None."""
    for pattern, form in _ALONE + _WEEKDAYS:
        if match := compiled(pattern).fullmatch(text):
            return form(match, today)
    return None
