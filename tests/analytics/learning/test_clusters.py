"""Alike questions together, by constructed sets with known clusters."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from sklearn.metrics import adjusted_rand_score

from analytics.learning.clusters import HALF_LIFE_DAYS, cluster, group
from tests.analytics.learning.kept import NOW, question

TOPICS = yaml.safe_load(Path(__file__).with_name("topics.yml").read_text(encoding="utf-8"))


def half(rest: int) -> tuple[list[str], list[str]]:
    """Return texts and their topics: the half to choose by (0) or to judge by (1)."""
    texts, topics = [], []
    for name in list(TOPICS["topics"])[rest::2]:
        texts += TOPICS["topics"][name]
        topics += [name] * len(TOPICS["topics"][name])
    alone = TOPICS["alone"][rest::2]
    return texts + alone, topics + alone


def pairs(topics: list[str], found: list[int]) -> tuple[float, float]:
    """Return which share of the pairs put together belongs together, and the other way round."""
    upper = np.triu_indices(len(topics), 1)
    belong = (np.array(topics)[:, None] == np.array(topics))[upper]
    put = (np.array(found)[:, None] == np.array(found))[upper]
    both = int((belong & put).sum())
    return both / int(put.sum()), both / int(belong.sum())


@pytest.mark.parametrize("rest", [0, 1])
def test_topics_are_found_again_in_both_languages(encode: Any, rest: int) -> None:
    texts, topics = half(rest)
    found = group(encode(texts))
    precision, recall = pairs(topics, found)
    assert precision >= 0.85
    assert recall >= 0.6
    assert adjusted_rand_score(topics, found) >= 0.7


def test_vectors_of_two_directions_are_two_clusters() -> None:
    vectors = np.array([[1.0, 0.0], [0.96, 0.28], [0.0, 1.0], [0.28, 0.96], [1.0, 0.0]])
    first = group(vectors)
    assert [one == first[0] for one in first] == [True, True, False, False, True]
    assert group(vectors[:1]) == [0]


def flat(texts: list[str]) -> Any:
    """Encode by the first letter: alike where it is the same."""
    vectors = np.zeros((len(texts), 26))
    for row, text in enumerate(texts):
        vectors[row, ord(text[0].lower()) - 97] = 1
    return vectors


def test_ranked_by_conversations_and_by_how_recent_they_are() -> None:
    old = NOW - timedelta(days=HALF_LIFE_DAYS)
    found = cluster(
        [
            question(1, "a one", at=old),
            question(2, "a two", at=old),
            question(3, "a three", at=old),
            question(4, "b one", at=NOW),
            question(5, "b two", at=NOW),
            question(6, "c again", at=NOW, conversation_id="same"),
            question(7, "c and again", at=NOW, conversation_id="same"),
        ],
        flat,
        NOW,
    )
    assert [one.id for one in found] == ["Q4", "Q1", "Q6"]
    assert [one.weight for one in found] == pytest.approx([2.0, 1.5, 1.0])
    assert [one.conversations for one in found] == [2, 3, 1]


def test_a_cluster_keeps_its_id_while_others_join_it() -> None:
    first = [question(5, "a one"), question(9, "b one")]
    (more,) = [
        one
        for one in cluster([*first, question(12, "A ONE"), question(13, "a two")], flat, NOW)
        if one.id == "Q5"
    ]
    assert [one.id for one in more.questions] == [5, 12, 13]


def test_what_a_cluster_says_of_its_questions() -> None:
    (found,) = cluster(
        [
            question(1, "a one", intent="warranty", confidence=0.2),
            question(2, "a two", intent="ask_faq", confidence=0.3),
            question(3, "a 三", "zh", intent="ask_faq", confidence=0.1, at=NOW),
            question(4, "a one", intent="ask_faq", confidence=0.2),
        ],
        flat,
        NOW,
    )
    assert found.languages == ("en", "zh")
    assert found.texts("en") == ["a one", "a two"]
    assert found.intent == ("ask_faq", pytest.approx(0.2))
    assert found.last_at == NOW


def test_nothing_waits() -> None:
    assert cluster([], flat, NOW) == []
