"""Several models as one."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.errors import ArtifactError, InvalidInput
from analytics.recommend.als import ALS
from analytics.recommend.autoencoder import Autoencoder
from analytics.recommend.blending import (
    HELD_BACK,
    Blend,
    Question,
    best_blend,
    scores_of,
    size_of,
)
from analytics.recommend.content import ContentBased
from analytics.recommend.ease import EASE
from analytics.recommend.factorization import MatrixFactorization
from analytics.recommend.item_knn import ItemKNN
from analytics.recommend.matrix import InteractionMatrix
from analytics.recommend.model import MODEL_FILE, Model
from analytics.recommend.popularity import Popularity, trend
from analytics.recommend.ranking import Scores, top
from analytics.recommend.rating_item_knn import RatingItemKNN
from analytics.recommend.repeat import RepeatPurchase
from analytics.recommend.transition import ItemTransition
from analytics.recommend.user_knn import UserKNN

PARTS: Final[dict[str, type[Model]]] = {
    kind.__name__: kind
    for kind in (
        ALS,
        Autoencoder,
        ContentBased,
        EASE,
        ItemKNN,
        ItemTransition,
        MatrixFactorization,
        Popularity,
        RatingItemKNN,
        RepeatPurchase,
        UserKNN,
    )
}
"What a hybrid can be made of."
RANK_OFFSET: Final = 60
"Of reciprocal rank fusion: how little the first places differ."
FUSED: Final = 1_000
"Places of each list that count."


class Hybrid(Model):
    """Models that are fitted on the same interactions and answer together.

    Args:
        models: the parts, at least one, no hybrids; they stay as they are.

    Attributes:
        parts_: the fitted models.
    """

    parts_: list[Model]

    def __init__(self, models: Sequence[Model]) -> None:
        super().__init__()
        if not models:
            raise InvalidInput("models", [], "at least one model")
        for model in models:
            if type(model).__name__ not in PARTS:
                raise InvalidInput("models", type(model).__name__, " or ".join(sorted(PARTS)))
        self.models = list(models)

    def fit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        self.parts_ = [model.clone().fit(interactions, items) for model in self.models]
        self.matrix_ = self.parts_[0].matrix_
        return self

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        parts = [model.likeness(item_columns)[None, :] for model in self._counted()]
        likeness: Scores = self._blend(parts)[0]
        return likeness

    @abstractmethod
    def _blend(self, scores: list[Scores]) -> Scores:
        """Return one score of what each counted part says, all (rows, items)."""

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        return self._blend([scores_of(model, rows, recent) for model in self._counted()])

    def _counted(self) -> list[Model]:
        """Return the parts that have a say."""
        return self.parts_

    def save(self, folder: Path) -> None:
        self.fitted_matrix()
        folder.mkdir(parents=True, exist_ok=True)
        description: dict[str, Any] = {
            "model": type(self).__name__,
            "parts": [type(model).__name__ for model in self.parts_],
            "settings": {k: v for k, v in self.settings().items() if k != "models"},
            "fitted": self._fitted(),
        }
        (folder / MODEL_FILE).write_text(json.dumps(description), encoding="utf-8")
        self.matrix_.save(folder)
        for number, model in enumerate(self.parts_):
            model.save_fitted(folder / f"part-{number}")

    @classmethod
    def load(cls, folder: Path) -> Self:
        try:
            description = json.loads((folder / MODEL_FILE).read_text(encoding="utf-8"))
            if description["model"] != cls.__name__:
                raise ValueError(f"it holds {description['model']}")
            kinds = [PARTS[name] for name in description["parts"]]
            matrix = InteractionMatrix.load(folder)
            models = [
                kind.load_fitted(folder / f"part-{n}", matrix) for n, kind in enumerate(kinds)
            ]
            hybrid = cls(models, **description["settings"])
            hybrid._restore_fitted(description["fitted"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder}: no {cls.__name__} ({error}): train again") from error
        hybrid.parts_, hybrid.matrix_ = models, models[0].matrix_
        return hybrid

    def _fitted(self) -> dict[str, Any]:
        """Return what was learned beside the parts, as JSON knows it."""
        return {}

    def _restore_fitted(self, fitted: dict[str, Any]) -> None:
        """Set what `_fitted` returned."""

    def _learn(self) -> None:
        """The parts learn, each for itself."""


class WeightedHybrid(Hybrid):
    """The weighted sum of scores, times a power of each item's trend.

    Each part's scores are divided by the root of their mean square for the user, so that none
    drowns the others. The trend is the share of an item's users who touched it lately.

    Args:
        weights: one for each part, from 0, and no trend; None finds weights and trend with the
            best NDCG at 10 on interactions that are held back.
        held_back: the "latest" fifth, as a shop meets it, or a "random" tenth of each user's;
            "auto" is random where most of the latest are by users who had not come before.
        exclude_seen: whether the weights are to do well at new items, or at all.
        random_state: seed that draws the users whom the weights are tried on.

    Attributes:
        weights_: (models,), their sum 1.
        trend_: the power of the trend; 0 is none.
        trends_: (items,), what the sum is multiplied by.
    """

    weights_: Scores
    trend_: float
    trends_: Scores

    def __init__(
        self,
        models: Sequence[Model],
        *,
        weights: Sequence[float] | None = None,
        held_back: str = "auto",
        exclude_seen: bool = True,
        random_state: int = 0,
    ) -> None:
        super().__init__(models)
        if weights is not None and (
            len(weights) != len(models) or min(weights) < 0 or not 0 < sum(weights) < np.inf
        ):
            raise InvalidInput(
                "weights", list(weights), "a number from 0 for each model, not all 0"
            )
        if held_back not in HELD_BACK:
            raise InvalidInput("held_back", held_back, " or ".join(HELD_BACK))
        self.weights = None if weights is None else list(weights)
        self.held_back = held_back
        self.exclude_seen = exclude_seen
        self.random_state = random_state

    def fit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        super().fit(interactions, items)
        if self.weights is None:
            question = self._question(interactions, items)
            scores = [question.scores(model.clone()) for model in self.models]
            blend = best_blend(scores, question, random_state=self.random_state)
        else:
            blend = Blend(np.array(self.weights) / sum(self.weights))
        self.weights_, self.trend_ = blend.weights, blend.trend
        self.trends_ = trend(interactions, items) ** self.trend_
        return self

    def _question(self, interactions: pd.DataFrame, items: pd.DataFrame | None) -> Question:
        question = Question.of(interactions, items, self.held_back, self.random_state)
        return question.about_new()[0] if self.exclude_seen else question

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        rows = np.array([row])
        parts = [
            weight
            * model.contributions(row, columns, recent)
            / size_of(scores_of(model, rows, recent))[0, 0]
            for weight, model in zip(self.weights_, self.parts_, strict=True)
            if weight
        ]
        added: Scores = np.sum(parts, axis=0) * self.trends_[columns, None]
        return added

    def _counted(self) -> list[Model]:
        return [part for part, weight in zip(self.parts_, self.weights_, strict=True) if weight]

    def _blend(self, scores: list[Scores]) -> Scores:
        blended = np.zeros_like(scores[0])
        for part, weight in zip(scores, self.weights_[self.weights_ > 0], strict=True):
            blended += part * (weight / size_of(part))
        blended *= self.trends_
        return blended

    def _fitted(self) -> dict[str, Any]:
        return {
            "weights": self.weights_.tolist(),
            "trend": self.trend_,
            "trends": self.trends_.tolist(),
        }

    def _restore_fitted(self, fitted: dict[str, Any]) -> None:
        self.weights_ = np.array(fitted["weights"], dtype=np.float64)
        self.trend_ = fitted["trend"]
        self.trends_ = np.array(fitted["trends"], dtype=np.float64)


class FusionHybrid(Hybrid):
    """Reciprocal rank fusion: what stands high on many lists comes first.

    An item scores the sum of 1 / (60 + its place) over the lists on which it has one. Scores of
    the parts need not compare.

    Source: Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and
    individual rank learning methods", SIGIR 2009.
    """

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        """Return each list's part of the score, shared out as its model's own contributions."""
        rows = np.array([row])
        added = np.zeros((len(columns), len(self.matrix_.items)))
        for model in self.parts_:
            reasons = np.maximum(model.contributions(row, columns, recent), 0)
            sums = reasons.sum(axis=1, keepdims=True)
            places = _reciprocal_ranks(scores_of(model, rows, recent))[0, columns]
            added += places[:, None] * reasons / np.where(sums > 0, sums, 1.0)
        return added

    def _blend(self, scores: list[Scores]) -> Scores:
        fused: Scores = np.sum([_reciprocal_ranks(part) for part in scores], axis=0)
        return fused


def _reciprocal_ranks(scores: Scores) -> Scores:
    """Return 1 / (60 + place) for the best of each row, equal ones in order; 0 for the others."""
    found = np.zeros_like(scores, dtype=np.float64)
    for own, row in zip(found, scores, strict=True):
        best = top(row, np.flatnonzero(row > 0), FUSED)
        own[best] = 1 / (RANK_OFFSET + np.arange(1, len(best) + 1))
    return found
