"""Intents and topics from the probabilities of labels."""

from __future__ import annotations

import pytest

from rasa_project.components import ranking

PROBABILITIES = {
    "greet": 0.3,
    "smalltalk/joke": 0.15,
    "smalltalk/weather": 0.45,
    "thank": 0.1,
}


def test_an_intent_is_as_likely_as_its_topics_together() -> None:
    intents = ranking.intents(PROBABILITIES)
    assert [one["name"] for one in intents] == ["smalltalk", "greet", "thank"]
    assert [one["confidence"] for one in intents] == pytest.approx([0.6, 0.3, 0.1])


def test_the_likeliest_topic_is_what_the_intent_is_answered_with() -> None:
    topics = ranking.topics(PROBABILITIES, "smalltalk")
    assert topics["all_retrieval_intents"] == ["smalltalk"]
    response = topics["smalltalk"]["response"]
    assert response["intent_response_key"] == "smalltalk/weather"
    assert response["utter_action"] == "utter_smalltalk/weather"
    assert response["confidence"] == pytest.approx(0.75)
    confidences = [one["confidence"] for one in topics["smalltalk"]["ranking"]]
    assert confidences == pytest.approx([0.75, 0.25])


def test_an_intent_without_topics_has_none() -> None:
    assert ranking.topics(PROBABILITIES, "greet") == {}


def test_equally_likely_intents_stand_in_the_order_of_their_names() -> None:
    intents = ranking.intents({"b": 0.5, "a": 0.5})
    assert [one["name"] for one in intents] == ["a", "b"]
