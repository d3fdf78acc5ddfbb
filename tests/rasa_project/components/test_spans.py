"""Units, tags and spans of messages."""

from __future__ import annotations

import pytest

from rasa_project.components import spans
from rasa_project.components.span_features import familiar_words, features


def _words(text: str, *split: str) -> list[spans.Place]:
    """Return the places of `split` in `text`, or of its words at spaces."""
    places, at = [], 0
    for word in split or text.split():
        start = text.index(word, at)
        at = start + len(word)
        places.append((word, start, at))
    return places


def _units(text: str, *split: str, found: list[spans.Place] | None = None) -> list[spans.Unit]:
    return spans.units(_words(text, *split), found or [])


def test_chinese_is_taken_by_characters_and_the_rest_by_words() -> None:
    units = _units("我要Lamp台灯 5", "我", "要", "Lamp", "台灯", "5", found=[("number", 9, 10)])
    assert [(unit.text, unit.place, unit.word) for unit in units] == [
        ("我", "whole", "我"),
        ("要", "whole", "要"),
        ("lamp", "whole", "lamp"),
        ("台", "first", "台灯"),
        ("灯", "last", "台灯"),
        ("5", "whole", "5"),
    ]
    assert [unit.pattern for unit in units] == ["", "", "", "", "", "number"]


def test_knows_how_words_are_typed() -> None:
    units = _units("Show LAMP of Anna 王 5 I")
    assert [unit.case for unit in units] == ["title", "upper", "lower", "title", "", "", "title"]
    lower = spans.in_lower_case(units)
    assert [unit.case for unit in lower] == [*["lower"] * 4, "", "", "lower"]


def test_tags_spell_out_the_entities() -> None:
    units = _units("找红色台灯和杯子", "找", "红色台灯", "和", "杯子")
    tags = spans.tags(units, [("product", 1, 5), ("product", 6, 8)])
    assert tags == ["O", *["B-product", *["I-product"] * 3], "O", "B-product", "I-product"]
    assert list(spans.spans(tags)) == [("product", 1, 5), ("product", 6, 8)]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([], []),
        (["O", "O"], []),
        (["B-a", "B-a"], [("a", 0, 1), ("a", 1, 2)]),
        (["I-a", "I-a", "O"], [("a", 0, 2)]),
        (["B-a", "I-b"], [("a", 0, 1), ("b", 1, 2)]),
    ],
)
def test_spans_of_any_tags(tags: list[str], expected: list[spans.Place]) -> None:
    assert list(spans.spans(tags)) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "kept"),
    [
        ("number", "set of 6 spice tins", "set of 6 spice tins"),
        ("number", "6 spice tins", "spice tins"),
        ("number", "spice tins 6", "spice tins"),
        ("code", "big 6 spice tins", "spice tins"),
        ("code", "6", ""),
    ],
)
def test_patterns_come_before_names(pattern: str, text: str, kept: str) -> None:
    at = text.index("6")
    units = _units(text, found=[(pattern, at, at + 1)])
    first, after = spans.free_part(units, 0, len(units))
    assert " ".join(unit.text for unit in units[first:after]) == kept


def test_a_word_is_familiar_by_how_often_it_stands_outside_of_names() -> None:
    sentences = [_units("find lamp"), _units("find red lamp"), _units("卖台灯", "卖", "台灯")]
    tags = [["O", "B-product"], ["O", "O", "B-product"], ["O", "B-product", "I-product"]]
    familiar = familiar_words(sentences, tags)
    assert familiar == {"find": 2, "red": 1, "卖": 1}


def test_a_sentence_does_not_make_its_own_words_familiar() -> None:
    sentence = _units("find lamp")
    own = features(sentence, "product_search", {"find": 1}, tagged=["O", "B-product"])
    unseen = features(sentence, "product_search", {})
    assert own == unseen
    assert "known=no" in own[0]
    assert "intent=product_search" in own[0]
