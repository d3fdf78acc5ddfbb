"""The shop's own training sentences: `training/nlu.<language>.yml` in the home.

The next training of the bot learns them beside ours. The files are written by the program, in
Rasa's format.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import yaml

from analytics.errors import InvalidFile, InvalidInput
from analytics.understanding import ROOT

DOMAIN: Final = ROOT / "rasa_project" / "domain"
UNTAUGHT: Final = frozenset({"nlu_fallback", "nlu_ambiguous", "clarify"})
"Intents that no sentence stands for."
_MARKS: Final = re.compile(r"[\[\](){}\s]+")
"What Rasa would read as an annotation, and line ends."


def intents() -> list[str]:
    """Return the intents that a sentence can be taught for, in alphabetical order."""
    found: set[str] = set()
    for path in DOMAIN.glob("*.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("intents") or []:
            found.add(next(iter(entry)) if isinstance(entry, dict) else entry)
    return sorted(found - UNTAUGHT)


def add_sentences(folder: Path, intent: str, sentences: Mapping[str, Sequence[str]]) -> list[Path]:
    """Add sentences of an intent, by language; return the files written.

    Raises:
        InvalidInput: there is no such intent.
        InvalidFile: a file is there already, and not as it was written.
    """
    if intent not in intents():
        raise InvalidInput("intent", intent, f"one of {', '.join(intents())}")
    return [
        _add(folder / f"nlu.{language}.yml", intent, texts)
        for language, texts in sentences.items()
        if texts
    ]


def _add(path: Path, intent: str, texts: Iterable[str]) -> Path:
    kept = read(path)
    known = kept.setdefault(intent, [])
    for text in texts:
        plain = _MARKS.sub(" ", text).strip()
        if plain and plain not in known:
            known.append(plain)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(_written(kept), encoding="utf-8")
    draft.replace(path)
    return path


def read(path: Path) -> dict[str, list[str]]:
    """Return the sentences of a file by intent; nothing where there is no file.

    Raises:
        InvalidFile: the file is not as it was written.
    """
    if not path.exists():
        return {}
    try:
        return {
            entry["intent"]: [line[2:] for line in entry["examples"].splitlines()]
            for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        }
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise InvalidFile(
            f"{path}: {error!r}; accepted is a list `nlu` of `intent` and `examples`"
        ) from error


def _written(kept: Mapping[str, Sequence[str]]) -> str:
    lines = [
        "# Sentences that this shop has the bot learn; made by `salesclerk questions answer`.",
        'version: "3.1"',
        "nlu:",
    ]
    for intent in sorted(kept):
        lines += [f"- intent: {intent}", "  examples: |"]
        lines += [f"    - {text}" for text in kept[intent]]
    return "\n".join(lines) + "\n"
