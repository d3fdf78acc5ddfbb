"""Several requests in one message, told from one request with its story."""

from __future__ import annotations

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.clauses import clauses
from rasa_project.components.intent_classifier import IntentClassifier
from rasa_project.components.requests import (
    ClauseCutter,
    RequestOptions,
    RequestSplitter,
    possible_parts,
    split,
    text_of,
)
from rasa_project.components.tokenizer import BilingualTokenizer
from tests.rasa_project.components.graph import trained, untrained

TWO = "where is my order and also how do I pay"
THREE = "where is my order, how do I pay, close my account"


def requests(text: str, whole: tuple[str, float], **likeliest: tuple[str, float]) -> list[str]:
    """Return the parts of a message whose parts `_0_1`, `_1_2` ... rank as told, others not."""
    found = clauses(text)
    told = {tuple(map(int, name[1:].split("_"))): one for name, one in likeliest.items()}
    rankings = {
        part: [dict(zip(("name", "confidence"), told[part], strict=True))] if part in told else []
        for part in possible_parts(len(found))
    }
    ranking = [{"name": whole[0], "confidence": whole[1]}]
    options = RequestOptions(threshold=0.6, margin=0.1)
    return [text_of(text, found, part) for part in split(text, found, ranking, rankings, options)]


def test_both_parts_are_well_understood() -> None:
    parts = requests(
        TWO, ("track_order", 0.7), _0_1=("track_order", 0.9), _1_2=("check_payment_methods", 0.9)
    )
    assert parts == ["where is my order", "how do I pay"]


@pytest.mark.parametrize(
    "second",
    [
        # Not understood well enough; the same request; talk, which asks for nothing.
        ("check_payment_methods", 0.55),
        ("track_order", 0.9),
        ("thank", 0.9),
    ],
)
def test_one_request(second: tuple[str, float]) -> None:
    parts = {"_0_1": ("track_order", 0.95), "_1_2": second}
    assert requests(TWO, ("track_order", 0.5), **parts) == []


def test_parts_are_understood_as_well_as_the_whole_unless_something_is_added() -> None:
    parts = {"_0_1": ("track_order", 0.95), "_1_2": ("check_payment_methods", 0.75)}
    assert requests("where is my order, how do I pay", ("track_order", 0.9), **parts) == []
    assert len(requests(TWO, ("track_order", 0.9), **parts)) == 2


def test_one_matter_stays_together() -> None:
    parts = {"_0_1": ("place_order", 0.9), "_1_2": ("ask_price", 0.9)}
    assert requests("I want 80 lamps, what is the price", ("request_quote", 0.5), **parts) == []


def test_a_statement_is_what_the_request_is_about() -> None:
    parts = {"_0_1": ("track_order", 0.9), "_1_2": ("get_refund", 0.9)}
    assert requests("my order arrived, I want my money", ("get_refund", 0.5), **parts) == []
    added = requests("my order is late, also I want my money", ("get_refund", 0.5), **parts)
    assert added == ["my order is late", "I want my money"]


def test_a_problem_that_is_told_is_a_request() -> None:
    parts = {"_0_1": ("payment_issue", 0.9), "_1_2": ("delivery_period", 0.9)}
    told = requests("my card was declined, how long is delivery", ("thank", 0.5), **parts)
    assert told == ["my card was declined", "how long is delivery"]


def test_three_requests_before_two() -> None:
    parts = {
        "_0_1": ("track_order", 0.9),
        "_1_2": ("check_payment_methods", 0.9),
        "_2_3": ("delete_account", 0.9),
        "_0_2": ("track_order", 0.99),
        "_1_3": ("check_payment_methods", 0.7),
    }
    assert requests(THREE, ("track_order", 0.5), **parts) == [
        "where is my order",
        "how do I pay",
        "close my account",
    ]
    del parts["_1_2"]
    assert requests(THREE, ("track_order", 0.5), **parts) == [
        "where is my order, how do I pay",
        "close my account",
    ]


def test_a_message_that_is_not_understood_at_all() -> None:
    found = clauses(TWO)
    assert split(TWO, found, [], {part: [] for part in possible_parts(2)}, RequestOptions()) == []


SENTENCES = {
    "track_order": ["where is my order", "track my parcel", "我的订单到哪里了", "查一下物流"],
    "get_invoice": ["can I get the invoice", "send me a receipt", "可以开发票吗", "发票发给我"],
    "greet": ["hello", "good morning", "你好", "早上好"],
}


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> IntentClassifier:
    examples = [Message.build(text, name) for name, texts in SENTENCES.items() for text in texts]
    return trained(IntentClassifier, examples, tmp_path_factory.mktemp("model"))


def parsed(classifier: IntentClassifier, *texts: str) -> list[Message]:
    tokenizer = BilingualTokenizer(BilingualTokenizer.get_default_config())
    messages = tokenizer.process([Message({"text": text}) for text in texts])
    for component in (
        untrained(ClauseCutter),
        classifier,
        untrained(RequestSplitter, threshold=0.4, margin=0.3),
    ):
        messages = component.process(messages)
    return messages


def test_in_a_pipeline_with_several_messages_at_once(classifier: IntentClassifier) -> None:
    texts = [
        "Hello! Where is my order, and can I get the invoice?",
        "where is my order",
        "我的订单到哪里了，还有可以开发票吗",
        '/clarify{"meaning": "where is my order, and can I get the invoice?"}',
        "",
    ]
    messages = parsed(classifier, *texts)
    assert [message.get("text") for message in messages] == texts
    told = [message.as_dict(only_output_properties=True).get("requests") for message in messages]
    assert told == [
        ["Hello! Where is my order", "can I get the invoice?"],
        None,
        ["我的订单到哪里了", "可以开发票吗"],
        None,
        None,
    ]
    assert not any("parts" in message.data for message in messages)


def test_the_tokens_of_parts_are_those_of_the_message(classifier: IntentClassifier) -> None:
    tokenizer = BilingualTokenizer(BilingualTokenizer.get_default_config())
    (message,) = tokenizer.process([Message({"text": TWO})])
    _, *parts = untrained(ClauseCutter).process([message])
    assert [part.get("text") for part in parts] == ["where is my order", "how do I pay"]
    for part in parts:
        for token in part.get("text_tokens"):
            assert part.get("text")[token.start : token.end] == token.text


@pytest.mark.parametrize("config", [{"threshold": 2}, {"margin": -1}, {"joints": 3}])
def test_refuses_settings_that_it_does_not_know(config: dict[str, object]) -> None:
    with pytest.raises(InvalidConfigException, match=next(iter(config))):
        untrained(RequestSplitter, **config)
