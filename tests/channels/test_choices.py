"""Which button a typed message chooses."""

from __future__ import annotations

import pytest

from rasa_project.channels.choices import chosen

ENGLISH = ["Track an order", "Cancel an order", "Something else"]
CHINESE = ["查询订单", "取消订单", "都不是"]
PRODUCTS = ["Oak Table Lamp", "Brass Table Lamp", "Lamp"]


def choose(text: str, titles: list[str]) -> int | None:
    """Return the number of the button that is chosen, from 1 on."""
    payloads = [f"/{number}" for number in range(1, len(titles) + 1)]
    buttons = [
        {"title": title, "payload": payload}
        for title, payload in zip(titles, payloads, strict=True)
    ]
    payload = chosen(text, buttons)
    return None if payload is None else payloads.index(payload) + 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(
            ("1", 1),
            ("2.", 2),
            ("the first", 1),
            ("The second one", 2),
            ("3rd", 3),
            ("option 2", 2),
        ),
        *(("第一个", 1), ("第二", 2), ("选3", 3), ("我要第二个", 2), ("第２个", None)),
        # There are three.
        *(("4", None), ("the fifth one", None), ("0", None), ("12", None)),
    ],
)
def test_by_place(text: str, number: int | None) -> None:
    assert choose(text, ENGLISH) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("Track an order", 1), ("track an order!", 1), ("track", 1), ("cancel please", 2)),
        *(("I meant cancel my order", 2), ("something else", 3), ("else", 3)),
        # Words of both titles, of none, or others beside them.
        *(("order", None), ("the order", None), ("hello", None), ("track SC100234", None)),
        *(("", None), ("?!", None), ("a", None)),
    ],
)
def test_by_words_of_the_title(text: str, number: int | None) -> None:
    assert choose(text, ENGLISH) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("查询订单", 1), ("查订单", 1), ("我要取消", 2), ("取消吧", 2), ("都不是", 3)),
        *(("订单", None), ("单", None), ("你好", None), ("取消付款", None)),
    ],
)
def test_by_characters_of_a_chinese_title(text: str, number: int | None) -> None:
    assert choose(text, CHINESE) == number


def test_a_whole_title_before_a_part_of_others() -> None:
    assert choose("lamp", PRODUCTS) == 3
    assert choose("the oak one", PRODUCTS) == 1
    assert choose("table lamp", PRODUCTS) is None


def test_without_buttons_nothing_is_chosen() -> None:
    assert choose("1", []) is None
