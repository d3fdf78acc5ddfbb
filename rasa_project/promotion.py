"""Which bot is served, and whether a new one may take its place.

A bot that has learned other sentences is asked the same held-back sentences as the one that is
served, and takes its place unless it understands them worse. `promoted.json` in the home names the
bot that is served; beside each bot that was compared stands the report of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import comb
from pathlib import Path
from typing import Any, Final

from analytics.errors import EvaluationError, InvalidFile
from analytics.settings import Settings
from rasa_project.evaluation import sets
from rasa_project.evaluation.asking import Answer

SIGNIFICANT: Final = 0.05
"How likely, at most, a loss as large must be among bots that are equally good, to count as one."
SHOWN: Final = 20
"Learned questions in the printed table."


@dataclass(frozen=True)
class Promoted:
    """The bot that is served.

    Attributes:
        model: its file.
        program: hash of all that it is made from but sentences.
    """

    model: Path
    program: str


@dataclass(frozen=True)
class Fall:
    """What a new bot loses and wins on one set of sentences, against the one that is served.

    Attributes:
        sentences: how many were asked.
        before, after: how many of them the served bot and the new one had right.
        lost, won: right before and wrong after, and the other way round.
        p: how likely equally good bots would differ at least so much to the worse: McNemar's test,
            exact and one-sided.
    """

    sentences: int
    before: int
    after: int
    lost: int
    won: int
    p: float

    @property
    def fell(self) -> bool:
        """Whether the new bot is worse, beyond chance."""
        return self.p < SIGNIFICANT

    @classmethod
    def of(cls, before: Sequence[bool], after: Sequence[bool]) -> Fall:
        """Compare what was right, sentence by sentence."""
        lost = sum(old and not new for old, new in zip(before, after, strict=True))
        won = sum(new and not old for old, new in zip(before, after, strict=True))
        return cls(len(before), sum(before), sum(after), lost, won, chance(lost, won))


def chance(lost: int, won: int) -> float:
    """Return how likely `lost` or more of `lost + won` fair coins fall on one side."""
    tossed = lost + won
    as_many = sum(comb(tossed, heads) for heads in range(lost, tossed + 1))
    return as_many / float(2**tossed)


def promoted(settings: Settings) -> Promoted | None:
    """Return the bot that is served; None where none was promoted yet, or its file is gone.

    Raises:
        InvalidFile: the pointer is not as it was written.
    """
    pointer = _pointer(settings)
    if not pointer.exists():
        return None
    try:
        kept = json.loads(pointer.read_text(encoding="utf-8"))
        found = Promoted(settings.bot_models / kept["model"], kept["program"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidFile(f"{pointer}: accepted is a model and its program; {error!r}") from error
    return found if found.model.exists() else None


def promote(settings: Settings, model: Path, program: str) -> None:
    """Have `model` served from the next start of the server on."""
    pointer = _pointer(settings)
    draft = pointer.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"model": model.name, "program": program}), encoding="utf-8")
    draft.replace(pointer)


def compare(
    served: Path, new: Path, learned: Sequence[sets.Example], folder: Path = sets.HERE
) -> dict[str, Any]:
    """Ask both bots, and return the report, which is kept beside the new one.

    Args:
        learned: what the shop has had the bot learn, asked too; it decides nothing.
        folder: where our own sentences are.

    Raises:
        EvaluationError: a bot cannot be asked.
    """
    held_back = {f"held_back.{one}": sets.held_back(one, folder) for one in sets.LANGUAGES}
    strange = {f"out_of_scope.{one}": sets.out_of_scope(one, folder) for one in sets.LANGUAGES}
    texts = [
        *(one.text for examples in held_back.values() for one in examples),
        *(text for some in strange.values() for text in some),
        *(one.text for one in learned),
    ]
    old_answers, new_answers = iter(ask(served, texts)), iter(ask(new, texts))
    falls = {}
    for name, examples in held_back.items():
        pairs = [(one.intent, next(old_answers), next(new_answers)) for one in examples]
        falls[name] = Fall.of(
            [old.meaning == intent for intent, old, _ in pairs],
            [new.meaning == intent for intent, _, new in pairs],
        )
    for name, some in strange.items():
        answers = [(next(old_answers), next(new_answers)) for _ in some]
        falls[name] = Fall.of(
            [old.refused for old, _ in answers], [new.refused for _, new in answers]
        )
    report = {
        "served": served.name,
        "new": new.name,
        "significant": SIGNIFICANT,
        "sets": {name: {**asdict(fall), "fell": fall.fell} for name, fall in falls.items()},
        "fell": any(fall.fell for fall in falls.values()),
        "learned": [
            {"text": one.text, "intent": one.intent, "before": asdict(old), "after": asdict(new)}
            for one, old, new in zip(learned, old_answers, new_answers, strict=True)
        ],
    }
    text = json.dumps(report, ensure_ascii=False, indent=1)
    report_of(new).write_text(text + "\n", encoding="utf-8")
    return report


def known(served: Path, new: Path) -> dict[str, Any] | None:
    """Return the report that compared these two before, or None."""
    path = report_of(new)
    if not path.exists():
        return None
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report if report["served"] == served.name else None


def report_of(model: Path) -> Path:
    """Return where the report of a model stands."""
    return model.with_name(model.name.replace(".tar.gz", ".json"))


def ask(model: Path, texts: Sequence[str]) -> list[Answer]:
    """Return a bot's answers, one a text; it is loaded in a process of its own.

    Raises:
        EvaluationError: it cannot be loaded, or asked.
    """
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "rasa_project.evaluation.asking", str(model)],
        input=json.dumps(texts).encode(), capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise EvaluationError(f"{model.name}: {done.stderr.decode(errors='replace')}")
    return [Answer(**one) for one in json.loads(done.stdout)["answers"]]


def table(report: Mapping[str, Any]) -> str:
    """Return the report as lines of text: the sets, then what was learned, before and after."""
    rows = [
        [name, str(of["sentences"]), str(of["before"]), str(of["after"]), f"-{of['lost']}",
         f"+{of['won']}", f"{of['p']:.3f}", "worse" if of["fell"] else ""]
        for name, of in report["sets"].items()
    ]  # fmt: skip
    lines = _aligned(["right", "of", "before", "after", "lost", "won", "p", ""], rows)
    if learned := report["learned"]:
        rows = [
            [one["text"], one["intent"], _told(one["before"]), _told(one["after"])]
            for one in learned[:SHOWN]
        ]
        lines += ["", *_aligned(["learned", "as", "before", "after"], rows)]
        right = [sum(one[when]["meaning"] == one["intent"] for one in learned) for when in _WHEN]
        lines.append(f"{right[0]} of {len(learned)} understood before, {right[1]} after.")
    return "\n".join(lines)


_WHEN: Final = ("before", "after")


def _told(answer: Mapping[str, Any]) -> str:
    return f"{answer['meaning']} {answer['confidence']:.2f}"


def _aligned(columns: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[at]) for row in [columns, *rows]) for at in range(len(columns))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [columns, *rows]
    ]


def _pointer(settings: Settings) -> Path:
    return settings.home / "promoted.json"
