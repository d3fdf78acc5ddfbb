"""A message as units that carry tags, and the entities that tags spell out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rasa_project.components.text import count_han

OUTSIDE = "O"
"""The tag of a unit that belongs to no entity."""

Place = tuple[str, int, int]
"""A word or the name of an entity, its start and its end in the message."""


@dataclass(frozen=True)
class Unit:
    """What gets a tag: one Han character, or one word of any other script.

    Chinese is tagged by characters so that a wrongly split word cannot hide where a name begins.

    Attributes:
        text: in lower case.
        start, end: its place in the message.
        case: "upper", "title" or "lower"; "" for what has no case.
        word: the whole word that it stands in, in lower case.
        place: where in that word: "first", "inside", "last" or "whole".
        pattern: the name of the entity that a pattern found here, or "".
    """

    text: str
    start: int
    end: int
    case: str
    word: str
    place: str
    pattern: str


def units(words: Sequence[Place], found: Sequence[Place]) -> list[Unit]:
    """Return the units of a message, given its words and the entities that patterns found."""
    return [
        Unit(
            text.lower(),
            start,
            end,
            _case(text),
            word.lower(),
            place,
            _covering(start, end, found),
        )
        for word, word_start, word_end in words
        for text, start, end, place in _split(word, word_start, word_end)
    ]


def in_lower_case(sentence: Sequence[Unit]) -> list[Unit]:
    """Return the units as they would be had the message been typed without capitals."""
    return [replace(unit, case=unit.case and "lower") for unit in sentence]


def tags(sentence: Sequence[Unit], entities: Sequence[Place]) -> list[str]:
    """Return the units' tags: "B-name" where an entity begins, "I-name" inside one, else "O"."""
    return [_tag(unit, entities) for unit in sentence]


def spans(tagged: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield name, first unit and the unit after the last of each entity in the tags."""
    begins = [
        at
        for at, tag in enumerate(tagged)
        if tag != OUTSIDE and (at == 0 or tag.startswith("B-") or tagged[at - 1][2:] != tag[2:])
    ]
    for begin in begins:
        end = begin + 1
        while end < len(tagged) and end not in begins and tagged[end] != OUTSIDE:
            end += 1
        yield tagged[begin][2:], begin, end


def free_part(sentence: Sequence[Unit], begin: int, end: int) -> tuple[int, int]:
    """Return the longest part of a span that no pattern claims; empty where there is none.

    A number that stands inside belongs to the span, as in "set of 6 spice tins"; one at its edge
    does not, as in "6 spice tins".
    """
    parts = []
    for free, run in groupby(
        range(begin, end), key=lambda at: sentence[at].pattern in ("", "number")
    ):
        inside = [at for at in run if free]
        while inside and sentence[inside[0]].pattern:
            inside.pop(0)
        while inside and sentence[inside[-1]].pattern:
            inside.pop()
        if inside:
            parts.append((inside[0], inside[-1] + 1))
    return max(
        parts,
        key=lambda part: sentence[part[1] - 1].end - sentence[part[0]].start,
        default=(begin, begin),
    )


def _split(word: str, start: int, end: int) -> list[tuple[str, int, int, str]]:
    if len(word) == 1 or not count_han(word):
        return [(word, start, end, "whole")]
    places = ["first", *["inside"] * (len(word) - 2), "last"]
    return [
        (character, start + at, start + at + 1, place)
        for at, (character, place) in enumerate(zip(word, places, strict=True))
    ]


def _case(text: str) -> str:
    if text.lower() == text.upper():
        return ""
    if text.isupper() and len(text) > 1:
        return "upper"
    return "title" if text[0].isupper() else "lower"


def _covering(start: int, end: int, entities: Sequence[Place]) -> str:
    return next((name for name, first, last in entities if start < last and first < end), "")


def _tag(unit: Unit, entities: Sequence[Place]) -> str:
    for name, start, end in entities:
        if start <= unit.start and unit.end <= end:
            return f"B-{name}" if unit.start == start else f"I-{name}"
    return OUTSIDE
