"""The intent classifier as config.yml sets it, trained on other examples than the bot's.

For BANKING77 (Casanueva et al. 2020), with which intent classifiers are compared, and for asking in
one language what was learned in the other.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_project.components.intent_classifier import IntentClassifier
from rasa_project.components.tokenizer import BilingualTokenizer
from rasa_project.evaluation import sets
from rasa_project.evaluation.asking import Answer
from rasa_project.evaluation.measures import understanding
from rasa_project.evaluation.sets import Example

PROJECT: Final = Path(__file__).parents[1]
SEEDS: Final = 5


class Classifier:
    """The bot's tokenizer and intent classifier, without the rest of its pipeline.

    Attributes:
        training_s: how long it learned, in seconds.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        self._tokenizer = BilingualTokenizer(BilingualTokenizer.get_default_config())
        messages = [Message.build(one.text, one.intent) for one in examples]
        begin = time.perf_counter()
        data = self._tokenizer.process_training_data(TrainingData(messages))
        with tempfile.TemporaryDirectory() as folder:
            self._classifier = IntentClassifier.create(
                _options(),
                LocalModelStorage(Path(folder)),
                Resource("classifier"),
                ExecutionContext(GraphSchema({})),
            )
            self._classifier.train(data)
        self.training_s = time.perf_counter() - begin

    def ask(self, texts: Sequence[str]) -> list[Answer]:
        """Return the answers, one a text; the bot's thresholds are not applied."""
        messages = self._tokenizer.process([Message({"text": text}) for text in texts])
        answered = self._classifier.process(messages)
        return [Answer.of(message.as_dict(), seconds=0.0) for message in answered]

    def understanding(self, examples: Sequence[Example]) -> dict[str, Any]:
        """Return accuracy and macro F1 on the examples."""
        found = understanding(examples, self.ask([one.text for one in examples]))
        return {name: found[name] for name in ("sentences", "accuracy", "macro_f1")}


def few_shot(examples: Sequence[Example], tick: Callable[[], None]) -> dict[str, Any]:
    """Return the mean and the standard deviation over `SEEDS` splits, ten examples an intent.

    `accuracies` are those of the seeds 0, 1, ...; `tick` is called after each.
    """
    found = []
    for seed in range(SEEDS):
        split = sets.split(examples, seed, sets.SHOTS)
        found.append(Classifier(split.train).understanding(split.test))
        tick()
    accuracies = [one["accuracy"] for one in found]
    return {
        "sentences": found[0]["sentences"],
        "accuracy": float(np.mean(accuracies)),
        "spread": float(np.std(accuracies, ddof=1)),
        "macro_f1": float(np.mean([one["macro_f1"] for one in found])),
        "accuracies": accuracies,
    }


def full(examples: Sequence[Example], seed: int = 0) -> dict[str, Any]:
    """Return the measures on a held-back fifth, learned from all of the rest."""
    split = sets.split(examples, seed)
    classifier = Classifier(split.train)
    return {**classifier.understanding(split.test), "training_s": classifier.training_s}


def zero_shot(learned: str, asked: Sequence[Example]) -> dict[str, Any]:
    """Return how sentences are understood after learning ours of another language."""
    return Classifier(own_sentences(learned)).understanding(asked)


def own_sentences(language: str) -> list[Example]:
    """Return the bot's training sentences of a language."""
    return [
        Example(message.get("text"), message.get_full_intent())
        for path in sorted((PROJECT / "data").glob(f"*/nlu.{language}.yml"))
        for message in load_data(str(path)).intent_examples
    ]


def _options() -> dict[str, Any]:
    config = yaml.safe_load((PROJECT / "config.yml").read_text(encoding="utf-8"))
    name = f"{IntentClassifier.__module__}.{IntentClassifier.__name__}"
    (part,) = (part for part in config["pipeline"] if part["name"] == name)
    return {key: value for key, value in part.items() if key != "name"}
