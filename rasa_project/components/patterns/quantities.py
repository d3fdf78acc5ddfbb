"""Whole numbers that count things."""

from __future__ import annotations

import re

from rasa_project.components.numerals import (
    CHINESE,
    CHINESE_CHARACTERS,
    DIGITS,
    ENGLISH,
    whole_number,
)
from rasa_project.components.patterns.rule import BEGIN, END, MEASURE, PIECES, SIZE, TIME, Rule


def _number(match: re.Match[str]) -> int | None:
    return whole_number(match["span"])


MARKED = [
    # "200 pcs", "200 x 85123A" but not "30 x 40 cm", "200 of 85123A"
    Rule(
        "number",
        rf"""{BEGIN}(?<!\d[.,])(?P<span>{DIGITS}|{ENGLISH})\s?
            (?:{PIECES}|[x×*](?![a-z])(?!\s?\d+{SIZE})|of\s(?=[a-z]*\d))""",
        _number,
    ),
    Rule("number", rf"(?<![a-z])[x×*]\s?(?P<span>{DIGITS}){END}(?![.,-]\d|{SIZE})", _number),
    Rule(
        "number",
        rf"(?:qty|quantity|数量|數量)\s?(?:[:=]|of|is|是|为|為)?\s?(?P<span>{DIGITS}){END}",
        _number,
    ),
    # 一个 is mostly no more than "a": it counts at the end, or before a code.
    Rule(
        "number",
        rf"""{BEGIN}(?<![第这這那哪每{CHINESE_CHARACTERS}])(?<!\d[.,])
            (?P<span>{DIGITS}|(?!一{MEASURE}){CHINESE}|一(?={MEASURE}(?:[\s,.!?，。！？吧]*$|[a-z0-9])))
            (?!{TIME})\s?{MEASURE}""",
        _number,
    ),
]

PLAIN = [
    Rule(
        "number",
        rf"""{BEGIN}(?<![第$£€¥-])(?<!\d[.,/:])(?P<span>\d{{1,3}}(?:,\d{{3}}){{0,2}}){END}
            (?![.,/:]\d|-\w|\s?%|{TIME}|{SIZE}|\s?[x×*]\s?\d+{SIZE})""",
        _number,
    ),
    Rule("number", rf"{BEGIN}(?P<span>(?!one){ENGLISH}){END}(?!-\w|{TIME})", _number),
    # "one" counts only where it does not stand for a thing itself: "the red one", "which one".
    Rule(
        "number",
        rf"""(?:^\s*|{BEGIN}(?:want|need|order|buy|get|take|add|have|just|only|for)\s)
            (?P<span>one)(?=[\s.!]*$|\s(?!of)[a-z]){END}(?!{TIME})""",
        _number,
    ),
    # An answer that is nothing but a number: 二十
    Rule("number", rf"^\s*(?P<span>{CHINESE})[\s。.!！]*$", _number),
]
