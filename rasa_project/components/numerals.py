"""Whole numbers written in digits, in English words or in Chinese characters."""

from __future__ import annotations

import re
from decimal import Decimal

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = (
    {word: value for value, word in enumerate(_UNITS + _TEENS, start=1)}
    | {word: 10 * value for value, word in enumerate(_TENS, start=2)}
    | {"a": 1, "an": 1}
)
_MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": 1000}

_SCALES = {
    "k": 1000,
    "hundred": 100,
    "thousand": 1000,
    "million": 1_000_000,
    **{"百": 100, "千": 1000, "万": 10_000, "萬": 10_000},
}

_CHINESE_DIGITS = {"零": 0, "〇": 0, "两": 2, "兩": 2} | {
    character: value for value, character in enumerate("一二三四五六七八九", start=1)
}
_UNIT_CHARACTERS = "一二三四五六七八九两兩"
_CHINESE_MULTIPLES = {"十": 10, "百": 100, "千": 1000}
_TEN_THOUSAND = "万萬"

DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,7})"
"""A whole number in digits, as a regular expression."""

SCALED = (
    r"(?:\d{1,4}(?:\.\d{1,2})?"
    r"(?:k(?![a-z0-9])|\s?(?:hundred|thousand|million)(?![a-z])|[百千万萬]))"
)
"""Digits with a word for a power of ten, as a regular expression: "5k", "2.5 million", "10万"."""

CHINESE_CHARACTERS = "".join([*_CHINESE_DIGITS, *_CHINESE_MULTIPLES, *_TEN_THOUSAND])
"""The characters of Chinese numbers, to stand in a regular expression's [...]."""

CHINESE = f"[{CHINESE_CHARACTERS}]{{1,12}}"
"""A number in Chinese characters, as a regular expression."""

_SINGLE = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_UNITS)}))?|(?:{'|'.join(_TEENS + _UNITS)}))"
)
ENGLISH = (
    rf"(?:(?:(?:half\s)?an?|{_SINGLE})\s(?:dozen|hundred|thousand)(?:\s(?:and\s)?{_SINGLE})?"
    rf"|{_SINGLE}|dozen|hundred|thousand)"
)
"""A number in English words, as a regular expression to be matched without regard to case."""


def whole_number(text: str) -> int | None:
    """Return the number that `text` writes, or None where it writes none.

    Takes what `DIGITS`, `SCALED`, `ENGLISH` and `CHINESE` match: "1,500", "5k", "twenty-five",
    "half a dozen", "two hundred and fifty", "一百二十", "两万". What is said of no exact number,
    三四 or 一两百, is None.
    """
    text = text.strip().lower()
    if re.fullmatch(DIGITS, text):
        return int(text.replace(",", ""))
    if re.fullmatch(SCALED, text):
        return _scaled(text)
    if re.fullmatch(CHINESE, text):
        return _chinese(text)
    if re.fullmatch(ENGLISH, text):
        return _english(text)
    return None


def _scaled(text: str) -> int | None:
    scale = next(name for name in _SCALES if text.endswith(name))
    number = Decimal(text[: -len(scale)].strip()) * _SCALES[scale]
    return int(number) if number == int(number) else None


def _english(text: str) -> int:
    total = pending = 0
    half = False
    for word in re.split(r"[\s-]", text):
        if word in _MULTIPLES:
            total += max(pending, 1) * _MULTIPLES[word] // (2 if half else 1)
            pending = 0
        elif word == "half":
            half = True
        else:
            pending += _WORDS.get(word, 0)
    return total + pending


def _chinese(text: str) -> int | None:
    if all(character in _CHINESE_DIGITS for character in text):
        # Digits in a row: 二〇二 is 202. Two of them, 三四, are "three or four".
        digits = "".join(str(_CHINESE_DIGITS[character]) for character in text)
        return None if len(digits) == 2 else int(digits)
    if re.search(f"[{_UNIT_CHARACTERS}]{{2}}", text):
        return None
    total = section = digit = 0
    # What a last digit counts by is a tenth of the multiple before it: 一千五 is 1500.
    multiple = 10
    for character in text:
        if character in _TEN_THOUSAND:
            total, section, digit, multiple = max(section + digit, 1) * 10_000, 0, 0, 10_000
        elif character in _CHINESE_MULTIPLES:
            multiple = _CHINESE_MULTIPLES[character]
            section, digit = section + max(digit, 1) * multiple, 0
        else:
            digit = _CHINESE_DIGITS[character]
            multiple = multiple if digit else 10
    return total + section + digit * multiple // 10
