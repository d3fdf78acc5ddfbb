"""What holds of patterns for any text."""

from __future__ import annotations

import pytest

from rasa_project.components import patterns
from rasa_project.components.text import normalise

pytest.importorskip("hypothesis", reason="hypothesis is installed in .venv only")

from hypothesis import given
from hypothesis import strategies as st

# Text that patterns may trip over: digits, signs, units and both scripts in any order.
SIGNS = st.sampled_from([*"1 x×-#£元%个月一十百，８😀/"])
WORDS = st.sampled_from(
    ["1,500", "3.5", "under ", "以内", "a@b.com", "85123A", "two ", "pcs", "+44"]
)
MESSAGES = st.one_of(st.text(max_size=60), st.lists(SIGNS | WORDS, max_size=20).map("".join))


@given(MESSAGES)
def test_entities_lie_in_the_text_in_order_and_apart(text: str) -> None:
    found = patterns.find(text)
    edges = [edge for one in found for edge in (one.start, one.end)]
    assert edges == sorted(edges)
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@given(MESSAGES)
def test_a_text_in_its_usual_form_says_the_same(text: str) -> None:
    assert patterns.find(text) == patterns.find(normalise(text))


@given(st.integers(0, 9_999_999))
def test_a_quantity_is_found_however_many_digits_it_has(number: int) -> None:
    for text in (
        f"{number} x 85123A",
        f"85123A x {number}",
        f"{number}个85123A",
        f"{number:,} pcs",
    ):
        assert number in [one.value for one in patterns.find(text) if one.entity == "number"]


@given(st.text(max_size=60))
def test_the_usual_form_is_as_long_as_the_text(text: str) -> None:
    assert len(normalise(text)) == len(text)
    assert normalise(normalise(text)) == normalise(text)
