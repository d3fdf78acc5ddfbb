"""Alike questions together, the cluster first that would help most people if it were answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.cluster import AgglomerativeClustering

from analytics.store.models import Question

type Vectors = npt.NDArray[np.floating]
type Encode = Callable[[list[str]], Vectors]

DISTANCE: Final = 0.625
"""Mean cosine distance below which two clusters become one.

Chosen on half of the topics of tests/analytics/learning/topics.yml (8 topics of 6 questions in both
languages, 5 questions asked by nobody else), judged on the other half. Of the pairs put together,
the share that belongs together; of those that belong together, the share put together; adjusted
Rand index:

    distance   chosen            judged
    0.500      1.00  .41  .56    .92  .41  .54
    0.550      1.00  .44  .59    .95  .57  .69
    0.600      1.00  .62  .75    .91  .64  .73
    0.625      1.00  .82  .89    .90  .71  .78
    0.650      1.00  .89  .94    .85  .78  .79
    0.675      1.00 1.00 1.00    .85  .78  .79
    0.700       .76 1.00  .85    .64  .89  .71

A cluster that lacks a question does less harm than one that has a wrong one, and a shop has more
topics than eight: hence a little below the best index. benchmarks/cluster_distance.py measures it.
"""
MOST: Final = 3000
"Questions clustered at once, the newest: the distances between them take 72 MB."
HALF_LIFE_DAYS: Final = 14.0
"After so long a conversation counts half."
BATCH: Final = 256


@dataclass(frozen=True)
class Cluster:
    """Questions that ask about the same.

    Attributes:
        id: `Q` and the number of its oldest question, by which commands name it; it stays for as
            long as that question waits for review.
        questions: all of them, oldest first.
        typical: the one that is nearest to all others.
        weight: how many conversations it would have helped, recent ones counting more.
    """

    id: str
    questions: tuple[Question, ...]
    typical: Question
    weight: float

    @property
    def conversations(self) -> int:
        """In how many conversations it was asked."""
        return len({one.conversation_id for one in self.questions})

    @property
    def languages(self) -> tuple[str, ...]:
        """In which languages, the most frequent first."""
        return tuple(
            name for name, _ in Counter(one.language for one in self.questions).most_common()
        )

    @property
    def last_at(self) -> datetime:
        """When it was last asked."""
        return max(one.at for one in self.questions)

    def texts(self, language: str) -> list[str]:
        """Return its different wordings in a language, oldest first."""
        return list(dict.fromkeys(one.text for one in self.questions if one.language == language))

    @property
    def intent(self) -> tuple[str, float] | None:
        """The intent that the bot found likeliest in most of them, with its mean confidence."""
        found = [(one.intent, one.confidence or 0.0) for one in self.questions if one.intent]
        if not found:
            return None
        name = Counter(name for name, _ in found).most_common(1)[0][0]
        sure = [confidence for one, confidence in found if one == name]
        return name, sum(sure) / len(sure)


def cluster(
    questions: Sequence[Question], encode: Encode, now: datetime, distance: float = DISTANCE
) -> list[Cluster]:
    """Return the clusters of the questions, the weightiest first.

    Args:
        questions: oldest first, `MOST` at most.
        encode: gives unit vectors of texts in any language, shape (texts, dimensions).
        now: against which a conversation's age counts.
        distance: see `DISTANCE`.
    """
    texts = list(dict.fromkeys(one.text.casefold() for one in questions))
    if not texts:
        return []
    vectors = np.vstack(
        [encode(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
    )
    labels = dict(zip(texts, group(vectors, distance), strict=True))
    place = {text: at for at, text in enumerate(texts)}
    members: dict[int, list[Question]] = {}
    for one in questions:
        members.setdefault(labels[one.text.casefold()], []).append(one)
    found = [
        Cluster(
            id=f"Q{min(one.id for one in together)}",
            questions=tuple(together),
            typical=_typical(together, vectors, place),
            weight=_weight(together, now),
        )
        for together in members.values()
    ]
    return sorted(found, key=lambda one: (-one.weight, one.questions[0].id))


def group(vectors: Vectors, distance: float = DISTANCE) -> list[int]:
    """Return the cluster of each vector, by average linkage of their cosine distances.

    Args:
        vectors: unit vectors, shape (texts, dimensions), one at least.
        distance: see `DISTANCE`.
    """
    if len(vectors) == 1:
        return [0]
    distances = np.clip(1.0 - vectors @ vectors.T, 0.0, 2.0)
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=distance
    )
    return [int(label) for label in model.fit_predict(distances)]


def _typical(together: list[Question], vectors: Vectors, place: dict[str, int]) -> Question:
    own = vectors[[place[one.text.casefold()] for one in together]]
    return together[int(np.argmax((own @ own.T).sum(axis=1)))]


def _weight(together: list[Question], now: datetime) -> float:
    last: dict[str, datetime] = {}
    for one in together:
        last[one.conversation_id] = max(one.at, last.get(one.conversation_id, one.at))
    ages = [max((now - at).total_seconds() / 86400, 0.0) for at in last.values()]
    return float(sum(0.5 ** (age / HALF_LIFE_DAYS) for age in ages))
