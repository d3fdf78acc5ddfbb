"""What holds of patterns for any text."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from rasa_project.components import patterns
from rasa_project.components.text import normalise

pytest.importorskip("hypothesis", reason="hypothesis is installed in .venv only")

from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 24)
# Now, so that no example is slow because the expressions are compiled for it.
patterns.find("today", TODAY)
# Text that patterns may trip over: digits, signs, units and both scripts in any order.
SIGNS = st.sampled_from([*"1 x×-#£元%个月一十百，８😀/"])
WORDS = st.sampled_from(
    [
        *("1,500", "3.5", "under ", "以内", "a@b.com", "85123A", "two ", "pcs", "+44"),
        *("May ", "3 May", "2026-05-03", "last ", "next ", "Tuesday", "weeks", " ago", "since "),
        *(
            "from ",
            " to ",
            "Q3",
            "5月",
            "3日",
            "上",
            "周",
            "天",
            "前",
            "最近",
            "到",
            "第",
            "the first ",
        ),
    ]
)
MESSAGES = st.one_of(st.text(max_size=60), st.lists(SIGNS | WORDS, max_size=20).map("".join))


@given(MESSAGES)
def test_entities_lie_in_the_text_in_order_and_apart(text: str) -> None:
    found = patterns.find(text, TODAY)
    edges = [edge for one in found for edge in (one.start, one.end)]
    assert edges == sorted(edges)
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@given(MESSAGES)
def test_a_text_in_its_usual_form_says_the_same(text: str) -> None:
    assert patterns.find(text, TODAY) == patterns.find(normalise(text), TODAY)


@given(MESSAGES, st.dates())
def test_dates_and_periods_are_iso_8601_on_any_day(text: str, today: date) -> None:
    for one in patterns.find(text, today):
        if one.entity == "date":
            date.fromisoformat(str(one.value))
        elif one.entity == "period" and not re.fullmatch(r"P[1-9]\d*[DWMY]", str(one.value)):
            first, last = map(date.fromisoformat, str(one.value).split("/"))
            assert first <= last


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.dates())
def test_a_full_date_is_read_in_every_form(day: date, today: date) -> None:
    for text in (
        f"{day:%Y-%m-%d}",
        f"{day:%d/%m/%Y}",
        f"{day.day} {day:%B} {day:%Y}",
        f"{day:%b} {day.day}, {day:%Y}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        (found,) = patterns.find(text, today)
        assert (found.entity, found.value) == ("date", day.isoformat())
        assert (found.start, found.end) == (0, len(text))


@given(st.dates(date(1, 2, 1), date(9999, 11, 30)))
def test_days_told_from_today_move_with_it(today: date) -> None:
    for text, distance in (("yesterday", -1), ("3天前", -3), ("in 2 weeks", 14), ("后天", 2)):
        (found,) = patterns.find(text, today)
        assert found.value == (today + timedelta(days=distance)).isoformat()


@given(st.integers(0, 9_999_999))
def test_a_quantity_is_found_however_many_digits_it_has(number: int) -> None:
    for text in (
        f"{number} x 85123A",
        f"85123A x {number}",
        f"{number}个85123A",
        f"{number:,} pcs",
    ):
        assert number in [one.value for one in patterns.find(text, TODAY) if one.entity == "number"]


@given(st.text(max_size=60))
def test_the_usual_form_is_as_long_as_the_text(text: str) -> None:
    assert len(normalise(text)) == len(text)
    assert normalise(normalise(text)) == normalise(text)
