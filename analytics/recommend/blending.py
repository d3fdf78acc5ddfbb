"""Which weights make the best of several models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.columns import ITEM, TIMESTAMP, USER
from analytics.recommend.evaluation import measures, random_split, temporal_split
from analytics.recommend.matrix import InteractionMatrix, positions
from analytics.recommend.model import Model
from analytics.recommend.popularity import trend
from analytics.recommend.ranking import CELLS_AT_ONCE, Scores

HELD_BACK: Final = ("auto", "latest", "random")
N: Final = 10
"Length of the lists whose NDCG counts."
USERS: Final = 1_000
ENOUGH_USERS: Final = 100
ENOUGH_KNOWN: Final = 0.5
"Of the latest interactions, the share by users who came before."
RANDOM_SHARE: Final = 0.1
"Of each user's interactions: little, so that models learn from nearly as much as in the end."
STEPS: Final = 10
"Models that a blend adds up, the same one counting as often as it is added."
BAGS: Final = 10
NEARLY: Final = 0.9
LEAST_WEIGHT: Final = 0.02
TREND_POWERS: Final = (0.0, 0.5, 1.0)
CLOSED: Final = -1e30
"Score of an item that a list may not hold; finite, so that no weight makes it no number."
SHORTLIST: Final = 200
"Items a user that weights are tried on: those that any model puts first."


@dataclass(frozen=True)
class Question:
    """What users touched after a time, for models that know what came before.

    Attributes:
        past: the interactions to learn from.
        items: the catalogue, if any.
        rows: the users, by their row of what a model learns from `past`.
        relevant: (users, items), what a list should hold.
        seen: (users, items), what they touched before.
        open: (users, items), what a list may hold.
    """

    past: pd.DataFrame
    items: pd.DataFrame | None
    rows: NDArray[np.intp]
    relevant: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    open: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        interactions: pd.DataFrame,
        items: pd.DataFrame | None,
        held_back: str,
        random_state: int,
    ) -> Self:
        """Ask for a part of the interactions, new items or not, of some of the users.

        Args:
            held_back: "latest" for the latest fifth, "random" for a random tenth of each user's;
                "auto" is the latest, unless most of it is by users who had not come before, whom
                nothing can be asked about. Random it is, too, where hardly anybody came back.

        Raises:
            InvalidInput: a column, an id or a time is missing.
        """
        past, future = temporal_split(interactions)
        came_back = future[USER].isin(past[USER])
        few = future.loc[came_back, USER].nunique() < ENOUGH_USERS
        newcomers = held_back == "auto" and came_back.mean() < ENOUGH_KNOWN
        if few or newcomers or held_back == "random":
            in_order = interactions.sort_values([USER, ITEM, TIMESTAMP])
            past, future = random_split(
                in_order, rng=np.random.default_rng(random_state), test_share=RANDOM_SHARE
            )
        matrix = InteractionMatrix.build(past, items, None)
        rows, columns = positions(matrix.users, future[USER]), positions(matrix.items, future[ITEM])
        known = (rows >= 0) & (columns >= 0)
        users = _sample(np.unique(rows[known]), len(matrix.items), random_state)
        place = np.full(len(matrix.users) + 1, -1)
        place[users] = np.arange(len(users))
        asked = known & (place[rows] >= 0)
        relevant = np.zeros((len(users), len(matrix.items)), dtype=bool)
        relevant[place[rows[asked]], columns[asked]] = True
        seen = matrix.profiles(users).toarray() > 0
        return cls(past, items, users, relevant, seen, np.ones_like(seen))

    def about_new(self) -> tuple[Self, NDArray[np.bool_]]:
        """Return the same question about new items alone, and which of the users it asks about."""
        relevant = self.relevant & ~self.seen
        asked = relevant.any(axis=1)
        new = replace(
            self,
            rows=self.rows[asked],
            relevant=relevant[asked],
            seen=self.seen[asked],
            open=~self.seen[asked],
        )
        return new, asked

    def scores(self, model: Model) -> Scores:
        """Fit the model on the past and return its scores for the users, scaled: (users, items)."""
        return scaled(scores_of(model.fit(self.past, self.items), self.rows)).astype(np.float32)

    def ndcg(self, scores: Scores) -> float:
        """Return the mean NDCG of the lists that these scores make; 0 without users."""
        return _ndcg(np.where(self.open, scores, CLOSED), self.relevant, self.relevant.sum(axis=1))


@dataclass(frozen=True)
class Blend:
    """How to make one score of several.

    Attributes:
        weights: (models,), their sum 1.
        trend: the power of the items' trend that the weighted sum is multiplied by.
    """

    weights: Scores
    trend: float = 0.0


def best_blend(scores: Sequence[Scores], question: Question, *, random_state: int) -> Blend:
    """Return the blend of the models' scaled scores that answers the question best.

    Weights are found on random halves of the users and judged on the other halves: those of a
    selection, and all alike for the good models, each with every power of the trend. The means
    over the halves are the blend, so that it does not follow the chance of who was asked. Weights
    all alike where there is nobody to ask about.

    Args:
        random_state: seed that draws the halves.
    """
    if not len(question.rows):
        return Blend(np.full(len(scores), 1 / len(scores)))
    rng = np.random.default_rng(random_state)
    middle = (len(question.rows) + 1) // 2
    halves = [np.split(rng.permutation(len(question.rows)), [middle]) for _ in range(BAGS)]
    trends = trend(question.past, question.items)
    best, found = -1.0, Blend(np.eye(len(scores))[0])
    for power in TREND_POWERS:
        asked = _shortlisted(scores, trends**power, question)
        for weigh in (_selected, _alike):
            weights, ndcg = _judged(weigh, asked, halves)
            if ndcg > best:
                best, found = ndcg, Blend(weights, power)
    return found


def _judged(
    weigh: Callable[[Scores, NDArray[np.bool_], NDArray[np.intp]], Scores],
    asked: tuple[Scores, NDArray[np.bool_], NDArray[np.intp]],
    halves: Sequence[Sequence[NDArray[np.intp]]],
) -> tuple[Scores, float]:
    """Return the mean weights of the first halves, (models,), and their NDCG on the second.

    Weights too small to matter are left out: each model costs time to train and to ask.
    """
    scores, relevant, counts = asked
    bags, found = [], []
    for first, second in halves:
        bags.append(weigh(scores[:, first], relevant[first], counts[first]))
        blended = weighted(list(scores[:, second]), bags[-1])
        found.append(_ndcg(blended, relevant[second], counts[second]))
    weights = np.mean(bags, axis=0)
    kept = np.where(weights >= min(LEAST_WEIGHT, weights.max()), weights, 0.0)
    return kept / kept.sum(), float(np.mean(found))


def _shortlisted(
    scores: Sequence[Scores], factors: Scores, question: Question
) -> tuple[Scores, NDArray[np.bool_], NDArray[np.intp]]:
    """Return scores × factors of the items that any model puts high, and what is relevant.

    Returns:
        (models, users, shortlist) and (users, shortlist); and how many of all items are relevant,
        (users,).
    """
    size = min(SHORTLIST, question.open.shape[1])
    places = np.full(question.open.shape, size, dtype=np.int32)
    for part in scores:
        first = _first(np.where(question.open, part * factors, CLOSED), size)
        best = np.minimum(np.take_along_axis(places, first, axis=1), np.arange(size))
        np.put_along_axis(places, first, best, axis=1)
    columns = np.sort(np.argpartition(places, size - 1, axis=1)[:, :size], axis=1)
    kept = [
        np.take_along_axis(np.where(question.open, part * factors, CLOSED), columns, axis=1)
        for part in scores
    ]
    relevant = np.take_along_axis(question.relevant, columns, axis=1)
    return np.array(kept, dtype=np.float32), relevant, question.relevant.sum(axis=1)


def _alike(scores: Scores, relevant: NDArray[np.bool_], counts: NDArray[np.intp]) -> Scores:
    """Return the same weight for all models nearly as good as the best, (models,)."""
    singles = np.array([_ndcg(part, relevant, counts) for part in scores])
    good = singles >= NEARLY * singles.max()
    shares: Scores = good / good.sum()
    return shares


def _selected(scores: Scores, relevant: NDArray[np.bool_], counts: NDArray[np.intp]) -> Scores:
    """Return the weights of models added one at a time, the same again where that is best.

    Source: Caruana et al., "Ensemble selection from libraries of models", ICML 2004.
    """
    total, times = np.zeros_like(scores[0]), np.zeros(len(scores))
    best, kept = -1.0, times
    for _ in range(STEPS):
        found = [_ndcg(total + part, relevant, counts) for part in scores]
        number = int(np.argmax(found))
        total += scores[number]
        times[number] += 1
        if found[number] > best:
            best, kept = found[number], times.copy()
    selected: Scores = kept / kept.sum()
    return selected


def _ndcg(scores: Scores, relevant: NDArray[np.bool_], counts: NDArray[np.intp]) -> float:
    """Return the mean NDCG of the first items by score, `counts` being how many are relevant."""
    if not relevant.size:
        return 0.0
    hits = np.take_along_axis(relevant, _first(scores, min(N, scores.shape[1])), axis=1)
    return float(measures.ndcg(hits, counts).mean())


def _first(scores: Scores, n: int) -> NDArray[np.intp]:
    """Return the columns of the `n` highest of each row, best first: (rows, n)."""
    best = np.argpartition(-scores, n - 1, axis=1)[:, :n]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


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


def size_of(scores: Scores) -> Scores:
    """Return the root of the mean square of each row, (rows, 1); 1 where all are 0."""
    squares = np.einsum("...i,...i->...", scores, scores)[..., None]
    size = np.sqrt(squares / max(1, scores.shape[-1]))
    return np.where(size > 0, size, 1.0)


def scaled(scores: Scores) -> Scores:
    """Return the scores divided by each row's `size_of`."""
    return scores / size_of(scores)


def _sample(users: NDArray[np.intp], n_items: int, random_state: int) -> NDArray[np.intp]:
    """Draw so few users that their scores fit into memory."""
    size = min(USERS, len(users), max(1, CELLS_AT_ONCE // max(1, n_items)))
    drawn = np.random.default_rng(random_state).choice(users, size, replace=False)
    return np.sort(drawn)
