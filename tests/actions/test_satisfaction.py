"""What counts as a score, and what is about something else."""

from __future__ import annotations

import pytest

from actions.questions.satisfaction import said_score


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4", "4"),
        ("five stars", "five"),
        ("I'd say 3", "3"),
        ("2 out of 5", "2"),
        ("4/5", "4"),
        ("I would give it 4 stars", "4"),
        ("11", "11"),
        ("7 stars", "7"),
        ("四分", "四"),
        ("打4分吧", "4"),
        ("给五星", "五"),
        ("五", "五"),
        ("三颗星", "三"),
    ],
)
def test_scores(text: str, said: str) -> None:
    assert said_score(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "where is my order 4",
        "2 of them are missing from the parcel",
        "SC113846",
        "can I get 5?",
        "等了45分钟",
        "我要买三个杯子",
        "one more thing about my last order",
        "",
    ],
)
def test_no_scores(text: str) -> None:
    assert said_score(text) is None
