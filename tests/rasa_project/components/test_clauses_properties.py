"""Clauses of any message: they and their joints make it up again."""

from __future__ import annotations

from itertools import pairwise

import pytest

pytest.importorskip("hypothesis", reason="hypothesis is installed in .venv only")

from hypothesis import given
from hypothesis import strategies as st

from rasa_project.components.clauses import MOST_CLAUSES, clauses

PIECES = st.sampled_from(
    [
        *"?!.,;。，？\n 1a好",
        " and ",
        "also",
        "还有",
        "where is my order",
        "我要退款",
        "1,000",
        "a.b",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_clauses_and_joints_are_the_message(text: str) -> None:
    found = clauses(text)
    assert 1 <= len(found) <= MOST_CLAUSES
    assert found[0].start == 0
    assert found[-1].end == len(text)
    for before, after in pairwise(found):
        assert before.end + len(after.joint) == after.start
        assert before.start < before.end


@given(st.text(max_size=100))
def test_any_text_has_clauses(text: str) -> None:
    assert clauses(text)
