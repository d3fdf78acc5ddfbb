"""Segments of customers who buy alike."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics import columns
from analytics.columns import CUSTOMER, FREQUENCY, MONETARY, RECENCY, SEGMENT
from analytics.customers.clustering import choose_count, kmeans, nearest_center
from analytics.customers.naming import Segment, name_segments, standings
from analytics.errors import ArtifactError, InvalidInput, NotEnoughHistory, NotFittedError

METHODS: Final = ("kmeans",)
MEASURES: Final = (RECENCY, FREQUENCY, MONETARY)
MODEL_FILE: Final = "segmenter.json"
ARRAYS_FILE: Final = "segmenter.npz"


class Segmenter:
    """Groups customers by recency, frequency and monetary value.

    The three are taken as log(1 + x) and standardised, since they span magnitudes, then clustered
    by K-means. Segments are numbered from the best customers to the least.

    Args:
        method: "kmeans".
        n_segments: how many; None chooses by silhouette, see `choose_count`.
        random_state: seed of the starts of K-means.

    Attributes:
        labels_: (customers,), the segment number of each customer it was fitted on.
        names_: name of each segment, by its number.
        centers_: (segments, 3), in standardised logarithms.
        mean_, scale_: (3,), what the logarithms were standardised by.
    """

    labels_: NDArray[np.intp]
    names_: list[Segment]
    centers_: NDArray[np.float64]
    mean_: NDArray[np.float64]
    scale_: NDArray[np.float64]

    def __init__(
        self, method: str = "kmeans", n_segments: int | None = None, *, random_state: int = 0
    ) -> None:
        if method not in METHODS:
            raise InvalidInput("method", method, " or ".join(METHODS))
        if n_segments is not None and not 1 <= n_segments <= len(Segment):
            raise InvalidInput("n_segments", n_segments, f"1 to {len(Segment)}, or None")
        self.method = method
        self.n_segments = n_segments
        self.random_state = random_state

    def fit(self, rfm: pd.DataFrame) -> Self:
        """Learn the segments from recency, frequency and monetary value of all customers.

        Raises:
            InvalidInput: a column is missing, or a value is negative or none.
            NotEnoughHistory: there are fewer different customers than segments.
        """
        logs = _logarithms(rfm)
        self.mean_ = logs.mean(axis=0) if len(logs) else np.zeros(len(MEASURES))
        spread = logs.std(axis=0) if len(logs) else np.zeros(len(MEASURES))
        self.scale_ = np.where(spread > 0, spread, 1.0)
        points = (logs - self.mean_) / self.scale_
        if len(np.unique(points, axis=0)) < (self.n_segments or 1):
            raise NotEnoughHistory("customers")
        count = self.n_segments or choose_count(points, self.random_state)
        clusters = kmeans(points, count, self.random_state)
        # More orders, more money and fewer days since the last one are better.
        best_first = np.argsort(-clusters.centers @ np.array([-1.0, 1.0, 1.0]), kind="stable")
        self.centers_ = clusters.centers[best_first]
        self.labels_ = np.argsort(best_first)[clusters.labels]
        self.names_ = name_segments(_means(standings(rfm), self.labels_))
        self._description_ = self._describe(rfm)
        return self

    def predict(self, rfm: pd.DataFrame) -> NDArray[np.intp]:
        """Return the segment number of each customer, (customers,).

        Raises:
            NotFittedError: before `fit`.
            InvalidInput: a column is missing, or a value is negative or none.
        """
        self._check_fitted()
        return nearest_center((_logarithms(rfm) - self.mean_) / self.scale_, self.centers_)

    def names(self, labels: Iterable[int]) -> list[str]:
        """Return the name of each segment number."""
        self._check_fitted()
        return [self.names_[label].value for label in labels]

    def describe(self) -> pd.DataFrame:
        """Return the segments, best customers first.

        Returns:
            segment (name), label, customers, share (of the customers), recency_days, frequency,
            monetary (the center, in days, orders and the shop's currency), revenue_share.

        Raises:
            NotFittedError: before `fit`.
        """
        self._check_fitted()
        return self._description_.copy()

    def save(self, folder: Path) -> None:
        """Write the fitted segmenter into `folder`, made where missing: JSON and npz."""
        self._check_fitted()
        folder.mkdir(parents=True, exist_ok=True)
        description = {
            "settings": {k: v for k, v in vars(self).items() if not k.endswith("_")},
            "names": self.names_,
            "segments": self._description_.to_dict("list"),
        }
        (folder / MODEL_FILE).write_text(json.dumps(description), encoding="utf-8")
        np.savez(
            folder / ARRAYS_FILE,
            labels=self.labels_,
            centers=self.centers_,
            mean=self.mean_,
            scale=self.scale_,
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ArtifactError: a file is missing or malformed.
        """
        try:
            description = json.loads((folder / MODEL_FILE).read_text(encoding="utf-8"))
            segmenter = cls(**description["settings"])
            segmenter.names_ = [Segment(name) for name in description["names"]]
            segmenter._description_ = pd.DataFrame(description["segments"])
            with np.load(folder / ARRAYS_FILE, allow_pickle=False) as file:
                segmenter.labels_ = file["labels"]
                segmenter.centers_ = file["centers"]
                segmenter.mean_, segmenter.scale_ = file["mean"], file["scale"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder}: no Segmenter ({error}): train again") from error
        return segmenter

    def _describe(self, rfm: pd.DataFrame) -> pd.DataFrame:
        count = len(self.centers_)
        sizes = np.bincount(self.labels_, minlength=count)
        revenue = np.bincount(
            self.labels_, weights=rfm[MONETARY].to_numpy(dtype=np.float64), minlength=count
        )
        centers = np.expm1(self.centers_ * self.scale_ + self.mean_)
        return pd.DataFrame(
            {
                SEGMENT: [name.value for name in self.names_],
                "label": np.arange(count),
                "customers": sizes,
                "share": sizes / sizes.sum(),
                **{measure: centers[:, i] for i, measure in enumerate(MEASURES)},
                "revenue_share": revenue / (revenue.sum() or 1.0),
            }
        )

    def _check_fitted(self) -> None:
        if not hasattr(self, "centers_"):
            raise NotFittedError(self)


def _logarithms(rfm: pd.DataFrame) -> NDArray[np.float64]:
    """Return log(1 + x) of the three measures, (customers, 3)."""
    table = columns.require(rfm, (CUSTOMER, *MEASURES), "rfm")
    values = table[list(MEASURES)].to_numpy(dtype=np.float64)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise InvalidInput(f"rfm.{MEASURES[column]}", float(values[row, column]), "a number from 0")
    logs: NDArray[np.float64] = np.log1p(values)
    return logs


def _means(values: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the mean of the rows of each label, (labels, columns)."""
    return np.array([values[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
