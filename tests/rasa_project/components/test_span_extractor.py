"""Names of products and persons, learned and loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa.shared.nlu.training_data.entities_parser import (
    find_entities_in_training_example,
    replace_entities,
)
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.pattern_extractor import PatternExtractor
from rasa_project.components.span_extractor import SpanExtractor
from tests.rasa_project.components.graph import parsed, trained, untrained

SENTENCES = {
    "check_stock": [
        f"{before} [{product}](product) {after}"
        for before, after in (
            ("do you have", "in stock"),
            ("is the", "available"),
            ("any", "left?"),
        )
        for product in ("desk lamp", "mugs", "set of 3 cake tins", "garden chairs", "kettle")
    ]
    + [
        f"{before}[{product}](product){after}"
        for before, after in (("有没有", ""), ("", "还有货吗"), ("请问", "有现货吗"))
        for product in ("台灯", "陶瓷杯", "红色地毯", "花园椅")
    ],
    "customer_lookup": [
        f"{before} [{person}](person){after}"
        for before, after in (("look up", ""), ("who is", "?"), ("show me", "'s orders"))
        for person in ("Anna Li", "Tom Baker", "Priya Patel", "Julia")
    ]
    + [
        f"{before}[{person}](person){after}"
        for before, after in (("查一下", ""), ("", "先生是谁"), ("客户", "的资料"))
        for person in ("王小明", "李娜", "张伟", "刘洋", "陈")
    ],
    "greet": ["hello there", "good morning", "你好", "早上好"],
    "track_order": ["where is my order", "is it on the way", "我的订单到哪里了"],
}


def _examples() -> list[Message]:
    return [
        Message.build(replace_entities(text), intent, list(find_entities_in_training_example(text)))
        for intent, texts in SENTENCES.items()
        for text in texts
    ]


@pytest.fixture(scope="module")
def extractor(tmp_path_factory: pytest.TempPathFactory) -> SpanExtractor:
    return trained(SpanExtractor, _examples(), tmp_path_factory.mktemp("model"))


def _entities(
    extractor: SpanExtractor, text: str, intent: str = "check_stock"
) -> list[dict[str, Any]]:
    """Return what patterns and the extractor find in a message of the intent."""
    patterns = parsed(untrained(PatternExtractor), text).get("entities")
    message = parsed(extractor, text, entities=patterns, intent={"name": intent})
    entities: list[dict[str, Any]] = message.get("entities")
    return entities


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("do you have mugs in stock", "mugs"),
        ("is the garden chairs available", "garden chairs"),
        ("有没有红色地毯", "红色地毯"),
        # Words that no example has.
        ("do you have picnic blanket in stock", "picnic blanket"),
        ("水壶还有货吗", "水壶"),
    ],
)
def test_finds_products(extractor: SpanExtractor, text: str, product: str) -> None:
    (entity,) = _entities(extractor, text)
    start = text.index(product)
    assert 0.5 < entity.pop("confidence_entity") <= 1
    assert entity == {
        "entity": "product",
        "value": product,
        "start": start,
        "end": start + len(product),
        "extractor": "SpanExtractor",
    }


@pytest.mark.parametrize(
    ("text", "person"),
    [
        # Names that no example has.
        ("who is Grace Hopper?", "Grace Hopper"),
        ("who is grace hopper?", "grace hopper"),
        ("查一下赵磊", "赵磊"),
        ("黄先生是谁", "黄"),
    ],
)
def test_finds_persons(extractor: SpanExtractor, text: str, person: str) -> None:
    (entity,) = _entities(extractor, text, "customer_lookup")
    assert (entity["entity"], entity["value"]) == ("person", person)
    assert text[entity["start"] : entity["end"]] == person


def test_a_number_inside_a_name_is_no_quantity(extractor: SpanExtractor) -> None:
    entities = _entities(extractor, "do you have set of 3 cake tins in stock")
    assert [one["value"] for one in entities] == ["set of 3 cake tins"]


def test_what_a_pattern_found_is_no_product(extractor: SpanExtractor) -> None:
    entities = _entities(extractor, "do you have 85123A in stock")
    assert [(one["entity"], one["value"]) for one in entities] == [("code", "85123A")]


@pytest.mark.parametrize("text", ["", "😀", "hello there"])
def test_finds_nothing_where_there_is_nothing(extractor: SpanExtractor, text: str) -> None:
    assert parsed(extractor, text, intent={"name": "greet"}).get("entities", []) == []


def test_a_message_without_intent_passes(extractor: SpanExtractor) -> None:
    message = parsed(extractor, "do you have mugs in stock", intent={"name": None})
    assert [one["value"] for one in message.get("entities")] == ["mugs"]


def test_learns_only_the_entities_that_it_is_told_to(tmp_path: Path) -> None:
    extractor = trained(SpanExtractor, _examples(), tmp_path, entities=["brand"])
    assert _entities(extractor, "do you have mugs in stock") == []


def test_is_the_same_each_time(tmp_path: Path) -> None:
    found = [
        _entities(trained(SpanExtractor, _examples(), tmp_path / name), "有没有陶瓷杯")
        for name in ("first", "second")
    ]
    assert found[0] == found[1]
