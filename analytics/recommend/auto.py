"""The model that is best for a shop, found by trying."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from analytics.columns import ITEM, RATING, USER
from analytics.errors import InvalidInput
from analytics.recommend.als import ALS
from analytics.recommend.autoencoder import Autoencoder
from analytics.recommend.blending import Blend, Question, best_blend
from analytics.recommend.content import ContentBased
from analytics.recommend.ease import EASE
from analytics.recommend.hybrid import WeightedHybrid
from analytics.recommend.item_knn import ItemKNN
from analytics.recommend.linear import LinearModel
from analytics.recommend.model import Model
from analytics.recommend.popularity import Popularity, trend
from analytics.recommend.ranking import Scores
from analytics.recommend.repeat import RepeatPurchase
from analytics.recommend.transition import ItemTransition
from analytics.recommend.user_knn import UserKNN

LINEAR_ITEMS: Final = 20_000
"Items above which a linear model takes too much memory."
MANY_USERS: Final = 50_000
"Users above which asking all of them, or learning from one after the other, takes too long."


def families() -> list[Model]:
    """Return the models to try, the quick and the best ones first."""
    return [
        Popularity(half_life_days=14),
        Popularity(half_life_days=30),
        Popularity(),
        RepeatPurchase(),
        ItemKNN(),
        ItemKNN(half_life_days=90),
        EASE(),
        EASE(regularization=100, half_life_days=90),
        ItemTransition(),
        EASE(regularization=500),
        EASE(half_life_days=180),
        UserKNN(n_neighbors=100),
        ContentBased(half_life_days=90),
        ALS(n_factors=64, alpha=2.0),
        ALS(alpha=20.0, regularization=100.0),
        ALS(n_factors=128, alpha=2.0),
        Autoencoder(),
    ]


class AutoRecommender(WeightedHybrid):
    """Tries the families on held-back interactions and blends those that help.

    It finds two blends, one for new items and one for all, where users touch items again:
    `recommend` answers by the one that its `exclude_seen` asks for. Where one model alone does
    best, it is that model; where nobody can be asked, item neighbours. Ratings are not read.

    Args:
        models: what to try, in this order; None tries all `families`.
        seconds: time after which nothing new is tried; what is tried then depends on the machine.
        held_back: see `WeightedHybrid`.
        random_state: seed that draws the users whom the models are tried on.

    Attributes:
        parts_: the models of either blend.
        weights_, trend_: the blend for new items.
        blend_of_all_: the blend for all items.
        tried_: model, settings, ndcg, weight, ndcg_of_all, weight_of_all, seconds: one row for
            each model tried.
    """

    tried_: pd.DataFrame
    blend_of_all_: Blend

    def __init__(
        self,
        models: Sequence[Model] | None = None,
        *,
        seconds: float = 600.0,
        held_back: str = "auto",
        random_state: int = 0,
    ) -> None:
        super().__init__(
            families() if models is None else models,
            held_back=held_back,
            random_state=random_state,
        )
        if not seconds > 0:
            raise InvalidInput("seconds", seconds, "a number above 0")
        self.seconds = seconds

    def fit(
        self,
        interactions: pd.DataFrame,
        items: pd.DataFrame | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Learn from interactions and items, as `Model.fit`.

        Args:
            progress: told how many models are tried, and how many there are.
        """
        touched = interactions.drop(columns=RATING, errors="ignore")
        question = Question.of(touched, items, self.held_back, self.random_state)
        new, asked = question.about_new()
        tried: list[Model] = []
        scores: list[Scores] = []
        rows: list[dict[str, Any]] = []
        end = time.monotonic() + self.seconds
        candidates = self._candidates(touched, items)
        for done, model in enumerate(candidates):
            start = time.monotonic()
            if progress:
                progress(done, len(candidates))
            if tried and start > end:
                break
            tried.append(model)
            scores.append(question.scores(model.clone()))
            rows.append(
                {
                    "model": type(model).__name__,
                    "settings": model.settings(),
                    "ndcg": new.ndcg(scores[-1][asked]),
                    "ndcg_of_all": question.ndcg(scores[-1]),
                    "seconds": time.monotonic() - start,
                }
            )
        of_new = _untried(tried)
        if asked.any():
            mine = [one[asked] for one in scores]
            of_new = best_blend(mine, new, random_state=self.random_state)
        again = bool((question.relevant & question.seen).any())
        of_all = best_blend(scores, question, random_state=self.random_state) if again else of_new
        self.tried_ = pd.DataFrame(rows).assign(weight=of_new.weights, weight_of_all=of_all.weights)
        chosen = np.flatnonzero(of_new.weights + of_all.weights)
        self.weights_, self.trend_ = of_new.weights[chosen], of_new.trend
        self.blend_of_all_ = Blend(of_all.weights[chosen], of_all.trend)
        self.parts_ = [tried[number] for number in chosen]
        return self.refit(interactions, items)

    def refit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        """Learn the chosen models anew, such as from later interactions too; nothing is tried."""
        touched = interactions.drop(columns=RATING, errors="ignore")
        self.parts_ = [model.clone().fit(touched, items) for model in self.parts_]
        self.matrix_ = self.parts_[0].matrix_
        self._weigh(trend(touched, items))
        return self

    def ranker(self, exclude_seen: bool) -> Model:
        if exclude_seen:
            return self
        # The same parts, weighed otherwise.
        of_all = copy(self)
        of_all.weights_, of_all.trend_ = self.blend_of_all_.weights, self.blend_of_all_.trend
        of_all.trends_ = self._trends_of_all
        return of_all

    def _weigh(self, trends: Scores) -> None:
        """Set what either blend multiplies by, given the items' trend, (items,)."""
        self._trends = trends
        self.trends_ = trends**self.trend_
        self._trends_of_all = trends**self.blend_of_all_.trend

    def _candidates(self, interactions: pd.DataFrame, items: pd.DataFrame | None) -> list[Model]:
        """Return the models that a shop of this size has the memory and the time for."""
        n_items = len(set(interactions[ITEM]).union(() if items is None else items[ITEM]))
        too_large: tuple[type[Model], ...] = (LinearModel,) if n_items > LINEAR_ITEMS else ()
        if interactions[USER].nunique() > MANY_USERS:
            too_large += (UserKNN, Autoencoder)
        return [model for model in self.models if not isinstance(model, too_large)]

    def _fitted(self) -> dict[str, Any]:
        return {
            "weights": self.weights_.tolist(),
            "trend": self.trend_,
            "weights_of_all": self.blend_of_all_.weights.tolist(),
            "trend_of_all": self.blend_of_all_.trend,
            "trends": self._trends.tolist(),
            "tried": self.tried_.to_dict(orient="records"),
        }

    def _restore_fitted(self, fitted: dict[str, Any]) -> None:
        self.weights_, self.trend_ = np.array(fitted["weights"]), fitted["trend"]
        self.blend_of_all_ = Blend(np.array(fitted["weights_of_all"]), fitted["trend_of_all"])
        self._weigh(np.array(fitted["trends"], dtype=np.float64))
        self.tried_ = pd.DataFrame(fitted["tried"])


def _untried(models: Sequence[Model]) -> Blend:
    """Return item neighbours alone, where there are; else all models alike."""
    neighbors = [isinstance(model, ItemKNN) for model in models]
    weights = np.zeros(len(models))
    weights[neighbors.index(True) if any(neighbors) else slice(None)] = 1.0
    return Blend(weights / weights.sum())
