"""Words by which people answer questions; one file a language, and a new one adds a file.

Every language is looked at in every message: people mix them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

_FOLDER: Final = Path(__file__).parent


def said(group: str, text: str) -> str | None:
    """Return the member of a group, such as `gift_card` of `refund_to`, that a text names, or None.

    Of several the one that is said with the longest phrase, and of these the one said first.
    """
    found = [
        (match.end() - match.start(), -match.start(), member)
        for member, pattern in _patterns()[group].items()
        for match in pattern.finditer(text)
    ]
    return max(found)[-1] if found else None


def names(member: str, group: str, text: str) -> bool:
    """Return whether a text names this member of a group, whatever else it names."""
    return bool(_patterns()[group][member].search(text))


def begins(member: str, group: str, text: str) -> bool:
    """Return whether a text begins with a phrase of this member."""
    return bool(_patterns()[group][member].match(text.lstrip()))


def ends(member: str, group: str, text: str) -> bool:
    """Return whether a text ends with a phrase of this member."""
    text = text.rstrip()
    return any(match.end() == len(text) for match in _patterns()[group][member].finditer(text))


def behind(member: str, group: str, text: str) -> str | None:
    """Return what a text says behind its last phrase of this member, or None without any."""
    matches = list(_patterns()[group][member].finditer(text))
    return text[matches[-1].end() :] if matches else None


def after_beginning(member: str, group: str, text: str) -> str:
    """Return a text without the phrases of this member that it begins with."""
    text = text.strip()
    while match := _patterns()[group][member].match(text):
        text = text[match.end() :].strip()
    return text


def before_end(member: str, group: str, text: str) -> str:
    """Return a text without the phrases of this member that it ends with."""
    text = text.rstrip()
    while last := [
        match for match in _patterns()[group][member].finditer(text) if match.end() == len(text)
    ]:
        text = text[: last[0].start()].rstrip()
    return text


def without(member: str, group: str, text: str) -> str:
    """Return a text without the phrases of this member."""
    return _patterns()[group][member].sub(" ", text)


@cache
def _patterns() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    phrases: dict[str, dict[str, list[str]]] = {}
    for path in sorted(_FOLDER.glob("*.yml")):
        for group, members in _read(path).items():
            for member, said_so in members.items():
                phrases.setdefault(group, {}).setdefault(member, []).extend(said_so)
    return {
        group: {member: _pattern(words) for member, words in members.items()}
        for group, members in phrases.items()
    }


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return the file's phrases, all as text: "yes" and "no" are words here."""
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return dict(content)


def _pattern(words: list[str]) -> re.Pattern[str]:
    # The longest first, as alternatives are tried in their order.
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(_bounded(word) for word in longest_first), re.IGNORECASE)


def _bounded(word: str) -> str:
    """Return a phrase as a pattern: whole words in scripts that have blanks between words."""
    edge = r"\b" if word.isascii() else ""
    # An apostrophe may be left out, or typed as another sign.
    return edge + re.escape(word).replace("'", "['’]?") + edge
