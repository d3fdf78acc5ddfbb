"""The words that name a product or a person."""

from __future__ import annotations

import json
from typing import Any, Final

import pycrfsuite
from pydantic import Field
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_project.components import patterns, spans
from rasa_project.components.base import Component, Options
from rasa_project.components.pattern_extractor import PatternExtractor
from rasa_project.components.span_features import familiar_words, features
from rasa_project.components.text import normalise

_MODEL: Final = "model.crfsuite"
_FAMILIAR: Final = "familiar.json"


class SpanOptions(Options):
    """Settings of `SpanExtractor`."""

    entities: list[str] = Field(
        ["product", "person"],
        description="Annotated entities to learn; the others are left to the patterns.",
    )
    c1: float = Field(0.1, ge=0, description="Weight of the L1 penalty.")
    c2: float = Field(0.1, ge=0, description="Weight of the L2 penalty.")
    max_iterations: int = Field(60, ge=1, description="Most iterations of the optimiser.")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SpanExtractor(Component):
    """Finds spans by a linear-chain conditional random field (Lafferty et al. 2001; CRFsuite).

    What a pattern has found stays: a span is cut down to the part that no pattern claims, except
    that a number inside a product's name ("set of 6 spice tins") is no quantity and goes. Rasa's
    own `CRFEntityExtractor` does nothing without a featurizer before it, and learns again from its
    stored examples whenever a model is loaded.

    Names are also learned as if they had been typed without capitals.

    Stands after `PatternExtractor` and `IntentClassifier`, whose findings it looks at.
    """

    options_type = SpanOptions
    options: SpanOptions
    _tagger: pycrfsuite.Tagger | None = None
    _familiar: dict[str, int]

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before in the pipeline."""
        return [Tokenizer]

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the annotated examples; where none is annotated, find nothing."""
        examples = training_data.nlu_examples
        today = patterns.today()
        # Components that come before this one are not run on training data.
        sentences = [
            spans.units(
                _words(example),
                [
                    (one.entity, one.start, one.end)
                    for one in patterns.find(example.get(TEXT), today)
                ],
            )
            for example in examples
        ]
        tags = [
            spans.tags(
                sentence, [_place(one) for one in example.get(ENTITIES, []) if self._learns(one)]
            )
            for sentence, example in zip(sentences, examples, strict=True)
        ]
        familiar = familiar_words(sentences, tags)
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        trainer.set_params(self.options.dict(include={"c1", "c2", "max_iterations"}))
        for example, sentence, tagged in zip(examples, sentences, tags, strict=True):
            intent = example.get(INTENT) or ""
            trainer.append(features(sentence, intent, familiar, tagged), tagged)
            if _has_capitalised_name(sentence, tagged):
                lower = spans.in_lower_case(sentence)
                trainer.append(features(lower, intent, familiar, tagged), tagged)
        with self._model_storage.write_to(self._resource) as folder:
            if any(tag != spans.OUTSIDE for tagged in tags for tag in tagged):
                trainer.train(str(folder / _MODEL))
                words = json.dumps(familiar, ensure_ascii=False)
                (folder / _FAMILIAR).write_text(words, encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to each message."""
        for message in messages:
            if self._tagger is not None:
                self._extract(message, self._tagger)
        return messages

    def _extract(self, message: Message, tagger: pycrfsuite.Tagger) -> None:
        entities = message.get(ENTITIES, [])
        found = [_place(one) for one in entities if one["extractor"] == PatternExtractor.__name__]
        sentence = spans.units(_words(message), found)
        intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY) or ""
        tags = tagger.tag(features(sentence, intent, self._familiar))
        for name, begin, end in spans.spans(tags):
            first, after = spans.free_part(sentence, begin, end)
            if first == after:
                continue
            start, stop = sentence[first].start, sentence[after - 1].end
            entities = [one for one in entities if not _is_number_within(one, start, stop)]
            entities.append(
                {
                    "entity": name,
                    "value": normalise(message.get(TEXT))[start:stop],
                    "start": start,
                    "end": stop,
                    "confidence_entity": min(
                        tagger.marginal(tags[at], at) for at in range(first, after)
                    ),
                    "extractor": type(self).__name__,
                }
            )
        message.set(ENTITIES, entities, add_to_output=True)

    def _learns(self, entity: dict[str, Any]) -> bool:
        return entity["entity"] in self.options.entities

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SpanExtractor:
        """Return the component as it was trained."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            if (folder / _MODEL).exists():
                component._tagger = pycrfsuite.Tagger()
                component._tagger.open(str(folder / _MODEL))
                component._familiar = json.loads((folder / _FAMILIAR).read_text(encoding="utf-8"))
        return component


def _words(message: Message) -> list[spans.Place]:
    tokens = message.get(TOKENS_NAMES[TEXT]) or []
    return [(token.text, token.start, token.end) for token in tokens]


def _has_capitalised_name(sentence: list[spans.Unit], tagged: list[str]) -> bool:
    return any(
        unit.case == "title" and tag != spans.OUTSIDE
        for unit, tag in zip(sentence, tagged, strict=True)
    )


def _place(entity: dict[str, Any]) -> spans.Place:
    return entity["entity"], entity["start"], entity["end"]


def _is_number_within(entity: dict[str, Any], start: int, end: int) -> bool:
    name, first, after = _place(entity)
    return name == "number" and start <= first and after <= end
