"""What a person wants with a message."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
from pydantic import Field
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers import classifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    RESPONSE_SELECTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_project.components import ranking
from rasa_project.components.base import Component
from rasa_project.components.features import Sentence
from rasa_project.components.sentence_classifier import SentenceClassifier, SentenceOptions

_NAMES: Final = "names.json"
_ARRAYS: Final = "arrays.npz"
_NO_INTENT: Final = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}


class IntentOptions(SentenceOptions):
    """Settings of `IntentClassifier`."""

    ranking_length: int = Field(10, ge=1, description="Number of intents in a message's ranking.")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(Component, classifier.IntentClassifier):
    """Ranks the intents by how alike the message is to each sentence learned from.

    An intent named `smalltalk/weather` is a topic of the intent `smalltalk`, as Rasa has it: the
    intent's confidence is the sum over its topics, and the likeliest topic is given in the form of
    Rasa's response selector, so that `utter_smalltalk` answers with `utter_smalltalk/weather`. A
    message without any word gets no intent, with confidence 0.
    """

    options_type = IntentOptions
    options: IntentOptions
    _classifier: SentenceClassifier

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before in the pipeline."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages whose versions the model depends on."""
        return ["sklearn"]

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples that have an intent.

        Raises:
            InvalidConfigException: there are not two intents.
        """
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        labels = [one.get_full_intent() for one in examples]
        if len(set(labels)) < 2:
            raise InvalidConfigException(
                f"The training data has {len(set(labels))} intents, accepted are two or more."
            )
        sentences = [_sentence(one) for one in examples]
        self._classifier = SentenceClassifier(self.options).fit(sentences, labels)
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set each message's intent and ranking, and its topic where the intent has topics."""
        for message in messages:
            message.set(INTENT, dict(_NO_INTENT), add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
        told = [message for message in messages if _sentence(message).words]
        if told:
            labels = self._classifier.labels
            probabilities = self._classifier.predict_proba([_sentence(one) for one in told])
            for message, of_labels in zip(told, probabilities.tolist(), strict=True):
                self._set_intent(message, dict(zip(labels, of_labels, strict=True)))
        return messages

    def _set_intent(self, message: Message, probabilities: dict[str, float]) -> None:
        intents = ranking.intents(probabilities)
        message.set(INTENT, intents[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, intents[: self.options.ranking_length], add_to_output=True)
        topics = ranking.topics(probabilities, intents[0][INTENT_NAME_KEY])
        if topics:
            message.set(RESPONSE_SELECTOR, topics, add_to_output=True)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        """Return the component as it was trained."""
        component = cls.create(config, model_storage, resource, execution_context)
        component._classifier = SentenceClassifier(component.options)
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
            with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
                component._classifier.restore(names, dict(arrays))
        return component

    def _persist(self) -> None:
        names, arrays = self._classifier.state()
        with self._model_storage.write_to(self._resource) as folder:
            text = json.dumps(names, ensure_ascii=False)
            (folder / _NAMES).write_text(text, encoding="utf-8")
            np.savez(folder / _ARRAYS, **arrays)


def _sentence(message: Message) -> Sentence:
    tokens = message.get(TOKENS_NAMES[TEXT]) or []
    return Sentence(message.get(TEXT), [token.text for token in tokens])
