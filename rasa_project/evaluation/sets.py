"""The sentences that measure understanding: our own, and two public sets where they are at hand.

Needs numpy and PyYAML only, so that benchmarks can read the sets in either environment.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from analytics.errors import InvalidFile

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "zh")
BITEXT: Final = "bitext_customer_service/bitext_dev.csv.gz"
BANKING77: Final = "banking77_train/train.csv.gz"
SHOTS: Final = 10
"Examples an intent in the few-shot split."


@dataclass(frozen=True)
class Example:
    """A sentence and the intent it should get."""

    text: str
    intent: str


@dataclass(frozen=True)
class Requests:
    """A message and the intents of the requests in it, in their order."""

    text: str
    intents: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """Examples to learn from, and others to be tested on."""

    train: list[Example]
    test: list[Example]


def held_back(language: str, folder: Path = HERE) -> list[Example]:
    """Return our own sentences of a language; small talk without its topics.

    Raises:
        InvalidFile: the file does not hold lists of sentences by intent.
    """
    path = folder / f"held_back.{language}.yml"
    document = _document(path, dict, "intents with a list of sentences each")
    return [
        Example(text, intent_of(label))
        for label, texts in document.items()
        for text in _texts(texts, path)
    ]


def out_of_scope(language: str, folder: Path = HERE) -> list[str]:
    """Return messages of a language that are no shop's business.

    Raises:
        InvalidFile: the file does not hold a list of sentences.
    """
    path = folder / f"out_of_scope.{language}.yml"
    return _texts(_document(path, list, "a list of sentences"), path)


def several_requests(folder: Path = HERE) -> list[Requests]:
    """Return messages with two requests, and messages that look so but have one.

    Raises:
        InvalidFile: the file does not hold `text` and `intents` of each message.
    """
    path = folder / "several_requests.yml"
    document = _document(path, dict, "lists of messages")
    try:
        return [
            Requests(entry["text"], tuple(entry["intents"]))
            for entries in document.values()
            for entry in entries
        ]
    except (KeyError, TypeError) as error:
        raise InvalidFile(
            f"{path}: found a message without {error}, accepted are text and intents"
        ) from error


def bitext(data: Path) -> list[Example] | None:
    """Return the Bitext customer-service sentences below `data`; None where they are not."""
    return _table(data / BITEXT, "utterance", "intent")


def banking(data: Path) -> list[Example] | None:
    """Return the train part of BANKING77 (Casanueva et al. 2020) below `data`, None without it."""
    return _table(data / BANKING77, "text", "category")


def split(examples: Sequence[Example], seed: int, shots: int | None = None) -> Split:
    """Hold a fifth of the examples back.

    Args:
        examples: all of them.
        seed: the same seed holds the same ones back.
        shots: learn from the first so many of each intent only.
    """
    order = np.random.default_rng(seed).permutation(len(examples))
    fifth = len(examples) // 5
    train = [examples[at] for at in order[fifth:]]
    return Split(
        train if shots is None else first_of_each(train, shots),
        [examples[at] for at in order[:fifth]],
    )


def first_of_each(examples: Sequence[Example], shots: int) -> list[Example]:
    """Return the first `shots` examples of each intent, in the order given."""
    seen: dict[str, int] = defaultdict(int)
    found = []
    for example in examples:
        if seen[example.intent] < shots:
            seen[example.intent] += 1
            found.append(example)
    return found


def intent_of(label: str) -> str:
    """Return the intent of a label: `smalltalk/weather` is a topic of `smalltalk`."""
    return label.partition("/")[0]


def _table(path: Path, text: str, intent: str) -> list[Example] | None:
    if not path.exists():
        return None
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        if missing := {text, intent} - set(table.fieldnames or ()):
            raise InvalidFile(f"{path}: found no column {sorted(missing)[0]!r}")
        return [Example(row[text], row[intent]) for row in table]


def _document(path: Path, kind: type, accepted: str) -> Any:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InvalidFile(f"{path}: {error}; accepted are {accepted}") from error
    if not isinstance(document, kind):
        raise InvalidFile(f"{path}: found {type(document).__name__}, accepted are {accepted}")
    return document


def _texts(texts: Any, path: Path) -> list[str]:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InvalidFile(f"{path}: found {texts!r:.80}, accepted is a list of sentences")
    return texts
