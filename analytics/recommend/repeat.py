"""What a customer buys again, and when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from analytics.columns import ITEM, TIMESTAMP, USER
from analytics.recommend.matrix import DAY_SECONDS, Reading, positions
from analytics.recommend.model import Model, pack, unpack
from analytics.recommend.ranking import Scores
from analytics.recommend.windows import WINDOW_DAYS, windows

DUE: Final = np.array([0.25, 0.5, 1.0, 1.5, 2.5, 4.0, 6.0])
"Bounds of the time since the last purchase, in usual intervals of the item."
OFTEN: Final = np.array([1, 2, 3, 4, 6, 9, 13])
"Least number of purchases of each kind of pair."
INTERVALS_KNOWN: Final = 10
"Intervals of the shop's mean that an item's own is taken from beside its own."
PAIRS_KNOWN: Final = 20
"Pairs that a chance is taken from beside those seen."
RARELY: Final = 10
"What a chance is before anything is seen: n / (n + 10) after n purchases."
REPEATS_KNOWN: Final = 5
"Repeats, just as many as expected, that an item is taken to have beside its own."


class RepeatPurchase(Model):
    """Ranks what the user touched before by the chance to touch it again: `exclude_seen=False`.

    Looks back at windows of 30 days. The chance is how often, of pairs like this one, a user who
    came touched the item again: alike are pairs with about as many purchases, the last one as long
    ago for the usual interval between two purchases of the item. It is multiplied by how often the
    item was bought again for each time that was expected.

    Sources: Bhagat et al., "Buy it again: modeling repeat purchase recommendations", KDD 2018
    (items that are bought again, and when); Hu et al., "Modeling personalized item frequency
    information for next-basket recommendation", SIGIR 2020 (how often).

    Attributes:
        intervals_: (items,), usual days between two purchases by the same user.
        chances_: (8, 7), by how long ago and how often.
        loyalty_: (items,), repeats for each that was expected.
    """

    reading: ClassVar[Reading] = Reading.OCCASIONS
    intervals_: Scores
    chances_: Scores
    loyalty_: Scores

    def __init__(self) -> None:
        super().__init__()

    def fit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        super().fit(interactions, items)
        pairs = self._pairs(interactions)
        self.intervals_ = _intervals(pairs, len(self.matrix_.items))
        seen = self._seen(interactions)
        self.chances_ = _chances(self._due(seen), _often(seen["times"]), seen["again"])
        self.loyalty_ = np.ones(len(self.matrix_.items))
        expected = np.bincount(seen["column"], self._chance(seen), len(self.loyalty_))
        repeats = np.bincount(seen["column"], seen["again"], len(self.loyalty_))
        self.loyalty_ = (repeats + REPEATS_KNOWN) / (expected + REPEATS_KNOWN)
        self._again_ = csr_array(
            (self._chance(pairs), (pairs["row"], pairs["column"])),
            shape=self.matrix_.weights.shape,
        )
        return self

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        found: Scores = replace(self.matrix_, weights=self._again_).profiles(rows).toarray()
        if recent is not None:
            cells = recent.nonzero()
            times = self.matrix_.profiles(rows, recent).toarray()[cells]
            found[cells] = self.chances_[0, _often(times)] * self.loyalty_[cells[1]]
        return found

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        parts = np.zeros((len(columns), len(self.matrix_.items)))
        parts[np.arange(len(columns)), columns] = self.scores(np.array([row]), recent)[0, columns]
        return parts

    def _pairs(self, interactions: pd.DataFrame) -> pd.DataFrame:
        """Return row, column, times, and the days that the last and the first are ago."""
        newest = interactions[TIMESTAMP].max()
        table = pd.DataFrame(
            {
                "row": positions(self.matrix_.users, interactions[USER]),
                "column": positions(self.matrix_.items, interactions[ITEM]),
                "days": (newest - interactions[TIMESTAMP]).dt.total_seconds().to_numpy()
                / DAY_SECONDS,
            }
        )
        of_pairs = table.drop_duplicates().groupby(["row", "column"], sort=True)["days"]
        return of_pairs.agg(times="count", last="min", first="max").reset_index()

    def _seen(self, interactions: pd.DataFrame) -> pd.DataFrame:
        """Return the pairs before each window whose user came in it, and again: 1 if with it."""
        parts = [self._pairs(interactions[:0]).assign(again=0.0)]
        for before, during in windows(interactions):
            pairs = self._pairs(before)
            later = self._pairs(during).set_index(["row", "column"]).index
            came = pairs[pairs["row"].isin(later.get_level_values("row"))]
            index = pd.MultiIndex.from_frame(came[["row", "column"]])
            parts.append(came.assign(again=index.isin(later).astype(np.float64)))
        return pd.concat(parts, ignore_index=True).astype(parts[0].dtypes)

    def _due(self, pairs: pd.DataFrame) -> NDArray[np.intp]:
        return np.digitize(pairs["last"] / self.intervals_[pairs["column"]], DUE)

    def _chance(self, pairs: pd.DataFrame) -> Scores:
        of_pairs: Scores = self.chances_[self._due(pairs), _often(pairs["times"])]
        return of_pairs * self.loyalty_[pairs["column"]]

    def _learn(self) -> None:
        """`fit` learns: it takes the times."""

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return pack("again", self._again_) | {
            "intervals": self.intervals_,
            "chances": self.chances_,
            "loyalty": self.loyalty_,
        }

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._again_ = unpack("again", arrays, self.matrix_.weights.shape)
        self.intervals_ = arrays["intervals"]
        self.chances_ = arrays["chances"]
        self.loyalty_ = arrays["loyalty"]


def _often(times: ArrayLike) -> NDArray[np.intp]:
    return np.searchsorted(OFTEN[1:], np.asarray(times), side="right")


def _intervals(pairs: pd.DataFrame, n_items: int) -> Scores:
    """Return the geometric mean of each item's days between two purchases by the same user."""
    apart = pairs[pairs["first"] > pairs["last"]]
    days = (apart["first"] - apart["last"]) / (apart["times"] - 1)
    logs = np.log(days.to_numpy())
    usual = logs.mean() if len(logs) else np.log(WINDOW_DAYS)
    sums = np.bincount(apart["column"], logs, n_items) + INTERVALS_KNOWN * usual
    counts = np.bincount(apart["column"], minlength=n_items) + INTERVALS_KNOWN
    means: Scores = np.exp(sums / counts)
    return means


def _chances(due: NDArray[np.intp], often: NDArray[np.intp], again: pd.Series[float]) -> Scores:
    """Return the share of the pairs of each kind that came again, (due, often)."""
    shape = (len(DUE) + 1, len(OFTEN))
    kinds = np.ravel_multi_index((due, often), shape)
    size = shape[0] * shape[1]
    repeats = np.bincount(kinds, again, size).reshape(shape)
    counts = np.bincount(kinds, minlength=size).reshape(shape)
    before: Scores = OFTEN / (OFTEN + RARELY)
    return (repeats + PAIRS_KNOWN * before) / (counts + PAIRS_KNOWN)
