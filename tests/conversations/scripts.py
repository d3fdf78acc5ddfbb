"""Conversations as written in the YAML files of this folder's situations; see README.md there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

FOLDER: Final = Path(__file__).parent
DOMAIN: Final = FOLDER.parents[1] / "rasa_project" / "domain"


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid")


class Listed(Strict):
    """What the products of a card must be like.

    Attributes:
        count: exactly so many.
        least, most: what each costs, the bounds included.
        fresh: none of them was shown in the conversation before.
        category: the titles of which each must be of one.
        titles_without: words that no title may hold.
        reasons: words of which each reason must hold one.
    """

    count: int | None = None
    least: Decimal = Decimal(0)
    most: Decimal | None = None
    fresh: bool = False
    category: list[str] = []
    titles_without: list[str] = []
    reasons: list[str] = [""]


class Step(Strict):
    """A message and what must come back.

    Attributes:
        bot: domain responses said, in order and no others.
        language: the language they must be in.
        buttons: payloads of the last message's buttons.
        card: what one card must hold at least; lists are compared item by item.
        listed: what the products of the one products card must be like.
        says: what must stand in the texts.
        hides: what must not stand in them.
    """

    user: str
    bot: list[str] = Field(min_length=1)
    language: str = "en"
    buttons: list[str] | None = None
    card: dict[str, Any] | None = None
    listed: Listed | None = None
    says: list[str] = []
    hides: list[str] = []
    status: str = "ok"


class Rows(Strict):
    """What a table must have gained in the conversation.

    Attributes:
        added: so many rows.
        last: values of the newest.
    """

    added: int
    last: dict[str, Any] = {}


class Record(Strict):
    """What a row must hold after the conversation.

    Attributes:
        where: values by which the row is found; there must be one.
        has: values that it must have.
    """

    table: str
    where: dict[str, Any]
    has: dict[str, Any]


class Script(Strict):
    """A conversation.

    Attributes:
        speaker: `guest`, `agent`, `mine` (the customer of `fresh`), or the kind of a demo one.
        contact: for an agent, the kind of the demo customer spoken about, or `mine`.
        fresh: an order that no other conversation is about, as `{mine...}`: its status, with
            `several` for one with several lines, `options` for one whose first product has others.
        database: rows added, by table; those not named must not gain any.
        records: rows as they must be in the end.
    """

    conversation: str
    speaker: str = "guest"
    contact: str | None = None
    fresh: str | None = None
    records: list[Record] = []
    turns: list[Step] = Field(min_length=1)
    database: dict[str, Rows] = {}


@dataclass(frozen=True)
class Case:
    """A script and where it stands."""

    file: Path
    script: Script

    def __str__(self) -> str:
        return f"{self.file.parent.name}/{self.file.stem}: {self.script.conversation}"


def cases() -> list[Case]:
    """Return every conversation of every situation."""
    return [
        Case(file, Script.model_validate(entry))
        for file in sorted(FOLDER.glob("*/*.yml"))
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def responses() -> dict[str, list[dict[str, Any]]]:
    """Return the responses of all domain files."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(DOMAIN.glob("*.yml")):
        found |= yaml.safe_load(file.read_text(encoding="utf-8")).get("responses", {})
    return found


def pattern(variations: list[dict[str, Any]], language: str) -> re.Pattern[str]:
    """Return what the response's text in this language matches, whatever its values are."""
    text = next(one["text"] for one in variations if ("condition" in one) == (language == "zh"))
    parts = re.split(r"\{\w+\}", text)
    return re.compile(".*".join(re.escape(part) for part in parts), re.DOTALL)


def holds(found: Any, expected: Any) -> bool:
    """Return whether `found` has at least what is expected; `...` stands for anything."""
    if expected == "...":
        return found is not None
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and holds(found[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) >= len(expected)
            and all(holds(one, other) for one, other in zip(found, expected, strict=False))
        )
    return bool(found == expected)


def faults(items: list[dict[str, Any]], listed: Listed, before: set[str]) -> list[str]:
    """Return what is wrong with a card's products.

    Args:
        before: ids of the products shown in the conversation before.
    """
    found = []
    if listed.count is not None and len(items) != listed.count:
        found.append(f"{len(items)} products instead of {listed.count}")
    if len({item["id"] for item in items}) < len(items):
        found.append("a product twice")
    for item in items:
        price = Decimal(item["price"])
        if price < listed.least or (listed.most is not None and price > listed.most):
            found.append(f"{item['title']} costs {item['price']}")
        if item["in_stock"] is False:
            found.append(f"{item['title']} is out of stock")
        if listed.fresh and item["id"] in before:
            found.append(f"{item['title']} was shown before")
        if listed.category and item["category"] not in listed.category:
            found.append(f"{item['title']} is of {item['category']}")
        if any(words in item["title"] for words in listed.titles_without):
            found.append(f"{item['title']} is not wanted")
        if not any(words in (item["reason"] or "no reason") for words in listed.reasons):
            found.append(f"{item['title']} is shown because: {item['reason']}")
    return found
