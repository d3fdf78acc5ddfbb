"""Interactions as a sparse matrix: what every recommendation model learns from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics import columns
from analytics.columns import ITEM, TIMESTAMP, USER
from analytics.errors import InvalidInput

DAY_SECONDS: Final = 86_400


@dataclass(frozen=True)
class InteractionMatrix:
    """Who touched what, and how lately.

    Attributes:
        users: ids, sorted: the rows.
        items: ids, sorted: the columns. Equal scores are told apart by this order.
        weights: (users, items); a stored cell for each pair that interacted. It holds 1 for an
            interaction at the newest time of the table and half as much for each half-life
            before; without a half-life always 1. The latest interaction of a pair counts.
    """

    users: pd.Index[Any]
    items: pd.Index[Any]
    weights: csr_array

    @classmethod
    def build(
        cls,
        interactions: pd.DataFrame,
        items: pd.DataFrame | None,
        half_life_days: float | None,
    ) -> InteractionMatrix:
        """Read interactions (user_id, item_id, timestamp); `items` adds those nobody touched yet.

        Raises:
            InvalidInput: a column or an id is missing, or times are needed and are none.
        """
        table = columns.require(interactions, columns.INTERACTIONS, "interactions")
        users = _ids(table[USER], "interactions")
        touched = _ids(table[ITEM], "interactions")
        if items is not None:
            catalogue = columns.require(items, (ITEM,), "items")
            touched = touched.union(_ids(catalogue[ITEM], "items"))
        cells = pd.DataFrame(
            {
                "row": positions(users, table[USER]),
                "column": positions(touched, table[ITEM]),
                "weight": _weights(table[TIMESTAMP], half_life_days),
            }
        )
        latest = cells.groupby(["row", "column"], sort=True)["weight"].max().reset_index()
        weights = csr_array(
            (latest["weight"].to_numpy(), (latest["row"], latest["column"])),
            shape=(len(users), len(touched)),
            dtype=np.float64,
        )
        return cls(users, touched, weights)

    def profiles(self, rows: NDArray[np.intp]) -> csr_array:
        """Return the weights of these users, (rows, items); empty where the row is -1."""
        known = csr_array(
            (np.ones(np.count_nonzero(rows >= 0)), (np.flatnonzero(rows >= 0), rows[rows >= 0])),
            shape=(len(rows), len(self.users)),
        )
        profiles: csr_array = known @ self.weights
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


def _weights(times: pd.Series[Any], half_life_days: float | None) -> NDArray[np.float64]:
    if half_life_days is None or times.empty:
        return np.ones(len(times))
    if not pd.api.types.is_datetime64_any_dtype(times) or times.isna().any():
        raise InvalidInput(f"interactions.{TIMESTAMP}", times.dtype, "a time (UTC) in every row")
    age_days = (times.max() - times).dt.total_seconds() / DAY_SECONDS
    weights: NDArray[np.float64] = np.exp2(-age_days.to_numpy(dtype=np.float64) / half_life_days)
    return weights
