"""What can be told from a message's characters alone: codes, quantities, money, dates and the like.

The rules stand in the order of their priority; a span that one has taken, no later one takes:

1. `email`      "anna@example.com", in lower case
2. `money`      "£50", "50 pounds", "50英镑": "50 GBP"; "under 50", without a currency: "50";
                `bound` is "max" or "min" where the amount is a limit, or an end of "£20-£30"
3. `percent`    "10%", "百分之十": "10"; 九折, a tenth off, is "10" too
4. `reference`  "same as last time", "the usual", 老样子: "last_time"
5. `period`     made of days: "between 1 and 15 May", "since Monday", 5月1日到15日: see `periods`
6. `date`       one day, "2026-05-03": see `dates`
7. `period`     any other: "last month" is "2026-04-01/2026-04-30", "6 weeks" is "P6W"
8. `ordinal`    which of the things shown, counted from 1: "the second one", "#2", 第二个; -1 is the
                last one
9. `phone`      "+44 20 7946 0958", "138 1234 5678": digits, after a plus where there was one
10. `number`    with a sign that it is a quantity, however many digits: "2000 x", "x1500", "200个"
11. `code`      order numbers, customer ids, SKUs, in upper case: three or more digits with letters
                ("85123A"), two letters, a hyphen and a digit ("SKU-7"), four or more digits, any
                digit after a "#" that is no ordinal
12. `number`    any other whole number of up to three digits or in words, unless it counts time

Money and percent are decimal numbers as text; a number and an ordinal are an int.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from analytics.settings import Settings
from rasa_project.components.patterns import (
    amounts,
    codes,
    contacts,
    dates,
    periods,
    quantities,
    references,
)
from rasa_project.components.patterns.days import CUE, CalendarRule
from rasa_project.components.patterns.rule import Found, Rule
from rasa_project.components.text import normalise

__all__ = ["Found", "find", "today"]

_RULES: list[Rule | CalendarRule] = [
    *contacts.EMAIL,
    *amounts.MONEY,
    *amounts.PERCENT,
    *references.REFERENCE,
    *periods.BOUNDED,
    *dates.DATE,
    *periods.PERIOD,
    *references.ORDINAL,
    *contacts.PHONE,
    *quantities.MARKED,
    *codes.CODE,
    *quantities.PLAIN,
]
_TIMELESS = [rule for rule in _RULES if isinstance(rule, Rule)]


def today() -> date:
    """Return the day that it is for the assistant, UTC."""
    return _settings().now().date()


def find(text: str, today: date) -> list[Found]:
    """Return the entities in `text` in their order there; no two overlap.

    Takes time linear in the length of the text.

    Args:
        today: the day from which "yesterday" and "last month" are told.
    """
    text = normalise(text)
    rules = _rules(today) if CUE.search(text) else _TIMELESS
    found: list[Found] = []
    taken = [False] * len(text)
    for rule in rules:
        for one in rule.find(text):
            if not any(taken[one.start : one.end]):
                taken[one.start : one.end] = [True] * (one.end - one.start)
                found.append(one)
    return sorted(found, key=lambda one: one.start)


@cache
def _settings() -> Settings:
    return Settings.from_environment()


def _rules(today: date) -> list[Rule]:
    return [rule.at(today) if isinstance(rule, CalendarRule) else rule for rule in _RULES]
