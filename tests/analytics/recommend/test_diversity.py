from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest

from analytics.recommend.diversity import diversified, likeness


@dataclass(frozen=True)
class Item:
    title: str = ""
    category_id: str | None = None
    brand: str | None = None
    price: Decimal = Decimal(0)


MUG = Item("Blue Mug", "kitchen", "Arden", Decimal("8"))


def test_likeness_is_the_mean_over_what_is_described() -> None:
    others = [
        MUG,
        Item("Blue Cup", "kitchen", "Boke", Decimal("4")),
        Item("Tall Vase", None, None, Decimal("80")),
    ]
    # Category, brand, cheaper over dearer, one of three words.
    expected = [[1, (1 + 0 + 1 / 2 + 1 / 3) / 4, (0 + 0 + 1 / 10 + 0) / 4]]
    assert likeness([MUG], others) == pytest.approx(np.array(expected))


def test_what_is_not_known_is_like_nothing() -> None:
    free = Item()
    assert likeness([free], [free])[0, 0] == pytest.approx(1 / 4)
    assert likeness([], [MUG]).shape == (0, 1)
    assert likeness([MUG], []).shape == (1, 0)
    assert likeness([], []).shape == (0, 0)


def chosen(
    relevance: list[float],
    kinds: list[str | None],
    n: int,
    *,
    tiers: list[int] | None = None,
    alike: list[list[float]] | None = None,
    diversity: float = 0.5,
    most: int = 2,
) -> list[int]:
    size = len(relevance)
    return diversified(
        np.array(relevance),
        np.array(tiers or [0] * size),
        np.array(alike) if alike else np.eye(size),
        kinds,
        n,
        diversity=diversity,
        most_of_a_kind=most,
    )


def test_the_most_relevant_first_then_what_differs() -> None:
    alike = [[1.0, 0.9, 0.1], [0.9, 1.0, 0.1], [0.1, 0.1, 1.0]]
    # After the first, 0.5 * 0.9 - 0.5 * 0.9 = 0 and 0.5 * 0.5 - 0.5 * 0.1 = 0.2.
    assert chosen([1.0, 0.9, 0.5], [None] * 3, 3, alike=alike) == [0, 2, 1]
    assert chosen([1.0, 0.9, 0.5], [None] * 3, 3, alike=alike, diversity=0) == [0, 1, 2]


def test_a_third_of_a_kind_only_when_nothing_else_is_left() -> None:
    relevance, kinds = [1.0, 0.9, 0.8, 0.1, 0.2], ["a", "a", "a", "b", None]
    assert chosen(relevance, kinds, 4, diversity=0) == [0, 1, 4, 3]
    assert chosen(relevance, kinds, 5, diversity=0) == [0, 1, 4, 3, 2]
    assert chosen([1.0, 0.9, 0.8], ["a"] * 3, 3, diversity=0) == [0, 1, 2]


def test_any_number_of_what_has_no_kind() -> None:
    assert chosen([0.9, 0.8, 0.7, 0.1], [None, None, None, "a"], 3, diversity=0) == [0, 1, 2]


def test_a_better_tier_comes_first() -> None:
    assert chosen([0.1, 1.0, 0.2], [None] * 3, 3, tiers=[0, 1, 0], diversity=0) == [2, 0, 1]


def test_nothing_to_choose_from() -> None:
    assert chosen([], [], 3) == []
