"""Interactions as a sparse matrix: what every recommendation model learns from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics import columns
from analytics.columns import ITEM, RATING, TIMESTAMP, USER
from analytics.errors import InvalidInput

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
            without a half-life all interactions count alike.
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
        users = _ids(table[USER], "interactions")
        touched = _ids(table[ITEM], "interactions")
        if items is not None:
            catalogue = columns.require(items, (ITEM,), "items")
            touched = touched.union(_ids(catalogue[ITEM], "items"))
        if table[TIMESTAMP].isna().any():
            raise InvalidInput(f"interactions.{TIMESTAMP}", "an empty value", "a time in every row")
        cells = pd.DataFrame(
            {
                "row": positions(users, table[USER]),
                "column": positions(touched, table[ITEM]),
                "time": table[TIMESTAMP].to_numpy(),
                "weight": _ratings(interactions)
                if reading is Reading.RATING
                else _weights(table[TIMESTAMP], half_life_days),
            }
        )
        pairs = _combined(cells, reading)
        weights = csr_array(
            (pairs["weight"].to_numpy(), (pairs["row"], pairs["column"])),
            shape=(len(users), len(touched)),
            dtype=np.float64,
        )
        popular = np.argsort(-np.bincount(weights.indices, minlength=len(touched)), kind="stable")
        weights = weights[:, popular]
        weights.sort_indices()
        return cls(users, touched[popular], weights, reading)

    def profiles(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> csr_array:
        """Return the weights of these users, (rows, items); empty where the row is -1.

        Args:
            recent: (rows, items), how often each user touched each item since: read as of the
                newest time. Ratings stay as they are, since it holds none.
        """
        known = csr_array(
            (np.ones(np.count_nonzero(rows >= 0)), (np.flatnonzero(rows >= 0), rows[rows >= 0])),
            shape=(len(rows), len(self.users)),
        )
        profiles: csr_array = known @ self.weights
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
    return np.asarray(index.get_indexer(pd.Index(list(ids))), dtype=np.intp)


def _ids(values: pd.Series[Any], table: str) -> pd.Index[Any]:
    if values.isna().any():
        raise InvalidInput(f"{table}.{values.name}", "an empty value", "an id in every row")
    return pd.Index(values.unique()).sort_values()


def _combined(cells: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Return one row for each pair of row and column, in their order."""
    pair = ["row", "column"]
    match reading:
        case Reading.RATING:
            latest = cells.sort_values("time", kind="stable").groupby(pair, sort=True)
            return latest["weight"].last().reset_index()
        case Reading.OCCASIONS:
            occasions = cells.drop_duplicates([*pair, "time"]).groupby(pair, sort=True)
            return occasions["weight"].sum().reset_index()
        case Reading.LATEST:
            return cells.groupby(pair, sort=True)["weight"].max().reset_index()


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
