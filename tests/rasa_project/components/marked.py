"""Sentences whose entities are marked: [the entity](its name: its value)."""

from __future__ import annotations

import re
from datetime import date

from rasa_project.components import patterns

TODAY = date(2026, 11, 24)
"""A Tuesday."""

_MARK = re.compile(r"\[(?P<own>.+?)\]\((?P<name>\w+): (?P<value>.+?)\)")

Marked = tuple[str, str, str]


def plain(said: str) -> str:
    """Return the sentence without its marks."""
    return _MARK.sub(r"\g<own>", said)


def expected(said: str) -> list[Marked]:
    """Return name, value and words of each marked entity."""
    return [match.group("name", "value", "own") for match in _MARK.finditer(said)]


def found(said: str) -> list[Marked]:
    """Return the same of each entity that the patterns find in the sentence without its marks."""
    text = plain(said)
    return [
        (one.entity, str(one.value), text[one.start : one.end])
        for one in patterns.find(text, TODAY)
    ]
