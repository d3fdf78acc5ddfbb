"""The recommender that serves: never at a loss, and it says what each answer rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.columns import CATEGORY, ITEM, RANK, RECOMMENDATIONS, SCORE, TIMESTAMP, USER
from analytics.errors import ArtifactError, NotFittedError
from analytics.recommend import ranking
from analytics.recommend.auto import AutoRecommender
from analytics.recommend.hybrid import PARTS, FusionHybrid, WeightedHybrid
from analytics.recommend.item_knn import ItemKNN
from analytics.recommend.matrix import InteractionMatrix, positions
from analytics.recommend.model import MODEL_FILE, Model, pack, unpack
from analytics.recommend.popularity import Popularity
from analytics.recommend.ranking import TIER, Scores, Tiers

KINDS: Final[Mapping[str, type[Model]]] = PARTS | {
    kind.__name__: kind for kind in (WeightedHybrid, FusionHybrid, AutoRecommender)
}
"What can serve."
RUNG: Final = "rung"
LADDER_FILE: Final = "ladder.json"
LADDER_ARRAYS: Final = "ladder.npz"
MODEL_FOLDER: Final = "model"


class Rung(StrEnum):
    """What a recommendation rests on, best first."""

    CUSTOMER = "customer"
    "Likeness to what the customer bought before."
    SESSION = "session"
    "Likeness to what is in the cart, or was looked at in this conversation."
    CATEGORY = "category"
    "What is popular in the categories of the session, or of what the customer bought."
    POPULAR = "popular"
    "What most customers buy, lately."


class Recommender:
    """A ladder of fallbacks: each rung fills what the one before left open.

    Args:
        model: answers from the customer's history, and from the session's items.
        popularity: answers when there is neither, and within a category.

    Attributes:
        popular_: (items,), the scores of `popularity`.
        together_: (items, items), how alike the baskets are that items lie in, as `ItemKNN` has
            it; above 0 only where two lay in one. What a user touched at one time is a basket.
        categories_: the categories of the items, sorted.
        category_of_: (items,), the position of each item's category in them; -1 without one.
        until_: the time of the newest interaction; None where there was none.
    """

    popular_: Scores
    together_: csr_array
    categories_: pd.Index[Any]
    category_of_: NDArray[np.intp]
    until_: datetime | None

    def __init__(self, model: Model | None = None, popularity: Popularity | None = None) -> None:
        self.model = model or ItemKNN()
        self.popularity = popularity or Popularity()

    def fit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        """Learn from interactions and items, as `Model.fit`; of items the category counts too."""
        self.model.fit(interactions, items)
        return self.fit_ladder(interactions, items)

    def fit_ladder(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        """Learn what the other rungs need, the model being fitted on the same tables."""
        ids = self.model.fitted_matrix().items
        popularity = self.popularity.fit(interactions, items)
        self.popular_ = popularity.item_scores_[positions(popularity.matrix_.items, ids)]
        basket = interactions.groupby([USER, TIMESTAMP], sort=False).ngroup()
        baskets = ItemKNN().fit(interactions.assign(**{USER: basket}), items)
        place = positions(baskets.matrix_.items, ids)
        self.together_ = baskets.neighbors_[place][:, place]
        known = pd.Series(dtype=object) if items is None else items.set_index(ITEM).get(CATEGORY)
        category = pd.Series(dtype=object) if known is None else known
        found = category.reindex(ids)
        self.categories_ = pd.Index(found.dropna().unique()).sort_values()
        self.category_of_ = positions(self.categories_, found)
        newest = interactions[TIMESTAMP].max()
        self.until_ = None if pd.isna(newest) else newest.to_pydatetime()
        self._prepare()
        return self

    def fitted_matrix(self) -> InteractionMatrix:
        """Return what the model learned from; raises NotFittedError before `fit`."""
        if not hasattr(self, "popular_"):
            raise NotFittedError(self)
        return self.model.matrix_

    def recommend(
        self,
        user_ids: Sequence[Any],
        n: int = 10,
        exclude_seen: bool = True,
        candidates: Sequence[Any] | None = None,
        session_items: Sequence[Any] = (),
        recent: Mapping[Any, Sequence[Any]] | None = None,
        categories: Sequence[Any] = (),
    ) -> pd.DataFrame:
        """Return the items to recommend to each user, known or not.

        Args:
            exclude_seen: leave out what the user touched before, and `session_items`.
            candidates: recommend only these, on every rung.
            session_items: what is in the cart or was looked at; ids not known are ignored.
            recent: the items that users touched since the fit, an id for each time; they count at
                once. Ids not known are ignored.
            categories: of what was looked at and came after the fit; they count as the session's.

        Returns:
            user_id, item_id, score, rank (from 1), rung (see `Rung`): exactly `n` rows a user
            while candidates last. Scores compare within a rung only.

        Raises:
            NotFittedError: before `fit`.
            InvalidInput: `n` is below 1, or `user_ids` is one text rather than a list of ids.
        """
        matrix = self.fitted_matrix()
        session = matrix.columns_of(session_items)
        allowed = ranking.candidate_mask(matrix, candidates)
        if exclude_seen:
            allowed[session] = False
        nothing = np.zeros(len(matrix.items))
        ranker = self.model.ranker(exclude_seen)

        def tiers_of(rows: NDArray[np.intp], new: csr_array | None) -> Tiers:
            own = matrix.profiles(rows, new)
            known = np.diff(own.indptr) > 0
            yield ranker.scores(rows, new) * known[:, None] if known.any() else nothing
            yield self.model.likeness(session) if len(session) else nothing
            yield self._in_categories(own, session, categories)
            yield self.popular_

        new = None if recent is None else self._recent(user_ids, recent)
        table = ranking.recommend(matrix, tiers_of, user_ids, n, exclude_seen, allowed, new)
        # What nobody touched yet comes last, in the tier after the last rung.
        rungs = np.array([*Rung, Rung.POPULAR], dtype=object)
        return table[list(RECOMMENDATIONS)].assign(rung=rungs[table[TIER]])

    def similar_items(
        self, item_id: Any, n: int = 10, candidates: Sequence[Any] | None = None
    ) -> pd.DataFrame:
        """Return item_id, score, rank: at most `n` items that are most like it by the model.

        No row for an item that came into the shop after the training.
        """
        if item_id not in self.fitted_matrix().items:
            return pd.DataFrame({ITEM: [], SCORE: [], RANK: []})
        return self.model.similar_items(item_id, n, candidates)

    def touched(self, user_id: Any) -> list[Any]:
        """Return the items that the user touched before the fit; none of one it does not know."""
        matrix = self.fitted_matrix()
        row = int(positions(matrix.users, [user_id])[0])
        return matrix.items[matrix.touched(row)].tolist()

    def is_popular(self, item_id: Any) -> bool:
        """Return whether it is in the more popular half of what anybody touched."""
        found = self.fitted_matrix().columns_of([item_id])
        return bool((self.popular_[found] >= self._usual).any())

    def bought_together(self, item_ids: Sequence[Any]) -> pd.Series[float]:
        """Return how much each item lies in baskets with the given ones: score by item_id.

        Summed over `item_ids`; above 0 only where a customer bought both at one time.
        """
        matrix = self.fitted_matrix()
        summed = self.together_[matrix.columns_of(item_ids)].sum(axis=0)
        return pd.Series(np.asarray(summed).ravel(), index=matrix.items)

    def explain(
        self,
        user_id: Any,
        item_id: Any,
        n: int = 3,
        session_items: Sequence[Any] = (),
        recent: Mapping[Any, Sequence[Any]] | None = None,
        exclude_seen: bool = True,
    ) -> pd.DataFrame:
        """Return those own items, else session items, that speak most for `item_id`.

        Args:
            exclude_seen: as `recommend` was asked, which may go by another blend.

        Returns:
            item_id, score: at most `n` rows, largest first; none where popularity is the reason.
        """
        causes = self.causes(user_id, [item_id], n, session_items, recent, exclude_seen)
        own = causes.get(item_id, {})
        return pd.DataFrame({ITEM: list(own.keys()), SCORE: list(own.values())})

    def causes(
        self,
        user_id: Any,
        item_ids: Sequence[Any],
        n: int = 3,
        session_items: Sequence[Any] = (),
        recent: Mapping[Any, Sequence[Any]] | None = None,
        exclude_seen: bool = True,
    ) -> dict[Any, dict[Any, float]]:
        """Return what `explain` says of several items, score by item_id; unknown ones left out."""
        matrix = self.fitted_matrix()
        columns = matrix.columns_of(item_ids)
        row = int(positions(matrix.users, [user_id])[0])
        new = None if recent is None else self._recent([user_id], recent)
        parts = self.model.ranker(exclude_seen).contributions(row, columns, new)
        without = ~(parts > 0).any(axis=1)
        session = np.unique(matrix.columns_of(session_items))
        for own in session if without.any() else ():
            parts[without, own] = self.model.likeness(np.array([own]))[columns[without]]
        found = {}
        for column, part in zip(columns, parts, strict=True):
            best = ranking.top(part, np.flatnonzero(part > 0), n)
            found[matrix.items[column]] = dict(
                zip(matrix.items[best], part[best].tolist(), strict=True)
            )
        return found

    def save(self, folder: Path) -> None:
        """Write the model into a folder of its own, and beside it what the other rungs need."""
        self.fitted_matrix()
        self.model.save(folder / MODEL_FOLDER)
        description = {
            "popularity": self.popularity.settings(),
            "categories": self.categories_.tolist(),
            "until": None if self.until_ is None else self.until_.isoformat(),
        }
        (folder / LADDER_FILE).write_text(json.dumps(description), encoding="utf-8")
        arrays = {"popular": self.popular_, "category_of": self.category_of_}
        np.savez(
            folder / LADDER_ARRAYS, allow_pickle=False, **arrays, **pack("together", self.together_)
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ArtifactError: a file is missing, malformed, or of another model.
        """
        try:
            described = json.loads((folder / MODEL_FOLDER / MODEL_FILE).read_text(encoding="utf-8"))
            kind = KINDS[described["model"]]
            description = json.loads((folder / LADDER_FILE).read_text(encoding="utf-8"))
            with np.load(folder / LADDER_ARRAYS, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            loaded = cls(kind.load(folder / MODEL_FOLDER), Popularity(**description["popularity"]))
            size = len(loaded.model.matrix_.items)
            loaded.popular_, loaded.category_of_ = arrays["popular"], arrays["category_of"]
            loaded.together_ = unpack("together", arrays, (size, size))
            loaded.categories_ = pd.Index(description["categories"])
            loaded._prepare()
            until = description["until"]
            loaded.until_ = None if until is None else datetime.fromisoformat(until)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder}: no {cls.__name__} ({error}): train again") from error
        return loaded

    def _prepare(self) -> None:
        """Derive what each request would have to derive otherwise."""
        touched = self.popular_[self.popular_ > 0]
        self._usual = float(np.median(touched)) if len(touched) else np.inf
        known = np.flatnonzero(self.category_of_ >= 0)
        # The last column stays empty: the category of what has none, -1, reads it.
        self._of_category = csr_array(
            (np.ones(len(known)), (known, self.category_of_[known])),
            shape=(len(self.category_of_), len(self.categories_) + 1),
        )

    def _recent(self, user_ids: Sequence[Any], recent: Mapping[Any, Sequence[Any]]) -> csr_array:
        """Return how often each user touched each item: (users, items)."""
        matrix = self.fitted_matrix()
        rows = [matrix.columns_of(recent.get(user, ())) for user in user_ids]
        columns = np.concatenate([np.empty(0, dtype=np.intp), *rows])
        of_users = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        shape = (len(rows), len(matrix.items))
        return csr_array((np.ones(len(columns)), (of_users, columns)), shape=shape)

    def _in_categories(
        self, own: csr_array, session: NDArray[np.intp], categories: Sequence[Any]
    ) -> Scores:
        """Return how popular each item is, times how much its category is the user's.

        Args:
            own: (users, items), what the users touched; counts where there is no session.
        """
        named = positions(self.categories_, categories)
        if len(session) or len(named):
            summed = np.asarray(self._of_category[session].sum(axis=0)).ravel()
            np.add.at(summed, named[named >= 0], 1.0)
            taste = summed[None, :]
        else:
            taste = (own @ self._of_category).toarray()
        scores: Scores = taste[:, self.category_of_] * self.popular_
        return scores
