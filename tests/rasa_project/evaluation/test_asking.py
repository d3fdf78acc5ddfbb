"""What is read of Rasa's parse result."""

from __future__ import annotations

from typing import Any

from rasa_project.evaluation.asking import Answer


def _parsed(intent: str, confidence: float, *ranking: tuple[str, float]) -> dict[str, Any]:
    return {
        "intent": {"name": intent, "confidence": confidence},
        "intent_ranking": [{"name": name, "confidence": sure} for name, sure in ranking],
    }


def test_an_understood_message() -> None:
    found = Answer.of(_parsed("a", 0.8, ("a", 0.8), ("b", 0.2)), seconds=0.5)
    assert found == Answer("a", "a", 0.8, 0.8, None, 0.5)
    assert not found.refused


def test_a_refused_message_still_has_a_likeliest_meaning() -> None:
    parsed = _parsed("nlu_fallback", 0.7, ("nlu_fallback", 0.7), ("a", 0.3), ("b", 0.2))
    found = Answer.of(parsed, seconds=0)
    assert (found.meaning, found.confidence, found.in_scope) == ("a", 0.3, 0.3)
    assert found.refused


def test_an_unclear_message_is_as_sure_as_its_meanings_together() -> None:
    parsed = _parsed("nlu_ambiguous", 0.75, ("nlu_ambiguous", 0.75), ("a", 0.4), ("b", 0.35))
    found = Answer.of(parsed, seconds=0)
    assert (found.meaning, found.confidence, found.in_scope) == ("a", 0.4, 0.75)
    assert not found.refused


def test_what_is_out_of_scope_is_refused_however_sure() -> None:
    found = Answer.of(_parsed("out_of_scope", 0.9, ("out_of_scope", 0.9)), seconds=0)
    assert found.refused
    assert found.in_scope == 0


def test_a_message_without_a_word() -> None:
    found = Answer.of({"intent": {"name": None, "confidence": 0.0}, "intent_ranking": []}, 0)
    assert found.refused
    assert found.meaning is None


def test_the_requests_of_a_message() -> None:
    parsed = {**_parsed("a", 0.8, ("a", 0.8)), "requests": ["one", "two"]}
    assert Answer.of(parsed, seconds=0).requests == ["one", "two"]
