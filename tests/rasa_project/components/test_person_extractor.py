"""Persons that spaCy finds, and the messages that it is spared."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa_project.components import person_extractor
from rasa_project.components.person_extractor import PersonExtractor
from tests.rasa_project.components.graph import parsed, untrained


def _entities(text: str, intent: str = "customer_lookup", **data: Any) -> list[dict[str, Any]]:
    extractor = untrained(PersonExtractor, intents=["customer_lookup"])
    entities: list[dict[str, Any]] = parsed(extractor, text, intent={"name": intent}, **data).get(
        "entities", []
    )
    return entities


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("show me the orders of Anna Smith", "Anna Smith"),
        ("what did Mr. John Miller buy?", "John Miller"),
        ("hello, this is Ｔｏｍ Baker", "Tom Baker"),
    ],
)
def test_finds_persons_without_their_title(text: str, person: str) -> None:
    (entity,) = _entities(text)
    end = entity["end"]
    assert entity == {
        "entity": "person",
        "value": person,
        "start": end - len(person),
        "end": end,
        "extractor": "PersonExtractor",
    }
    assert text[end:] in ("", "?", " buy?")


def test_keeps_what_others_found() -> None:
    text = "show me the orders of Anna Smith"
    language = {"entity": "language", "value": "en", "start": 0, "end": len(text)}
    person = {"entity": "person", "value": "Anna", "start": 22, "end": 26}
    assert _entities(text, entities=[language, person]) == [language, person]
    found = _entities(text, entities=[language])
    assert [one["value"] for one in found] == ["en", "Anna Smith"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("show me the orders of Anna Smith", "track_order"),
        ("show me the orders of anna smith", "customer_lookup"),
        ("Anna Smith是谁", "customer_lookup"),
        ("who is 17850", "customer_lookup"),
        ("", "customer_lookup"),
        ("😀", "customer_lookup"),
    ],
)
def test_spacy_is_not_asked_without_need(
    text: str, intent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_extractor, "_recogniser", None)
    assert _entities(text, intent) == []


def test_brings_no_tensorflow() -> None:
    program = (
        "import sys; from rasa_project import serving; serving.prepare();"
        "from rasa_project.components import person_extractor;"
        "assert 'spacy' not in sys.modules;"
        "person_extractor._recogniser();"
        "assert 'spacy' in sys.modules and 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True)
