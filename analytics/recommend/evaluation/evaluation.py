"""Measuring a model's lists against what its users did later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import MultiIndex

from analytics import columns
from analytics.columns import ITEM, RANK, USER
from analytics.errors import InvalidInput
from analytics.recommend.evaluation import measures
from analytics.recommend.evaluation.intervals import bootstrap
from analytics.recommend.matrix import InteractionMatrix, positions

CUTOFFS: Final = (5, 10, 20)
"Lengths of list that a report shows."


class Recommends(Protocol):
    """A fitted model."""

    def recommend(self, user_ids: list[Any], n: int, exclude_seen: bool) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Evaluation:
    """The figures of one model.

    Attributes:
        of_users: a row for each user with a relevant item; columns (measure, n) for each length n
            of list: ndcg, recall, hit_rate, mrr (0 to 1), novelty (bits), diversity (0 to 1); see
            `measures`.
        coverage: for each n the share of the items of `train` that anybody was recommended.
    """

    of_users: pd.DataFrame
    coverage: pd.Series[float]

    @classmethod
    def of(
        cls,
        model: Recommends,
        train: pd.DataFrame,
        test: pd.DataFrame,
        cutoffs: Sequence[int] = CUTOFFS,
        exclude_seen: bool = True,
    ) -> Evaluation:
        """Measure the lists that `model`, fitted on `train`, makes for users of `test`.

        Only users of `train` count, and only items of `train`: what a model of interactions can
        know. With `exclude_seen` the items that a user touched in `train` are neither recommended
        nor relevant.

        Raises:
            InvalidInput: a column is missing, or a cutoff is below 1.
        """
        if not cutoffs or min(cutoffs) < 1:
            raise InvalidInput("cutoffs", cutoffs, "whole numbers from 1")
        ranked = _Ranked.by(model, train, test, max(cutoffs), exclude_seen)
        figures = {
            (measure, n): values
            for n in cutoffs
            for measure, values in (ranked.accuracy(n) | ranked.character(n)).items()
        }
        coverage = pd.Series({n: ranked.coverage(n) for n in cutoffs}, dtype=float)
        return cls(pd.DataFrame(figures, index=ranked.users), coverage)

    def table(
        self, *, rng: np.random.Generator, level: float = 0.95, resamples: int = 1_000
    ) -> pd.DataFrame:
        """Return measure, n, mean, low, high: the means over users with their intervals.

        Coverage comes last; it is no mean over users and has no interval.

        Raises:
            InvalidInput: nobody had a relevant item; else see `bootstrap`.
        """
        low, high = bootstrap(self.of_users, rng=rng, level=level, resamples=resamples)
        means = pd.DataFrame({"mean": self.of_users.mean(), "low": low, "high": high})
        means = means.rename_axis(["measure", "n"]).reset_index()
        whole = self.coverage.rename_axis("n").rename("mean").reset_index()
        return pd.concat([means, whole.assign(measure="coverage")], ignore_index=True)


def evaluate(
    model: Recommends,
    train: pd.DataFrame,
    test: pd.DataFrame,
    n: int = 10,
    exclude_seen: bool = True,
) -> dict[str, float]:
    """Return the figures of lists of `n` items in short: see `Evaluation.of`.

    Returns:
        n; users (number of users with a relevant item); the means ndcg, recall and hit_rate; and
        coverage. All 0 where nobody has a relevant item.
    """
    ranked = _Ranked.by(model, train, test, n, exclude_seen)
    means = {measure: _mean(values) for measure, values in ranked.accuracy(n).items()}
    return {
        "n": n,
        "users": len(ranked.users),
        **{measure: means[measure] for measure in ("ndcg", "recall", "hit_rate")},
        "coverage": ranked.coverage(n),
    }


@dataclass(frozen=True)
class _Ranked:
    """A model's lists beside what they should hold; see `measures` for the arrays.

    Attributes:
        users: those with a relevant item, sorted.
        relevant: (users,), how many items are relevant.
        matrix: what the model learned from.
    """

    users: pd.Index[Any]
    relevant: NDArray[np.intp]
    hits: measures.Hits
    items: measures.Items
    matrix: InteractionMatrix

    @classmethod
    def by(
        cls,
        model: Recommends,
        train: pd.DataFrame,
        test: pd.DataFrame,
        n: int,
        exclude_seen: bool,
    ) -> _Ranked:
        """Ask `model` for lists of `n` items."""
        wanted = _relevant(train, test, exclude_seen)
        users, counts = np.unique(wanted[USER].to_numpy(dtype=object), return_counts=True)
        lists = model.recommend(users.tolist(), n=n, exclude_seen=exclude_seen)
        matrix = InteractionMatrix.build(train, None, None)
        cells = (positions(pd.Index(users), lists[USER]), lists[RANK].to_numpy(dtype=np.intp) - 1)
        items = np.full((len(users), n), -1)
        items[cells] = positions(matrix.items, lists[ITEM])
        hits = np.zeros(items.shape, dtype=bool)
        pairs = MultiIndex.from_frame(lists[[USER, ITEM]])
        hits[cells] = pairs.isin(MultiIndex.from_frame(wanted))
        return cls(pd.Index(users), counts, hits, items, matrix)

    def accuracy(self, n: int) -> dict[str, measures.Figures]:
        """Return how well the first `n` items hit, (users,) each."""
        hits = self.hits[:, :n]
        return {
            "ndcg": measures.ndcg(hits, self.relevant),
            "recall": measures.recall(hits, self.relevant),
            "hit_rate": measures.hit_rate(hits),
            "mrr": measures.reciprocal_rank(hits),
        }

    def character(self, n: int) -> dict[str, measures.Figures]:
        """Return what the first `n` items are like, hit or not, (users,) each."""
        items, touched = self.items[:, :n], self.matrix.weights
        popularity = self.matrix.customers_of_items()
        return {
            "novelty": measures.novelty(items, popularity, len(self.matrix.users)),
            "diversity": measures.diversity(items, touched),
        }

    def coverage(self, n: int) -> float:
        """Return the share of the items learned from that are among anybody's first `n`."""
        first = self.items[:, :n]
        return len(np.unique(first[first >= 0])) / max(1, len(self.matrix.items))


def _relevant(train: pd.DataFrame, test: pd.DataFrame, exclude_seen: bool) -> pd.DataFrame:
    """Return the pairs (user_id, item_id) that a list should hold."""
    seen = columns.require(train, (USER, ITEM), "train").drop_duplicates()
    later = columns.require(test, (USER, ITEM), "test")
    known = later[USER].isin(seen[USER]) & later[ITEM].isin(seen[ITEM])
    pairs = later[known].drop_duplicates()
    if not exclude_seen:
        return pairs
    marked = pairs.merge(seen, on=[USER, ITEM], how="left", indicator=True)
    return marked.loc[marked["_merge"] == "left_only", [USER, ITEM]]


def _mean(values: measures.Figures) -> float:
    return float(values.mean()) if len(values) else 0.0
