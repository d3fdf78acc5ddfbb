"""Interactions as a sparse matrix: what every recommendation model learns from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics import columns
from analytics.columns import ITEM, RATING, TIMESTAMP, USER
from analytics.errors import InvalidInput

MATRIX_FILE: Final = "interactions.npz"
FEW: Final = 100
"Ids that are quicker looked up one by one."
DAY_SECONDS: Final = 86_400


class Reading(StrEnum):
    """What a cell of the matrix holds for a pair of user and item that interacted."""

    LATEST = "latest"
    "1 for an interaction at the newest time of the table, half as much for each half-life before."
    OCCASIONS = "occasions"
    "The same, summed over all times at which the pair interacted."
    RATING = "rating"
    "The latest rating; 1 where the table has none."


@dataclass(frozen=True)
class InteractionMatrix:
    """Who touched what, and how lately.

    Attributes:
        users: ids, sorted: the rows.
        items: ids, the columns: those that most users touched first, equal ones in order of id.
            Equal scores are told apart by this order.
        weights: (users, items); a stored cell for each pair that interacted, as `Reading` says;
            without a half-life all interactions count alike. Ratings are float64, all else
            float32, of which there are many.
        reading: what the cells hold.
    """

    users: pd.Index[Any]
    items: pd.Index[Any]
    weights: csr_array
    reading: Reading = Reading.LATEST

    @classmethod
    def build(
        cls,
        interactions: pd.DataFrame,
        items: pd.DataFrame | None,
        half_life_days: float | None,
        reading: Reading = Reading.LATEST,
    ) -> InteractionMatrix:
        """Read interactions (user_id, item_id, timestamp); `items` adds those nobody touched yet.

        Raises:
            InvalidInput: a column, an id, a time or a rating is missing.
        """
        table = columns.require(interactions, columns.INTERACTIONS, "interactions")
        times = table[TIMESTAMP]
        if times.isna().any():
            raise InvalidInput(f"interactions.{TIMESTAMP}", "an empty value", "a time in every row")
        rows, users = _coded(table[USER], "interactions")
        touched, item_ids = _coded(table[ITEM], "interactions")
        if items is not None:
            listed = _coded(columns.require(items, (ITEM,), "items")[ITEM], "items")[1]
            every = item_ids.union(listed)
            touched, item_ids = positions(every, item_ids)[touched], every
        values = (
            _ratings(interactions)
            if reading is Reading.RATING
            else _weights(times, half_life_days).astype(np.float32)
        )
        pairs = rows * len(item_ids) + touched
        pairs, data = _combined(pairs, times, values, reading)
        rows, touched = np.divmod(pairs, max(1, len(item_ids)))
        popular = np.argsort(-np.bincount(touched, minlength=len(item_ids)), kind="stable")
        counts = np.bincount(rows, minlength=len(users))
        weights = csr_array(
            (data, np.argsort(popular)[touched], np.append(0, np.cumsum(counts))),
            shape=(len(users), len(item_ids)),
        )
        weights.sort_indices()
        return cls(users, item_ids[popular], weights, reading)

    def save(self, folder: Path) -> None:
        """Write who touched what into `folder`, without what the cells hold: npz, no pickle."""
        np.savez(
            folder / MATRIX_FILE,
            allow_pickle=False,
            users=_encoded(self.users),
            items=_encoded(self.items),
            indices=self.weights.indices,
            indptr=self.weights.indptr,
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; each cell holds 1.

        Raises:
            OSError, ValueError, KeyError: the file is missing or malformed.
        """
        with np.load(folder / MATRIX_FILE, allow_pickle=False) as file:
            users, items = _decoded(file["users"]), _decoded(file["items"])
            indices, indptr = file["indices"], file["indptr"]
        data = np.ones(len(indices), dtype=np.float32)
        weights = csr_array((data, indices, indptr), shape=(len(users), len(items)))
        return cls(users, items, weights)

    def holding(self, cells: NDArray[Any], reading: Reading) -> Self:
        """Return the matrix of the same users and items, which it shares, with other cells."""
        parts = (cells, self.weights.indices, self.weights.indptr)
        return replace(self, weights=csr_array(parts, shape=self.weights.shape), reading=reading)

    def profiles(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> csr_array:
        """Return the weights of these users, (rows, items); empty where the row is -1.

        Args:
            recent: (rows, items), how often each user touched each item since: read as of the
                newest time. Ratings stay as they are, since it holds none.
        """
        known, indptr = rows >= 0, self.weights.indptr
        starts = np.where(known, indptr[rows], 0)
        counts = np.where(known, indptr[rows + 1] - indptr[rows], 0)
        ends = np.append(0, np.cumsum(counts))
        cells = np.arange(ends[-1]) + np.repeat(starts - ends[:-1], counts)
        profiles = csr_array(
            (self.weights.data[cells], self.weights.indices[cells], ends),
            shape=(len(rows), len(self.items)),
        )
        if recent is not None:
            recent = recent.astype(self.weights.dtype)
        if recent is not None and self.reading is Reading.OCCASIONS:
            profiles = profiles + recent
        elif recent is not None and self.reading is Reading.LATEST:
            profiles = profiles.maximum(recent.minimum(1))
        return profiles

    def touched(self, row: int) -> NDArray[np.intp]:
        """Return the columns that the user of this row interacted with; none for row -1."""
        if row < 0:
            return np.empty(0, dtype=np.intp)
        start, end = self.weights.indptr[row : row + 2]
        return np.asarray(self.weights.indices[start:end], dtype=np.intp)

    def customers_of_items(self) -> NDArray[np.float64]:
        """Return how many users touched each item, (items,)."""
        return np.bincount(self.weights.indices, minlength=len(self.items)).astype(np.float64)

    def columns_of(self, item_ids: Sequence[Any]) -> NDArray[np.intp]:
        """Return the columns of those ids that are known."""
        found = positions(self.items, item_ids)
        return found[found >= 0]


def positions(index: pd.Index[Any], ids: Iterable[Any]) -> NDArray[np.intp]:
    """Return where each id stands in the index; -1 where it does not."""
    asked = list(ids)
    if len(asked) <= FEW:
        return np.array([_position(index, one) for one in asked], dtype=np.intp)
    return np.asarray(index.get_indexer(pd.Index(asked, dtype=object)), dtype=np.intp)


def _position(index: pd.Index[Any], one: Any) -> Any:
    try:
        return index.get_loc(one)
    except KeyError:
        return -1


def _encoded(ids: pd.Index[Any]) -> NDArray[np.bytes_]:
    return np.strings.encode(np.asarray(ids, dtype=str), "utf-8")


def _decoded(ids: NDArray[np.bytes_]) -> pd.Index[Any]:
    index = pd.Index(np.strings.decode(ids, "utf-8").astype(object), dtype=object)
    # The first look-up builds the table of all ids: no customer is to wait for it.
    positions(index, index[:1])
    return index


def _coded(values: pd.Series[Any], table: str) -> tuple[NDArray[np.intp], pd.Index[Any]]:
    """Return the position of each value among the ids, and the ids, sorted."""
    if values.isna().any():
        raise InvalidInput(f"{table}.{values.name}", "an empty value", "an id in every row")
    codes, found = pd.factorize(values)
    ids = pd.Index(np.asarray(found))
    order = ids.argsort()
    place = np.empty(len(ids), dtype=np.intp)
    place[order] = np.arange(len(ids))
    return place[codes], ids[order]


def _combined(
    pairs: NDArray[np.int64], times: pd.Series[Any], values: NDArray[Any], reading: Reading
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return each pair once, in order, and what its cell holds."""
    if not len(pairs):
        return pairs, values
    if reading is Reading.LATEST:
        order = np.argsort(pairs)
        pairs, values = pairs[order], values[order]
        first = _changes(pairs)
        return pairs[first], np.maximum.reduceat(values, np.flatnonzero(first))
    dated = pd.api.types.is_datetime64_any_dtype(times)
    moments = times.to_numpy(dtype="datetime64[ns]") if dated else times.to_numpy()
    order = np.lexsort((moments, pairs))
    pairs, moments, values = pairs[order], moments[order], values[order]
    first = _changes(pairs)
    if reading is Reading.RATING:
        return pairs[first], values[np.roll(first, -1)]
    once = np.where(first | _changes(moments), values, 0)
    return pairs[first], np.add.reduceat(once, np.flatnonzero(first))


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a value differs from the one before; the first one does."""
    return np.append(True, values[1:] != values[:-1])


def _ratings(interactions: pd.DataFrame) -> NDArray[np.float64]:
    if RATING not in interactions:
        return np.ones(len(interactions))
    found = pd.to_numeric(interactions[RATING], errors="coerce").to_numpy(dtype=np.float64)
    if not np.isfinite(found).all():
        wrong = interactions[RATING][~np.isfinite(found)].tolist()[0]
        raise InvalidInput(f"interactions.{RATING}", wrong, "a number in every row")
    return found


def _weights(times: pd.Series[Any], half_life_days: float | None) -> NDArray[np.float64]:
    if half_life_days is None or times.empty:
        return np.ones(len(times))
    if not pd.api.types.is_datetime64_any_dtype(times):
        raise InvalidInput(f"interactions.{TIMESTAMP}", times.dtype, "a time (UTC) in every row")
    age_days = (times.max() - times).dt.total_seconds() / DAY_SECONDS
    weights: NDArray[np.float64] = np.exp2(-age_days.to_numpy(dtype=np.float64) / half_life_days)
    return weights
