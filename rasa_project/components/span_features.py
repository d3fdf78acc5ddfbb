"""What the conditional random field sees of each unit of a message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rasa_project.components.names import SURNAMES, TITLES
from rasa_project.components.spans import OUTSIDE, Unit
from rasa_project.components.text import count_han


def familiar_words(
    sentences: Sequence[Sequence[Unit]], tags: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Return how often each word stands outside of entities.

    A word that is not among them may well be a name: no list can hold all products.
    """
    counts: dict[str, int] = {}
    for sentence, tagged in zip(sentences, tags, strict=True):
        for unit, tag in zip(sentence, tagged, strict=True):
            if tag == OUTSIDE and unit.place in ("first", "whole"):
                counts[unit.word] = counts.get(unit.word, 0) + 1
    return counts


def features(
    sentence: Sequence[Unit],
    intent: str,
    familiar: Mapping[str, int],
    tagged: Sequence[str] | None = None,
) -> list[list[str]]:
    """Return the features of each unit: its own, its neighbours', the message's intent.

    Args:
        sentence: the units.
        intent: what the message wants; some intents name products, others never do.
        familiar: what `familiar_words` returned.
        tagged: the tags, where the sentence is one of those that `familiar` was counted in: what
            the sentence itself added must not count, or no word of it would ever seem unknown.
    """
    tags = tagged or [""] * len(sentence)
    known = [
        _grade(familiar.get(unit.word, 0) - (tag == OUTSIDE))
        for unit, tag in zip(sentence, tags, strict=True)
    ]
    return [
        [
            f"intent={intent}",
            f"intent={intent}|known={known[at]}|place={unit.place}",
            *_own(unit),
            *(
                feature
                for distance in (-2, -1, 1, 2)
                for feature in _beside(sentence, known, at + distance, distance)
            ),
            f"known={known[at]}",
            f"known={known[at - 1] if at else 'edge'}|{known[at]}",
        ]
        for at, unit in enumerate(sentence)
    ]


def _own(unit: Unit) -> list[str]:
    return [
        f"text={unit.text}",
        f"word={unit.word}",
        f"place={unit.place}",
        f"pattern={unit.pattern}",
        f"begins={unit.text[:3]}",
        f"ends={unit.text[-3:]}",
        f"ends2={unit.text[-2:]}",
        f"shape={_shape(unit.text)}",
        f"case={unit.case}",
        f"surname={unit.text in SURNAMES}",
    ]


def _beside(sentence: Sequence[Unit], known: Sequence[str], at: int, distance: int) -> list[str]:
    if not 0 <= at < len(sentence):
        return [f"{distance}:edge"]
    unit = sentence[at]
    return [
        f"{distance}:text={unit.text}",
        f"{distance}:word={unit.word}",
        f"{distance}:pattern={unit.pattern}",
        f"{distance}:case={unit.case}",
        f"{distance}:surname={unit.text in SURNAMES}",
        f"{distance}:title={unit.word in TITLES}",
        f"{distance}:known={known[at]}",
    ]


def _grade(count: int) -> str:
    """Return how well a word is known, in few steps."""
    if count <= 1:
        return "no" if count <= 0 else "once"
    return "seldom" if count < 4 else "well"


def _shape(text: str) -> str:
    """Return "han", or the kinds of the characters in turn: "aa1" and "a1" are both "a0"."""
    if count_han(text):
        return "han"
    return re.sub(r"([a0-])\1+", r"\1", re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text)))
