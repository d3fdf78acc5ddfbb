"""Which weights make the best of several models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.columns import ITEM, TIMESTAMP, USER
from analytics.recommend.evaluation import random_split, temporal_split
from analytics.recommend.matrix import InteractionMatrix, positions
from analytics.recommend.model import Model
from analytics.recommend.ranking import CELLS_AT_ONCE, Scores

HELD_BACK: Final = ("latest", "random")
N: Final = 10
"Length of the lists whose NDCG counts."
USERS: Final = 1_000
ENOUGH_USERS: Final = 100
STEPS: Final = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"Weights that are tried beside the others', which add up to 1."
ROUNDS: Final = 2


@dataclass(frozen=True)
class Question:
    """What users touched after a time, for models that know what came before.

    Attributes:
        past: the interactions to learn from.
        items: the catalogue, if any.
        rows: the users, by their row of what a model learns from `past`.
        relevant: (users, items), what a list should hold.
        open: (users, items), what it may hold.
    """

    past: pd.DataFrame
    items: pd.DataFrame | None
    rows: NDArray[np.intp]
    relevant: NDArray[np.bool_]
    open: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        interactions: pd.DataFrame,
        items: pd.DataFrame | None,
        exclude_seen: bool,
        held_back: str,
        random_state: int,
    ) -> Self:
        """Ask for a fifth of the interactions, of some of the users.

        Args:
            held_back: "latest", or "random" for a random fifth of each user's, which is also
                taken where hardly anybody of the latest time was there before.

        Raises:
            InvalidInput: a column, an id or a time is missing.
        """
        past, future = temporal_split(interactions)
        few = future.loc[future[USER].isin(past[USER]), USER].nunique() < ENOUGH_USERS
        if few or held_back == "random":
            in_order = interactions.sort_values([USER, ITEM, TIMESTAMP])
            past, future = random_split(in_order, rng=np.random.default_rng(random_state))
        matrix = InteractionMatrix.build(past, items, None)
        rows, columns = positions(matrix.users, future[USER]), positions(matrix.items, future[ITEM])
        known = (rows >= 0) & (columns >= 0)
        users = _sample(np.unique(rows[known]), len(matrix.items), random_state)
        place = np.full(len(matrix.users) + 1, -1)
        place[users] = np.arange(len(users))
        asked = known & (place[rows] >= 0)
        relevant = np.zeros((len(users), len(matrix.items)), dtype=bool)
        relevant[place[rows[asked]], columns[asked]] = True
        may_hold = np.ones_like(relevant)
        if exclude_seen:
            may_hold = ~(matrix.profiles(users).toarray() > 0)
            relevant &= may_hold
        left = relevant.any(axis=1)
        return cls(past, items, users[left], relevant[left], may_hold[left])

    def scores(self, model: Model) -> Scores:
        """Fit the model on the past and return its scores for the users, scaled: (users, items)."""
        return scaled(scores_of(model.fit(self.past, self.items), self.rows))

    def ndcg(self, scores: Scores) -> float:
        """Return the mean NDCG of the lists that these scores make; 0 without users."""
        if not self.relevant.size:
            return 0.0
        ranked = np.where(self.open, scores, -np.inf)
        n = min(N, ranked.shape[1])
        best = np.argpartition(-ranked, n - 1, axis=1)[:, :n]
        order = np.argsort(-np.take_along_axis(ranked, best, axis=1), axis=1, kind="stable")
        best = np.take_along_axis(best, order, axis=1)
        discounts = 1 / np.log2(np.arange(2, n + 2))
        gained = np.take_along_axis(self.relevant, best, axis=1) @ discounts
        ideal = np.cumsum(discounts)[np.minimum(self.relevant.sum(axis=1), n) - 1]
        return float((gained / ideal).mean())


def best_weights(scores: Sequence[Scores], question: Question) -> Scores:
    """Return the weight of each model's scores, (models,), whose sum answers the question best.

    Starts from the best single model and changes one weight at a time while that helps. All
    alike where there is nobody to ask about.
    """
    if not len(question.rows):
        return np.full(len(scores), 1 / len(scores))
    singles = [question.ndcg(part) for part in scores]
    weights, best = np.eye(len(scores))[int(np.argmax(singles))], max(singles)
    for _ in range(ROUNDS):
        for number, part in enumerate(scores):
            others = np.where(np.arange(len(scores)) == number, 0.0, weights)
            if not others.sum():
                continue
            others /= others.sum()
            base = weighted(scores, others)
            for step in STEPS:
                found = question.ndcg(base + step * part)
                if found > best:
                    best, weights = found, others.copy()
                    weights[number] = step
    blended: Scores = weights / weights.sum()
    return blended


def weighted(scores: Sequence[Scores], weights: Scores) -> Scores:
    """Return the weighted sum of scores of the same shape."""
    blended = np.zeros_like(scores[0])
    for part, weight in zip(scores, weights, strict=True):
        blended += weight * part
    return blended


def scores_of(model: Model, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
    """Return the scores of a fitted model, (rows, items), also where all users' are alike."""
    scores = model.scores(rows, recent)
    return np.broadcast_to(scores, (len(rows), scores.shape[-1]))


def highest(scores: Scores) -> Scores:
    """Return the highest score of each row, (rows, 1); 1 where none is above 0."""
    top = scores.max(axis=1, initial=0.0, keepdims=True)
    return np.where(top > 0, top, 1.0)


def scaled(scores: Scores) -> Scores:
    """Return the scores divided by each row's highest."""
    return scores / highest(scores)


def _sample(users: NDArray[np.intp], n_items: int, random_state: int) -> NDArray[np.intp]:
    """Draw so few users that their scores fit into memory."""
    size = min(USERS, len(users), max(1, CELLS_AT_ONCE // max(1, n_items)))
    drawn = np.random.default_rng(random_state).choice(users, size, replace=False)
    return np.sort(drawn)
