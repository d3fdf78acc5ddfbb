"""Whole numbers that count things."""

from __future__ import annotations

import re

from rasa_project.components.numerals import (
    CHINESE,
    CHINESE_CHARACTERS,
    DIGITS,
    ENGLISH,
    SCALED,
    whole_number,
)
from rasa_project.components.patterns.rule import BEGIN, END, MEASURE, PIECES, SIZE, TIME, Rule

# "60x90" without spaces says how large something is.
_NO_AREA = (
    r"(?!(?<!\d)\d{1,3}[x×*]\d{1,3}(?![a-z0-9]))"
    r"(?<!(?<!\d)\d[x×*])(?<!(?<!\d)\d\d[x×*])(?<!(?<!\d)\d\d\d[x×*])"
)
# "size 38", "top 10": not that many.
_NO_COUNT = "".join(
    rf"(?<!{word}\s)" for word in ("size", "version", "step", "question", "top", "chapter")
)


def _number(match: re.Match[str]) -> int | None:
    return whole_number(match["span"])


def _dozens(match: re.Match[str]) -> int | None:
    if match["count"] == "半":
        return 6
    count = whole_number(match["count"])
    return 12 * count if count else None


MARKED = [
    # "200 pcs", "200 x 85123A" but not "30 x 40 cm", "200 of 85123A"
    Rule(
        "number",
        rf"""{BEGIN}(?<!\d[.,]){_NO_AREA}(?P<span>{SCALED}|{DIGITS}|{ENGLISH})\s?
            (?:{PIECES}|[x×*](?![a-z])(?!\s?\d+{SIZE})|of\s(?=[a-z]*\d))""",
        _number,
    ),
    Rule(
        "number", rf"(?<![a-z])[x×*]\s?{_NO_AREA}(?P<span>{DIGITS}){END}(?![.,-]\d|{SIZE})", _number
    ),
    Rule(
        "number",
        rf"(?:qty|quantity|数量|數量)\s?(?:[:=]|of|is|是|为|為)?\s?(?P<span>{SCALED}|{DIGITS}){END}",
        _number,
    ),
    # By the dozen: 两打杯子, but not 打折.
    Rule(
        "number",
        rf"""(?P<span>(?P<count>{DIGITS}|{CHINESE}|半)打)
            (?![折包开開电電印字\d]|[一二三四五六七八九]{{1,2}}折)""",
        _dozens,
    ),
    # 一个 is mostly no more than "a": it counts at the end, or before a code.
    Rule(
        "number",
        rf"""{BEGIN}(?<![第这這那哪每{CHINESE_CHARACTERS}])(?<!\d[.,])
            (?P<span>{SCALED}|{DIGITS}|(?!一{MEASURE}){CHINESE}|一(?={MEASURE}(?:[\s,.!?，。！？吧]*$|[a-z0-9])))
            (?!{TIME})\s?{MEASURE}""",
        _number,
    ),
    # Right behind a code: LAMP-012两个.
    Rule(
        "number",
        rf"(?<=[a-z0-9])(?P<span>(?![百千万萬零〇一]){CHINESE})(?!{TIME}){MEASURE}",
        _number,
    ),
]

PLAIN = [
    Rule(
        "number",
        rf"""{BEGIN}(?<![第$£€¥-])(?<!\d[.,/:])
            {_NO_COUNT}{_NO_AREA}(?P<span>{SCALED}|\d{{1,3}}(?:,\d{{3}}){{0,2}}){END}
            (?![.,/:]\d|-\w|\s?%|折|\s?stars?(?![a-z])|\sand\sa\shalf|{TIME}|{SIZE}
            |\s?[x×*]\s?\d+{SIZE}|\s(?:tv|display|monitor|screen|video|resolution)(?![a-z]))""",
        _number,
    ),
    Rule(
        "number", rf"{BEGIN}(?P<span>(?!one){ENGLISH}){END}(?!-\w|\sand\sa\shalf|{TIME})", _number
    ),
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
