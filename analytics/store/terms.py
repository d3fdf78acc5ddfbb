"""Texts as the terms by which the catalogue is searched: stems of words, pairs of Han characters.

Han text has no spaces, so its pairs of characters stand for words; its last character, which in
names of things is mostly the kind of thing (灯 in 台灯), is indexed alone too. A term with a digit
begins with "#": it is a code or a size, which only the very same one matches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

CODE_SIGN: Final = "#"
_TERM_LENGTH: Final = 80
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*", re.UNICODE)
HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_HAN_OR_OTHER: Final = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")


def terms(text: str) -> Iterator[str]:
    """Yield the terms of `text`."""
    for run in _runs(text):
        if HAN.match(run):
            yield from (a + b for a, b in pairwise(run)) if len(run) > 1 else (run,)
        else:
            yield _stem(run)[:_TERM_LENGTH]


def index_terms(text: str) -> Iterator[str]:
    """Yield the terms by which a product with `text` is found."""
    yield from terms(text)
    yield from (run[-1] for run in _runs(text) if HAN.match(run))


def _runs(text: str) -> Iterator[str]:
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        yield from _HAN_OR_OTHER.findall(word)


def _stem(word: str) -> str:
    """Take the plural off an English word; enough for titles, and never merges codes."""
    if any(character.isdigit() for character in word):
        return f"{CODE_SIGN}{word}"
    if len(word) < 4:
        return word
    for ending, stem in (
        ("ies", "y"),
        ("sses", "ss"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("xes", "x"),
    ):
        if word.endswith(ending):
            return word[: -len(ending)] + stem
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
