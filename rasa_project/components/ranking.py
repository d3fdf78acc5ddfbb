"""From the labels' probabilities to what Rasa says of a message's intent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


def intents(probabilities: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the intents with their confidence, the likeliest first.

    Args:
        probabilities: by label. `smalltalk/weather` and `smalltalk/joke` are topics of the one
            intent `smalltalk`, whose confidence is their sum.
    """
    confidence: dict[str, float] = defaultdict(float)
    for label, probability in probabilities.items():
        confidence[_intent(label)] += probability
    return [
        {"name": name, "confidence": value}
        for name, value in sorted(confidence.items(), key=lambda one: (-one[1], one[0]))
    ]


def topics(probabilities: Mapping[str, float], intent: str) -> dict[str, Any]:
    """Return the topics of `intent` as Rasa's response selector gives them; empty without topics.

    With it the action `utter_<intent>` answers by the response `utter_<intent>/<topic>`.
    """
    of_intent = {
        label: probability
        for label, probability in probabilities.items()
        if label != intent and _intent(label) == intent
    }
    if not of_intent:
        return {}
    total = sum(of_intent.values())
    ranking = [
        {"intent_response_key": label, "confidence": probability / total}
        for label, probability in sorted(of_intent.items(), key=lambda one: (-one[1], one[0]))
    ]
    best = ranking[0]
    return {
        "all_retrieval_intents": [intent],
        intent: {
            "response": {**best, "utter_action": f"utter_{best['intent_response_key']}"},
            "ranking": ranking,
        },
    }


def _intent(label: str) -> str:
    return label.partition("/")[0]
