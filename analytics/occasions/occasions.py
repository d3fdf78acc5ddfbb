"""What a wish is for, by its meaning, and which of the shop's categories suit that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from analytics import policy_file
from analytics.faq.articles import LANGUAGES, Wordings
from analytics.faq.vectors import Halves, Matrix, Vectors

DEFAULT_POLICY: Final = Path(__file__).with_name("occasions.yml")

SHELVED: Final = 1200
"Product titles in all that tell well enough what the categories of a shop are about."
Cosine = Annotated[float, Field(ge=-1, le=1)]
Shelves = Mapping[str, Sequence[str]]
"The titles of each category and of some of its products, in one language, by category id."


class Occasion(policy_file.Part):
    """What people buy for.

    Attributes:
        for_others: what its buyer bought before says nothing about it.
        said: ways to say it.
        suits: kinds of things that suit it.
    """

    name: str
    for_others: bool
    said: Wordings
    suits: Wordings


class OccasionPolicy(policy_file.Part):
    """What each field means stands beside it in occasions.yml."""

    nearest_occasion: Cosine
    nearest_thing: Cosine
    nearest_category: Cosine
    most_categories: int = Field(ge=1)
    anything: Wordings
    gift: Wordings
    occasions: tuple[Occasion, ...]


@dataclass(frozen=True)
class Aim:
    """What a wish is for.

    Attributes:
        categories: ids of those that suit it, the best first; empty where none does, or any would.
        for_others: it is for somebody else than the buyer.
        is_gift: it is for somebody of whom no more is said.
        is_open: it is for nothing in particular.
    """

    categories: tuple[str, ...] = ()
    for_others: bool = False
    is_gift: bool = False
    is_open: bool = False


class Occasions:
    """Understands what a wish is for.

    Args:
        policy: the occasions, and how near is near.
        vectors: turns texts into unit vectors, and keeps those of the occasions and shelves.
    """

    def __init__(self, policy: OccasionPolicy, vectors: Vectors) -> None:
        self._policy = policy
        self._vectors = vectors
        self._known: dict[str, Matrix] = {}
        self._lock = Lock()

    def learn(self, shelves: Mapping[str, Shelves]) -> None:
        """Have the vectors of all texts, so that no wish has to wait for them.

        They are kept in memory until the shelves change.
        """
        policy = self._policy
        wordings = [policy.anything, policy.gift]
        wordings += chain.from_iterable((one.said, one.suits) for one in policy.occasions)
        texts = {text for one in wordings for name in LANGUAGES for text in one.of(name)}
        texts |= {text for one in shelves.values() for titles in one.values() for text in titles}
        with self._lock:
            if not texts <= self._known.keys():
                ordered = sorted(texts)
                vectors: Halves = self._vectors.of(ordered)
                self._known = dict(zip(ordered, vectors.astype(np.float32), strict=True))

    def aim(self, wish: str, language: str, shelves: Mapping[str, Shelves]) -> Aim:
        """Return what a wish is for.

        Takes a second or two where titles are new, a few milliseconds where they are not.

        Args:
            language: of the wish.
            shelves: by language.
        """
        self.learn(shelves)
        policy, vector = self._policy, self._vectors.one(wish)
        gift = self._nearness(vector, policy.gift.of(language))
        anything = self._nearness(vector, policy.anything.of(language))
        near = [self._nearness(vector, one.said.of(language)) for one in policy.occasions]
        nearest = max(near, default=-1.0)
        if max(gift, anything, nearest) < policy.nearest_occasion:
            return Aim(self._category(vector, shelves[language]))
        if nearest > max(gift, anything):
            occasion = policy.occasions[near.index(nearest)]
            suiting = self._suiting(occasion.suits.of(language), shelves[language])
            return Aim(suiting, occasion.for_others)
        is_gift = gift > anything
        return Aim(for_others=is_gift, is_gift=is_gift, is_open=not is_gift)

    def _suiting(self, things: Sequence[str], shelves: Shelves) -> tuple[str, ...]:
        """Return the categories that most of the things lie nearest to."""
        votes: Counter[str] = Counter()
        for thing in things:
            near = {
                category: self._nearness(self._known[thing], titles)
                for category, titles in shelves.items()
            }
            best = max(near, key=lambda category: near[category], default=None)
            if best is not None and near[best] >= self._policy.nearest_thing:
                votes[best] += 1
        return tuple(name for name, _ in votes.most_common(self._policy.most_categories))

    def _category(self, vector: Matrix, shelves: Shelves) -> tuple[str, ...]:
        near = {name: self._nearness(vector, titles) for name, titles in shelves.items()}
        best = max(near, key=lambda name: near[name], default=None)
        is_near = best is not None and near[best] >= self._policy.nearest_category
        return (best,) if best is not None and is_near else ()

    def _nearness(self, vector: Matrix, texts: Sequence[str]) -> float:
        if not texts:
            return -1.0
        return float(np.max(np.stack([self._known[text] for text in texts]) @ vector))


def load_occasions(path: Path) -> OccasionPolicy:
    """Return the shop's own occasions, or the embedded ones where there is no such file.

    Raises:
        InvalidFile: see `policy_file.load`.
    """
    return policy_file.load(path, DEFAULT_POLICY, OccasionPolicy)
