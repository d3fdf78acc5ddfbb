"""The recommender that serves: never at a loss, and it says what each answer rests on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.columns import ITEM, RECOMMENDATIONS, SCORE
from analytics.errors import NotFittedError
from analytics.recommend import ranking
from analytics.recommend.item_knn import ItemKNN
from analytics.recommend.popularity import Popularity
from analytics.recommend.ranking import TIER, Tiers

RUNG: Final = "rung"


class Rung(StrEnum):
    """What a recommendation rests on, best first."""

    CUSTOMER = "customer"
    "Likeness to what the customer bought before."
    SESSION = "session"
    "Likeness to what is in the cart, or was looked at in this conversation."
    POPULAR = "popular"
    "What most customers buy, lately."


class Recommender:
    """A ladder of fallbacks: each rung fills what the one before left open.

    Args:
        neighbors: answers from the customer's history, and from the session's items.
        popularity: answers when there is neither.
    """

    def __init__(
        self, neighbors: ItemKNN | None = None, popularity: Popularity | None = None
    ) -> None:
        self.neighbors = neighbors or ItemKNN()
        self.popularity = popularity or Popularity()

    def fit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        """Fit both models; see `Model.fit`."""
        self.neighbors.fit(interactions, items)
        self.popularity.fit(interactions, items)
        return self

    def recommend(
        self,
        user_ids: Sequence[Any],
        n: int = 10,
        exclude_seen: bool = True,
        candidates: Sequence[Any] | None = None,
        session_items: Sequence[Any] = (),
    ) -> pd.DataFrame:
        """Return the items to recommend to each user, known or not.

        Args:
            exclude_seen: leave out what the user touched before, and `session_items`.
            candidates: recommend only these, on every rung.
            session_items: what is in the cart or was looked at; ids not known are ignored.

        Returns:
            user_id, item_id, score, rank (from 1), rung (see `Rung`): exactly `n` rows a user
            while candidates last. Scores compare within a rung only.

        Raises:
            NotFittedError: before `fit`.
            InvalidInput: `n` is below 1, or `user_ids` is one text rather than a list of ids.
        """
        self._check_fitted()
        matrix = self.neighbors.matrix_
        session = matrix.columns_of(session_items)
        allowed = ranking.candidate_mask(matrix, candidates)
        if exclude_seen:
            allowed[session] = False
        likeness = self.neighbors.likeness(session)

        def tiers_of(rows: NDArray[np.intp]) -> Tiers:
            return (self.neighbors.scores(rows), likeness, self.popularity.scores(rows))

        table = ranking.recommend(matrix, tiers_of, user_ids, n, exclude_seen, allowed)
        # What nobody touched yet comes last, in the tier after the last rung.
        rungs = np.array([*Rung, Rung.POPULAR], dtype=object)
        return table[list(RECOMMENDATIONS)].assign(rung=rungs[table[TIER]])

    def similar_items(
        self, item_id: Any, n: int = 10, candidates: Sequence[Any] | None = None
    ) -> pd.DataFrame:
        """Return item_id, score, rank: at most `n` items bought by the same customers.

        No row for an item that came into the shop after the training.
        """
        self._check_fitted()
        if item_id not in self.neighbors.matrix_.items:
            return pd.DataFrame({ITEM: [], SCORE: [], "rank": []})
        return self.neighbors.similar_items(item_id, n, candidates)

    def explain(
        self, user_id: Any, item_id: Any, n: int = 3, session_items: Sequence[Any] = ()
    ) -> pd.DataFrame:
        """Return those own items, else session items, that speak most for `item_id`.

        Returns:
            item_id, score: at most `n` rows, largest first; none where popularity is the reason.
        """
        self._check_fitted()
        matrix = self.neighbors.matrix_
        if item_id not in matrix.items:
            return pd.DataFrame({ITEM: [], SCORE: []})
        own = self.neighbors.explain(user_id, item_id, n)
        if len(own):
            return own
        session = matrix.columns_of(session_items)
        column = self.neighbors.column_of(item_id)
        parts = self.neighbors.neighbors_[session][:, [column]].toarray().ravel()
        best = ranking.top(parts, np.flatnonzero(parts > 0), n)
        return pd.DataFrame({ITEM: matrix.items.to_numpy()[session[best]], SCORE: parts[best]})

    def save(self, folder: Path) -> None:
        """Write both models into folders of their own."""
        self._check_fitted()
        self.neighbors.save(folder / "neighbors")
        self.popularity.save(folder / "popularity")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ArtifactError: a file is missing, malformed, or of another model.
        """
        return cls(ItemKNN.load(folder / "neighbors"), Popularity.load(folder / "popularity"))

    def _check_fitted(self) -> None:
        if not hasattr(self.neighbors, "matrix_"):
            raise NotFittedError(self)
