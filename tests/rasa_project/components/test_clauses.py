"""Where requests may part, and which clauses ask."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa_project.components.clauses import adds, asks, clauses
from rasa_project.components.text import count_han

EXAMPLES = yaml.safe_load(Path(__file__).with_name("requests.yml").read_text("utf-8"))


def pieces(text: str) -> list[str]:
    return [text[clause.start : clause.end].strip() for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("where is my order", ["where is my order"]),
        ("Where is it? And when will it come?", ["Where is it", "when will it come?"]),
        ("track my order and also send the invoice", ["track my order", "send the invoice"]),
        ("cancel it, by the way do you sell rugs", ["cancel it", "do you sell rugs"]),
        ("cancel it plus, oh, close my account", ["cancel it", "close my account"]),
        ("return a chair\nwhere is the other", ["return a chair", "where is the other"]),
        ("我的订单到哪了？还有可以开发票吗", ["我的订单到哪了", "可以开发票吗"]),
        ("我要退货，另外，顺便问一下你们几点开门", ["我要退货", "你们几点开门"]),
        ("我要退货并且要找人工", ["我要退货", "要找人工"]),
        ("close it while you're at it, besides do you sell rugs", ["close it", "do you sell rugs"]),
        ("wheres my stuff & can i get a receipt", ["wheres my stuff", "can i get a receipt"]),
        ("退一把椅子。此外，寄到法国要几天", ["退一把椅子", "寄到法国要几天"]),
        # Too short to be a request: it belongs to its neighbour.
        ("Hi, where is my order?", ["Hi, where is my order?"]),
        ("black and white lamps", ["black and white lamps"]),
        ("Track it. Please. Close my account", ["Track it. Please", "Close my account"]),
        # No ends of anything.
        ("write to ann.lee@example.com today", ["write to ann.lee@example.com today"]),
        ("200 x 1,000.50 for brandy", ["200 x 1,000.50 for brandy"]),
        ("橡木书桌还有货吗", ["橡木书桌还有货吗"]),
        ("my email is a@b.co. thanks for that", ["my email is a@b.co", "thanks for that"]),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_where_there_are_too_many_the_strongest_joints_stay() -> None:
    assert pieces("one two, three four. Five six, seven eight and nine ten! Red blue") == [
        "one two, three four",
        "Five six, seven eight",
        "nine ten",
        "Red blue",
    ]


@pytest.mark.parametrize("text", EXAMPLES["several"])
def test_requests_part_at_joints(text: str) -> None:
    """But for two messages that join their requests by nothing at all."""
    requests = [part.strip() for part in text.split("|")]
    message = ("" if count_han(text) else " ").join(requests)
    ends = [clause.end for clause in clauses(message)]
    expected = len(requests[0].rstrip(" ,;.?!-，？。！"))
    joined = message.startswith(("蓝色地毯有货吗支持", "1) "))
    assert (expected in ends) is not joined


@pytest.mark.parametrize(
    "joint", [" and also ", ". By the way, ", "，另外", "，顺便问一下", "？还有"]
)
def test_joints_that_add(joint: str) -> None:
    assert adds(joint)
    assert not adds(", and ")
    assert not adds("。然后")


@pytest.mark.parametrize(
    "clause",
    [
        *(
            "where is my order",
            "can I get the invoice",
            "do you ship to Ireland",
            "cancel my order",
        ),
        *("I want my money back", "i'd like a refund", "I need a quote", "send me the invoice"),
        *("我的订单到哪了", "能送到香港吗", "我要退一把椅子", "取消我的订单", "请帮我改地址"),
        *("别再给我发邮件了", "有真人客服没", "整单取消吧", "发票发我一下", "地址改成公司的"),
        *("花瓶碎了我要退款", "密码忘了怎么办", "再把客服电话给我", "可以開發票嗎"),
    ],
)
def test_what_asks(clause: str) -> None:
    assert asks(clause)


@pytest.mark.parametrize(
    "clause",
    [
        *("it arrived broken", "I bought a lamp last week", "my order arrived", "you charged me"),
        *(
            "hi, we spoke yesterday",
            "these boots pinch",
            "been waiting ages",
            "the handle is loose",
        ),
        *("but nobody is here", "I can't log in", "under 50 pounds"),
        *(
            "买了个灯",
            "换了一个也不亮",
            "花瓶碎了",
            "我的卡付款失败了",
            "因为别的地方更便宜",
            "尺码发错了",
            "小票还在",
        ),
    ],
)
def test_what_only_tells(clause: str) -> None:
    assert not asks(clause)
