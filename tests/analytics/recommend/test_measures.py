"""Figures computed by hand, and what must hold for any list."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from analytics.recommend.evaluation import measures

HITS = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0]], dtype=bool)
RELEVANT = np.array([2, 1, 5])

# Items a and b are touched by users 0 and 1, c by users 1 and 2, d by nobody.
TOUCHED = csr_array(np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 0]], dtype=float))


def test_ndcg() -> None:
    second = 1 / math.log2(3)
    by_hand = [(1 + 0.5) / (1 + second), 0, second / (1 + second + 0.5)]
    assert measures.ndcg(HITS, RELEVANT) == pytest.approx(by_hand)


def test_recall_hit_rate_and_reciprocal_rank() -> None:
    assert measures.recall(HITS, RELEVANT) == pytest.approx([1, 0, 0.2])
    assert measures.hit_rate(HITS).tolist() == [1, 0, 1]
    assert measures.reciprocal_rank(HITS).tolist() == [1, 0, 0.5]


def test_novelty() -> None:
    # Of 8 users 8, 4, 1 and none touched the items: 0, 1, 3 and, as if one had, 3 bits.
    items = np.array([[0, 1], [2, -1], [3, 1], [-1, -1]])
    assert measures.novelty(items, np.array([8.0, 4, 1, 0]), 8).tolist() == [0.5, 3, 2, 0]


def test_diversity() -> None:
    # Cosines: a and b 1, a and c 1/2, b and c 1/2, d with any 0.
    lists = [[0, 1, 2], [0, 1, -1], [0, 3, -1], [0, -1, -1], [-1, -1, -1], [0, 2, 3]]
    by_hand = [1 / 3, 0, 1, 1, 1, 1 - 0.5 / 3]
    assert measures.diversity(np.array(lists), TOUCHED) == pytest.approx(by_hand)


def test_diversity_in_blocks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = np.array(list(itertools.permutations(range(4), 3)))
    whole = measures.diversity(lists, TOUCHED)
    monkeypatch.setattr(measures, "CELLS_AT_ONCE", 7)
    assert measures.diversity(lists, TOUCHED).tolist() == whole.tolist()


def test_no_user_gives_no_figure() -> None:
    assert measures.diversity(np.empty((0, 3), dtype=int), TOUCHED).shape == (0,)
    assert measures.ndcg(np.empty((0, 3), dtype=bool), np.empty(0, dtype=int)).shape == (0,)


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 30))
def test_the_best_order_of_a_list_is_worth_most(hits: list[bool], missed: int) -> None:
    relevant = np.array([max(1, sum(hits) + missed)])
    found = measures.ndcg(np.array([hits]), relevant)[0]
    best = measures.ndcg(np.array([sorted(hits, reverse=True)]), relevant)[0]
    assert 0 <= found <= best <= 1 + 1e-12
    if sum(hits) and not missed:
        assert best == pytest.approx(1)
