"""Turns of phrase that say what to do with the words beside them."""

from __future__ import annotations

import pytest

from actions.wording import follows, leaves, mends, rejected, says_more


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("30 not 20", "20"),
        ("sorry, not that lamp, the floor lamp", "lamp"),
        ("LAMP-002 instead of LAMP-001", "LAMP-001"),
        ("it isn't 20, it's 30", "20"),
        ("不是20是30", "20"),
        ("要30，不是20", "20"),
        ("不是那盏台灯", "台灯"),
    ],
)
def test_taken_back(text: str, what: str) -> None:
    assert rejected(text, text.index(what))


@pytest.mark.parametrize(
    ("text", "what"),
    [("30 not 20", "30"), ("不是20是30", "30"), ("not 20 but 30", "30"), ("不是5是3", "3")],
)
def test_not_taken_back(text: str, what: str) -> None:
    assert not rejected(text, text.index(what))


@pytest.mark.parametrize(
    "text",
    [
        "and the blue mug?",
        "what about LAMP-002",
        "How about 30?",
        "ok, and what about the other one",
        "那台灯呢",
        "LAMP-002呢？",
        "还有蓝色的杯子",
    ],
)
def test_asks_the_same_of_something_else(text: str) -> None:
    assert follows(text)


@pytest.mark.parametrize(
    "text", ["and where is my order?", "and how long does it take", "the blue mug", "那怎么付款"]
)
def test_asks_something_else(text: str) -> None:
    assert not follows(text)


@pytest.mark.parametrize(
    "text",
    [
        "no, LAMP-002",
        "Sorry, I meant 30",
        "oops 30",
        "make it 50",
        "不对，是30个",
        "换成落地灯",
        "不，30",
    ],
)
def test_begins_as_a_correction(text: str) -> None:
    assert mends(text)


@pytest.mark.parametrize("text", ["not yet", "now show me lamps", "不好用", "30"])
def test_is_no_correction(text: str) -> None:
    assert not mends(text)


@pytest.mark.parametrize("rest", ["", " and  please", "请  和  ", "it's "])
def test_says_no_more_than_what_it_names(rest: str) -> None:
    assert not says_more(rest)


@pytest.mark.parametrize("rest", ["how much is ", "  有货吗", "not "])
def test_says_more_than_what_it_names(rest: str) -> None:
    assert says_more(rest)


@pytest.mark.parametrize(
    "text",
    ["never mind, where is my order?", "forget the quote, show me lamps", "算了，我要查订单"],
)
def test_drops_what_was_under_way(text: str) -> None:
    assert leaves(text)


@pytest.mark.parametrize("text", ["show me lamps", "I forgot my password", "我的订单到哪了"])
def test_drops_nothing(text: str) -> None:
    assert not leaves(text)
