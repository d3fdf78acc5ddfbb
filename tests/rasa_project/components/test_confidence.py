"""Whether a message is understood, asked about, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.confidence import ConfidenceCheck, ConfidenceOptions, meanings
from rasa_project.components.intents import AMBIGUOUS, REFUSED, TALK, answered_as
from tests.rasa_project.components.graph import untrained

DOMAIN = Path(__file__).parents[3] / "rasa_project" / "domain"
OPTIONS = ConfidenceOptions(threshold=0.5, sure=0.35, gap=0.1, least=0.2, meanings=3)


def ranking(**confidences: float) -> list[dict[str, object]]:
    return [{"name": name, "confidence": value} for name, value in confidences.items()]


@pytest.mark.parametrize(
    ("confidences", "expected"),
    [
        # One likely meaning.
        ({"track_order": 0.9, "cancel_order": 0.05}, ["track_order"]),
        ({"track_order": 0.55, "cancel_order": 0.4}, ["track_order"]),
        # None.
        ({}, []),
        ({"track_order": 0.4, "cancel_order": 0.1}, []),
        # Two or three close together; a fourth is one too many.
        ({"track_order": 0.45, "cancel_order": 0.4}, ["track_order", "cancel_order"]),
        (
            {"track_order": 0.28, "cancel_order": 0.27, "get_refund": 0.25, "complaint": 0.2},
            ["track_order", "cancel_order", "get_refund"],
        ),
        # Not far apart enough where even the likeliest is unsure.
        ({"track_order": 0.34, "cancel_order": 0.2}, ["track_order", "cancel_order"]),
        # Together they are likely, alone not: still worth a question.
        ({"track_order": 0.3, "cancel_order": 0.25}, ["track_order", "cancel_order"]),
        # Close, but none of them likely.
        ({"track_order": 0.19, "cancel_order": 0.18, "get_refund": 0.17}, []),
        # Talk is never asked about.
        ({"track_order": 0.5, "greet": 0.48}, ["track_order"]),
        ({"out_of_scope": 0.5, "track_order": 0.48}, ["out_of_scope"]),
        ({"inform": 0.4, "product_search": 0.38}, []),
        # The same answer needs no question; together its intents count.
        ({"edit_account": 0.3, "switch_account": 0.28, "delete_account": 0.25}, ["edit_account"]),
    ],
)
def test_meanings_in_question(confidences: dict[str, float], expected: list[str]) -> None:
    assert [one["name"] for one in meanings(ranking(**confidences), OPTIONS)] == expected


def test_borders_belong_to_what_is_understood_and_asked() -> None:
    options = ConfidenceOptions(threshold=0.5, sure=0.5, gap=0.25, least=0.25)
    assert [one["name"] for one in meanings(ranking(greet=0.5), options)] == ["greet"]
    close = ranking(track_order=0.5, cancel_order=0.25)
    assert len(meanings(close, options)) == 2


def judged(confidences: dict[str, float]) -> Message:
    intents = ranking(**confidences)
    message = Message({"text": "?", "intent_ranking": intents})
    message.set("intent", intents[0] if intents else {"name": None, "confidence": 0.0})
    check = untrained(ConfidenceCheck, threshold=0.5, sure=0.35, gap=0.1, least=0.2)
    assert check.process([message]) == [message]
    return message


def names(message: Message) -> list[str]:
    return [one["name"] for one in message.get("intent_ranking")]


def test_what_is_understood_stays_as_it_is() -> None:
    message = judged({"track_order": 0.9, "cancel_order": 0.1})
    assert message.get("intent") == {"name": "track_order", "confidence": 0.9}
    assert names(message) == ["track_order", "cancel_order"]


def test_an_unclear_message_keeps_the_meanings_in_question_and_no_others() -> None:
    message = judged({"track_order": 0.4, "cancel_order": 0.35, "get_refund": 0.2})
    assert message.get("intent")["name"] == AMBIGUOUS
    assert message.get("intent")["confidence"] == pytest.approx(0.75)
    assert names(message) == [AMBIGUOUS, "track_order", "cancel_order"]
    assert {"intent", "intent_ranking"} <= message.as_dict(only_output_properties=True).keys()


def test_a_refused_message_keeps_its_ranking() -> None:
    assert names(judged({"track_order": 0.3, "cancel_order": 0.1})) == [
        REFUSED,
        "track_order",
        "cancel_order",
    ]
    assert names(judged({})) == [REFUSED]


@pytest.mark.parametrize("config", [{"threshold": 2}, {"gap": -0.1}, {"meanings": 1}, {"lest": 0}])
def test_refuses_settings_that_it_does_not_know(config: dict[str, object]) -> None:
    with pytest.raises(InvalidConfigException, match=next(iter(config))):
        untrained(ConfidenceCheck, **config)


OF_THE_CHANNEL = {"take_over", "handoff_ended"}
"Intents that nobody can say: the channel does."


def test_every_intent_is_talk_or_a_request_with_a_name_for_its_button() -> None:
    domains = [yaml.safe_load(path.read_text("utf-8")) for path in DOMAIN.glob("*.yml")]
    intents = {name for domain in domains for name in domain.get("intents", ())}
    responses = {name for domain in domains for name in domain.get("responses", ())}
    requests = {name for name in intents if f"utter_meaning_{name}" in responses}
    assert intents - requests == (TALK & intents) | {REFUSED, AMBIGUOUS} | OF_THE_CHANNEL


def test_intents_with_the_same_answer_have_one_name() -> None:
    assert answered_as("switch_account") == answered_as("edit_account") == "edit_account"
    assert answered_as("track_order") == "track_order"
