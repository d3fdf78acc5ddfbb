"""Entities that can be told from the characters alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components import patterns
from rasa_project.components.base import Component


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternExtractor(Component):
    """Adds the entities that `patterns` finds; its page says which, and in which order.

    Dates are told from the day, UTC, that it is for the assistant when a message is read.
    """

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        """See `Component`."""
        super().__init__(config, model_storage, resource)
        # Now, so that the first message does not wait for the expressions to be compiled.
        patterns.find("today", patterns.today())

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to each message."""
        today = patterns.today()
        for message in messages:
            found = patterns.find(message.get(TEXT) or "", today)
            entities = [
                {name: value for name, value in asdict(one).items() if value is not None}
                | {"extractor": type(self).__name__}
                for one in found
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages
