"""Lists that fit and yet differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.recommend.content import words
from analytics.recommend.ranking import Scores


class Described(Protocol):
    """What is known of an item; prices are in one currency and above 0, or 0 where unknown."""

    @property
    def title(self) -> str: ...
    @property
    def category_id(self) -> str | None: ...
    @property
    def brand(self) -> str | None: ...
    @property
    def price(self) -> Decimal: ...


def likeness(items: Sequence[Described], others: Sequence[Described]) -> Scores:
    """Return how alike items are by description, from 0 to 1: (items, others).

    The mean over category, brand (each alike or not), price (cheaper over dearer) and the words
    of the title (shared over all).

    Sources: Gower, "A general coefficient of similarity and some of its properties", Biometrics
    1971; Jaccard's index for the words.
    """
    parts = [
        _equal([one.category_id for one in items], [one.category_id for one in others]),
        _equal([one.brand for one in items], [one.brand for one in others]),
        _ratio([one.price for one in items], [one.price for one in others]),
        _shared([one.title for one in items], [one.title for one in others]),
    ]
    mean: Scores = np.mean(parts, axis=0)
    return mean


def diversified(
    relevance: Scores,
    tiers: NDArray[np.intp],
    alike: Scores,
    kinds: Sequence[Hashable],
    n: int,
    *,
    diversity: float,
    most_of_a_kind: int,
) -> list[int]:
    """Return the positions of `n` items by maximal marginal relevance, the first one first.

    Each next item has the highest (1 - diversity) × relevance - diversity × likeness to the most
    alike of those chosen. Kinds of which enough are chosen come when no other is left; among the
    rest a better tier comes first.

    Source: Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering
    documents and producing summaries", SIGIR 1998.

    Args:
        relevance: (items,), from 0 to 1.
        tiers: (items,), 0 for the best.
        alike: (items, items), from 0 to 1.
        kinds: of each item; None is no kind, of which any number may come.
    """
    left = list(range(len(relevance)))
    closest = np.zeros(len(relevance))
    counts: Counter[Hashable] = Counter()
    chosen: list[int] = []
    while left and len(chosen) < n:
        worth = (1 - diversity) * relevance - diversity * closest
        best = min(left, key=lambda i: (counts[kinds[i]] >= most_of_a_kind, tiers[i], -worth[i], i))
        left.remove(best)
        chosen.append(best)
        if kinds[best] is not None:
            counts[kinds[best]] += 1
        closest = np.maximum(closest, alike[best])
    return chosen


def _equal(left: Sequence[str | None], right: Sequence[str | None]) -> Scores:
    """Return 1 where both are known and the same, else 0."""
    codes, _ = pd.factorize(np.array([*left, *right], dtype=object))
    own, others = codes[: len(left), None], codes[None, len(left) :]
    return np.where((own == others) & (own >= 0), 1.0, 0.0)


def _ratio(left: Sequence[Decimal], right: Sequence[Decimal]) -> Scores:
    """Return the smaller of each two over the larger; 1 where both are 0."""
    own = np.array(left, dtype=np.float64)[:, None]
    others = np.array(right, dtype=np.float64)[None, :]
    larger = np.maximum(own, others)
    ratio: Scores = np.divide(
        np.minimum(own, others), larger, out=np.ones_like(larger), where=larger > 0
    )
    return ratio


def _shared(left: Sequence[str], right: Sequence[str]) -> Scores:
    """Return the words that both texts have over those that either has."""
    found = [frozenset(words(text)) for text in (*left, *right)]
    place = {word: number for number, word in enumerate(frozenset().union(*found))}
    has = np.zeros((len(found), len(place)))
    for row, own in zip(has, found, strict=True):
        row[[place[word] for word in own]] = 1.0
    both = has[: len(left)] @ has[len(left) :].T
    sizes = has.sum(axis=1)
    either = sizes[: len(left), None] + sizes[None, len(left) :] - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)
