"""The model that is best for a shop, found by trying."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

import pandas as pd

from analytics.columns import ITEM, RATING
from analytics.errors import InvalidInput
from analytics.recommend.als import ALS
from analytics.recommend.autoencoder import Autoencoder
from analytics.recommend.blending import best_blend
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

    Where one model alone does best, it is that model. Ratings are not read.

    Args:
        models: what to try, in this order; None tries all `families`.
        seconds: time after which nothing new is tried; what is tried then depends on the machine.
        held_back: the "latest" fifth of the interactions, or a "random" tenth of each user's.
        exclude_seen: whether it is to do well at new items, or at all.
        random_state: seed that draws the users whom the models are tried on.

    Attributes:
        parts_, weights_: the models chosen, and their weights.
        tried_: model, settings, ndcg, seconds, weight: one row for each model tried.
    """

    tried_: pd.DataFrame

    def __init__(
        self,
        models: Sequence[Model] | None = None,
        *,
        seconds: float = 600.0,
        held_back: str = "latest",
        exclude_seen: bool = True,
        random_state: int = 0,
    ) -> None:
        super().__init__(
            families() if models is None else models,
            held_back=held_back,
            exclude_seen=exclude_seen,
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
        question = self._question(touched, items)
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
                    "ndcg": question.ndcg(scores[-1]),
                    "seconds": time.monotonic() - start,
                }
            )
        blend = best_blend(scores, question, random_state=self.random_state)
        weights = blend.weights
        self.tried_ = pd.DataFrame(rows).assign(weight=weights)
        self.weights_, self.trend_ = weights[weights > 0], blend.trend
        chosen = [model for model, weight in zip(tried, weights, strict=True) if weight > 0]
        self.parts_ = chosen
        return self.refit(interactions, items)

    def refit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        """Learn the chosen models anew, such as from later interactions too; nothing is tried."""
        touched = interactions.drop(columns=RATING, errors="ignore")
        self.parts_ = [model.clone().fit(touched, items) for model in self.parts_]
        self.matrix_ = self.parts_[0].matrix_
        self.trends_ = trend(touched, items) ** self.trend_
        return self

    def _candidates(self, interactions: pd.DataFrame, items: pd.DataFrame | None) -> list[Model]:
        """Return the models that fit into memory."""
        n_items = len(set(interactions[ITEM]).union(() if items is None else items[ITEM]))
        return [m for m in self.models if n_items <= LINEAR_ITEMS or not isinstance(m, LinearModel)]

    def _fitted(self) -> dict[str, Any]:
        return super()._fitted() | {"tried": self.tried_.to_dict(orient="records")}

    def _restore_fitted(self, fitted: dict[str, Any]) -> None:
        super()._restore_fitted(fitted)
        self.tried_ = pd.DataFrame(fitted["tried"])
