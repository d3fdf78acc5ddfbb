"""Choosing a button by typing: its place among the buttons, or words of its title."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

_PLACES: Final = {
    place: number
    for number, places in enumerate(
        [
            ("1", "1st", "first", "一"),
            ("2", "2nd", "second", "二", "两"),
            ("3", "3rd", "third", "三"),
            ("4", "4th", "fourth", "四"),
            ("5", "5th", "fifth", "五"),
        ]
    )
    for place in places
}
_BY_PLACE = re.compile(
    r"(?:the|number|no\.?|option)?\s*(\d|\d[snrt][tdh]|[a-z]+)(?:\s+(?:one|option))?"
    r"|(?:我?[选選要])?第?([一二两三四五\d])[个個项項种種]?",
)
_WORD = re.compile(r"[^\W_]+")
_FILLERS: Final = frozenset(
    ["the", "a", "an", "one", "i", "mean", "meant", "it", "is", "my", "please", "s", "m", "to"]
)
_HAN = re.compile("[\u3400-\u9fff]")
_POLITE: Final = re.compile("^[我是想要选選]+|[吧呢的了]+$|请|請|谢谢")
_PUNCTUATION: Final = " \t\n.,!?;:。，！？；：\"'"


def chosen(text: str, buttons: Sequence[Mapping[str, str]]) -> str | None:
    """Return the payload of the button that a typed message chooses, or None.

    "2", "the second one", 第二个 and 2 are the second button. A title is chosen by itself, or by
    some of its words that are in no other title.
    """
    said = text.strip(_PUNCTUATION).casefold()
    if not said or not buttons:
        return None
    place = _BY_PLACE.fullmatch(said)
    if place and (number := _PLACES.get(place[1] or place[2])) is not None:
        return buttons[number]["payload"] if number < len(buttons) else None
    titles = [button["title"].strip(_PUNCTUATION).casefold() for button in buttons]
    matches = _names_chinese if _HAN.search(said) else _names
    named = [number for number, title in enumerate(titles) if title == said] or [
        number for number, title in enumerate(titles) if matches(said, title)
    ]
    return buttons[named[0]]["payload"] if len(named) == 1 else None


def _names(said: str, title: str) -> bool:
    words = set(_WORD.findall(said)) - _FILLERS
    return bool(words) and words <= set(_WORD.findall(title))


def _names_chinese(said: str, title: str) -> bool:
    """Return whether the characters, two or more, stand in the title in their order."""
    said = _POLITE.sub("", said)
    rest = iter(title)
    return len(said) > 1 and all(character in rest for character in said)
