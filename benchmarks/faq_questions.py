"""The questions that the FAQ is developed and judged on, and how its answers are counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from analytics.understanding import ROOT

FOLDER: Final = ROOT / "tests" / "analytics" / "faq"
LANGUAGES: Final = ("en", "zh")
JUDGES: Final = ("judging", "blind")

Ask = Callable[[str], tuple[str, bool]]
"""A question to the id of the article that comes first, and whether it is given as the answer."""


@dataclass(frozen=True)
class Questions:
    """Questions in one language.

    Attributes:
        answered: questions, each with the ids of the articles that answer it.
        unrelated: questions that no article answers.
    """

    answered: Sequence[tuple[str, frozenset[str]]]
    unrelated: Sequence[str]

    @classmethod
    def read(cls, name: str, language: str, folder: Path = FOLDER) -> Questions:
        """Read those called `development`, `judging` or `blind`."""
        path = folder / f"{name}.{language}.yml"
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        answered = [(case["ask"], frozenset(case["expect"])) for case in content["answered"]]
        return cls(answered, content["unrelated"])

    def measure(self, ask: Ask) -> dict[str, float]:
        """Shares: of the answered questions, and of the unrelated ones the last."""
        found = [(*ask(text), expected) for text, expected in self.answered]
        given = [(first in expected) for first, sure, expected in found if sure]
        return {
            "recall@1": sum(first in expected for first, _, expected in found) / len(found),
            "right": sum(given) / len(found),
            "wrong": (len(given) - sum(given)) / len(found),
            "not known": 1 - len(given) / len(found),
            "unrelated answered": sum(ask(text)[1] for text in self.unrelated)
            / len(self.unrelated),
        }
