"""What all recommendation models have in common."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.columns import ITEM, RANK, RECOMMENDATIONS, SCORE
from analytics.errors import ArtifactError, InvalidInput, NotFittedError, UnknownProduct
from analytics.recommend import ranking
from analytics.recommend.matrix import InteractionMatrix, Reading, positions
from analytics.recommend.ranking import TIER, Scores

MODEL_FILE: Final = "model.json"
ARRAYS_FILE: Final = "arrays.npz"


class Model(ABC):
    """A model that ranks items for users by what they touched, and when. Ids are text.

    Attributes:
        reading: what of the interactions it learns from; unless that is the rating, every row
            counts as interest.
        matrix_: the interactions it learned from.
    """

    reading: ClassVar[Reading] = Reading.LATEST
    matrix_: InteractionMatrix

    def __init__(self, *, half_life_days: float | None = None) -> None:
        if half_life_days is not None and not half_life_days > 0:
            raise InvalidInput("half_life_days", half_life_days, "a number above 0, or None")
        self.half_life_days = half_life_days

    def fit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        """Learn from interactions (user_id, item_id, timestamp), forgetting any earlier fit.

        Models of ratings read the column rating too; without it every interaction rates 1.

        Args:
            items: item_id; adds items that nobody touched yet. They rank last.

        Raises:
            InvalidInput: a column, an id, a time or a rating is missing.
        """
        self.matrix_ = InteractionMatrix.build(
            interactions, items, self.half_life_days, self.reading
        )
        self._learn()
        return self

    def recommend(
        self,
        user_ids: Sequence[Any],
        n: int = 10,
        exclude_seen: bool = True,
        candidates: Sequence[Any] | None = None,
    ) -> pd.DataFrame:
        """Return the items to recommend to each user.

        Items that the model has nothing to say on fill the list with score 0: all items do for a
        user it does not know. Equal scores come by how many users touched the item, most first,
        then in the order of item id.

        Args:
            exclude_seen: leave out what the user touched before.
            candidates: recommend only these; ids that the model does not know are ignored.

        Returns:
            user_id, item_id, score, rank (from 1): exactly `n` rows a user while candidates last.

        Raises:
            NotFittedError: before `fit`.
            InvalidInput: `n` is below 1, or `user_ids` is one text rather than a list of ids.
        """
        matrix = self.fitted_matrix()
        popular = matrix.customers_of_items()
        ranker = self.ranker(exclude_seen)
        table = ranking.recommend(
            matrix,
            lambda rows, recent: (ranker.scores(rows, recent), popular),
            user_ids,
            n,
            exclude_seen,
            ranking.candidate_mask(matrix, candidates),
        )
        table[SCORE] = table[SCORE].where(table[TIER] == 0, 0.0)
        return table[list(RECOMMENDATIONS)]

    def similar_items(
        self, item_id: Any, n: int = 10, candidates: Sequence[Any] | None = None
    ) -> pd.DataFrame:
        """Return the items most like `item_id`, itself left out.

        Returns:
            item_id, score, rank: at most `n` rows, only items with a likeness above 0.

        Raises:
            NotFittedError: before `fit`.
            UnknownProduct: the model does not know the item.
        """
        matrix = self.fitted_matrix()
        column = self.column_of(item_id)
        likeness = self.likeness(np.array([column]))
        allowed = ranking.candidate_mask(matrix, candidates) & (likeness > 0)
        allowed[column] = False
        best = ranking.top(likeness, np.flatnonzero(allowed), n)
        return pd.DataFrame(
            {
                ITEM: matrix.items.to_numpy()[best],
                SCORE: likeness[best],
                RANK: np.arange(1, len(best) + 1),
            }
        )

    def explain(self, user_id: Any, item_id: Any, n: int = 3) -> pd.DataFrame:
        """Return those items of the user's own that speak most for `item_id`.

        Returns:
            item_id, score: at most `n` rows, largest first, scores above 0. With what speaks
            against it they add up to the score of `recommend`; no row where the user's own items
            are not the reason.

        Raises:
            NotFittedError: before `fit`.
            UnknownProduct: the model does not know the item.
        """
        matrix = self.fitted_matrix()
        column = self.column_of(item_id)
        row = int(positions(matrix.users, [user_id])[0])
        parts = self.contributions(row, np.array([column]))[0]
        best = ranking.top(parts, np.flatnonzero(parts > 0), n)
        return pd.DataFrame({ITEM: matrix.items.to_numpy()[best], SCORE: parts[best]})

    def save(self, folder: Path) -> None:
        """Write the fitted model into `folder`, made where missing: JSON and npz, no pickle."""
        matrix = self.fitted_matrix()
        folder.mkdir(parents=True, exist_ok=True)
        matrix.save(folder)
        self.save_fitted(folder)

    def save_fitted(self, folder: Path) -> None:
        """Write the model without who touched what, which may be there for several models."""
        folder.mkdir(parents=True, exist_ok=True)
        description = {"model": type(self).__name__, "settings": self.settings()}
        (folder / MODEL_FILE).write_text(json.dumps(description), encoding="utf-8")
        arrays = {"cells": self.matrix_.weights.data} | self._arrays()
        np.savez(folder / ARRAYS_FILE, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ArtifactError: a file is missing, malformed, or of another model.
        """
        try:
            return cls.load_fitted(folder, InteractionMatrix.load(folder))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder}: no {cls.__name__} ({error}): train again") from error

    @classmethod
    def load_fitted(cls, folder: Path, matrix: InteractionMatrix) -> Self:
        """Read what `save_fitted` wrote.

        Raises:
            OSError, ValueError, KeyError, TypeError: a file is missing, malformed, or of another
                model.
        """
        description = json.loads((folder / MODEL_FILE).read_text(encoding="utf-8"))
        if description["model"] != cls.__name__:
            raise ValueError(f"it holds {description['model']}")
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        model = cls(**description["settings"])
        model.matrix_ = matrix.holding(arrays["cells"], cls.reading)
        model._restore(arrays)
        return model

    def settings(self) -> dict[str, Any]:
        """Return what the constructor was given."""
        return {name: getattr(self, name) for name in signature(type(self)).parameters}

    def clone(self) -> Self:
        """Return an unfitted model with the same settings."""
        return type(self)(**self.settings())

    def fitted_matrix(self) -> InteractionMatrix:
        """Return the interactions; raises NotFittedError before `fit`."""
        if not hasattr(self, "matrix_"):
            raise NotFittedError(self)
        return self.matrix_

    def column_of(self, item_id: Any) -> int:
        """Return the column of an item; raises UnknownProduct where there is none."""
        column = int(positions(self.fitted_matrix().items, [item_id])[0])
        if column < 0:
            raise UnknownProduct(str(item_id))
        return column

    def ranker(self, exclude_seen: bool) -> Model:
        """Return what gives the scores for lists without, or with, what the user touched before."""
        return self

    @abstractmethod
    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        """Return what each item scores, 0 for nothing to say: (rows, items) or (items,).

        Args:
            recent: (rows, items), how often each user touched each item since the fit; it counts
                at once, as of the newest time. Models of ratings, which it holds none of, and
                those that are alike for everybody pass over it.
        """

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        """Return how like the given items each item is, summed over them: (items,)."""
        return np.zeros(len(self.fitted_matrix().items))

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        """Return what each of the user's own items adds to the score of each of some columns.

        Args:
            recent: (1, items), as in `scores`.

        Returns:
            (columns, items).
        """
        return np.zeros((len(columns), len(self.fitted_matrix().items)))

    @abstractmethod
    def _learn(self) -> None:
        """Compute the fitted attributes from `matrix_`."""

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Set the fitted attributes from what `_arrays` returned; learned anew unless saved."""
        self._learn()

    def _arrays(self) -> dict[str, NDArray[Any]]:
        """Return the fitted attributes beside `matrix_`, to be saved."""
        return {}


def cosines(vectors: NDArray[Any], rows: NDArray[np.intp]) -> Scores:
    """Return the cosines of all vectors to those of `rows`, summed over these: (vectors,).

    A vector of zeros is like nothing.
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    lengths[lengths == 0] = 1.0
    direction = (vectors[rows] / lengths[rows, None]).sum(axis=0)
    found: Scores = (vectors @ direction.astype(vectors.dtype)) / lengths
    return found


def pack(name: str, matrix: csr_array) -> dict[str, NDArray[Any]]:
    """Return the three arrays of a sparse matrix."""
    return {
        f"{name}_data": matrix.data,
        f"{name}_indices": matrix.indices,
        f"{name}_indptr": matrix.indptr,
    }


def unpack(name: str, arrays: dict[str, NDArray[Any]], shape: tuple[int, int]) -> csr_array:
    """Return the sparse matrix that `pack` took apart."""
    parts = tuple(arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
    return csr_array(parts, shape=shape)
