"""Whether a message is understood, may mean several things, or is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.base import Component, Options
from rasa_project.components.intents import AMBIGUOUS, REFUSED, TALK, answered_as

Intent = Mapping[str, Any]
"An entry of Rasa's `intent_ranking`: `name` and `confidence`."


class ConfidenceOptions(Options):
    """Settings of `ConfidenceCheck`."""

    threshold: float = Field(
        0.3, ge=0, le=1, description="Below this confidence a message is refused."
    )
    sure: float = Field(
        0.45, ge=0, le=1, description="Below this confidence other meanings are in question too."
    )
    gap: float = Field(
        0.1, ge=0, le=1, description="Above it only those this close behind the likeliest are."
    )
    least: float = Field(
        0.1, ge=0, le=1, description="A meaning less likely than this is not in question."
    )
    meanings: int = Field(3, ge=2, description="The most meanings to choose from.")


def meanings(ranking: Sequence[Intent], options: ConfidenceOptions) -> list[Intent]:
    """Return what a message may mean: one intent, several to ask about, or none.

    Intents that get the same answer count as one, the likeliest of them, with their confidences
    together. Talk is never asked about: "Did you mean a greeting?" helps nobody. The meanings in
    question are held against the threshold together: where one of two is very likely right, asking
    which is better than refusing both.

    Args:
        ranking: the intents, the likeliest first.
    """
    answers = _by_answer(ranking)
    if not answers:
        return []
    best, *others = answers
    found = [best]
    if best["name"] not in TALK:
        closest = best["confidence"] - options.gap if best["confidence"] >= options.sure else 0
        floor = max(options.least, closest)
        found += [one for one in others if one["confidence"] >= floor and one["name"] not in TALK]
    found = found[: options.meanings]
    return found if sum(one["confidence"] for one in found) >= options.threshold else []


def _by_answer(ranking: Sequence[Intent]) -> list[Intent]:
    """Return the ranking with the intents that get the same answer as one entry."""
    merged: dict[str, dict[str, Any]] = {}
    for intent in ranking:
        answer = merged.setdefault(
            answered_as(intent["name"]), {"name": intent["name"], "confidence": 0.0}
        )
        answer["confidence"] += intent["confidence"]
    return sorted(merged.values(), key=lambda one: -one["confidence"])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ConfidenceCheck(Component, IntentClassifier):
    """Sets the intent `nlu_fallback` where a message is refused, `nlu_ambiguous` where unclear.

    Then `intent_ranking` begins with that intent. Behind `nlu_ambiguous` stand the two or more
    meanings in question and no others; behind `nlu_fallback` the ranking as it was. What is
    understood stays as it is.
    """

    options_type = ConfidenceOptions
    options: ConfidenceOptions

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before in the pipeline."""
        return [IntentClassifier]

    def process(self, messages: list[Message]) -> list[Message]:
        """Judge each message."""
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            found = meanings(ranking, self.options)
            if not found:
                best = ranking[0]["confidence"] if ranking else 0.0
                _put_first(message, REFUSED, 1 - best, ranking)
            elif len(found) > 1:
                _put_first(message, AMBIGUOUS, sum(one["confidence"] for one in found), found)
        return messages


def _put_first(message: Message, name: str, confidence: float, behind: Sequence[Intent]) -> None:
    intent = {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [intent, *behind], add_to_output=True)
