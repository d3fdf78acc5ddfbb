"""The models of the library `implicit`, on the tables that ours take.

The library is no requirement of Salesclerk: `available` tells whether it is installed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from analytics.columns import ITEM, RANK, USER
from analytics.recommend.evaluation import evaluate
from analytics.recommend.matrix import InteractionMatrix, Reading, positions
from benchmarks.recommend_settings import Setting

HOW_TO_INSTALL: Final = """The library implicit is not installed: Salesclerk alone is measured.
To measure both, install it into a folder of its own and name that folder:
    pip install --no-deps --target FOLDER implicit==0.7.3
    PYTHONPATH=FOLDER .venv/bin/python -m benchmarks.bench_recommend --data DATA"""

COUNTED: Final = (Reading.LATEST, Reading.OCCASIONS)
"An item counts once for a user, or as often as bought."


@dataclass
class Peer:
    """A model of the library.

    Args:
        kind: "ALS", "BM25" or "cosine".
        settings: the arguments of the library's class.
        reading: what a cell of the matrix holds.
    """

    kind: str
    settings: dict[str, Any]
    reading: Reading = Reading.LATEST
    known: InteractionMatrix = field(init=False, repr=False)
    touched: csr_matrix = field(init=False, repr=False)
    model: Any = field(init=False, repr=False)

    def fit(self, interactions: pd.DataFrame) -> Self:
        """Learn from interactions (user_id, item_id, timestamp)."""
        self.known = InteractionMatrix.build(interactions, None, None, self.reading)
        self.touched = csr_matrix(self.known.weights, dtype=np.float32)
        self.learn()
        return self

    def learn(self) -> None:
        """Learn from the matrix, as the library does."""
        self.model = _makers()[self.kind](**self.settings, num_threads=1)
        self.model.fit(self.touched, show_progress=False)

    def ask(self, rows: np.ndarray, n: int, exclude_seen: bool) -> np.ndarray:
        """Return the columns of the best items for these rows, (rows, n), as the library does."""
        columns, _ = self.model.recommend(
            rows, self.touched[rows], N=n, filter_already_liked_items=exclude_seen
        )
        return columns

    def recommend(self, user_ids: list[Any], n: int, exclude_seen: bool) -> pd.DataFrame:
        """Return user_id, item_id, rank; fewer than `n` rows where the library finds fewer."""
        columns = self.ask(positions(self.known.users, user_ids), n, exclude_seen)
        rows, ranks = np.nonzero(columns >= 0)
        return pd.DataFrame(
            {
                USER: np.asarray(user_ids, dtype=object)[rows],
                ITEM: self.known.items.to_numpy()[columns[rows, ranks]],
                RANK: ranks + 1,
            }
        )


def available() -> bool:
    """Return whether the library can be imported."""
    return find_spec("implicit") is not None


def tuned(kind: str, setting: Setting) -> Peer:
    """Return the model of a kind that does best on the setting's validation part, not fitted."""
    inner = setting.validation()

    def ndcg(peer: Peer) -> float:
        figures = evaluate(
            peer.fit(inner.train), inner.train, inner.test, exclude_seen=inner.exclude_seen
        )
        return figures["ndcg"]

    # Only Online Retail has items that a user touched more than once.
    readings = COUNTED if inner.by_time else COUNTED[:1]
    return max(_tried(kind, readings), key=ndcg)


def _tried(kind: str, readings: Iterable[Reading]) -> Iterator[Peer]:
    """Yield the models of a kind to choose from."""
    grid = GRIDS[kind]
    for *values, reading in itertools.product(*grid.values(), readings):
        settings = dict(zip(grid, values, strict=True)) | FIXED.get(kind, {})
        yield Peer(kind, settings, reading)


GRIDS: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    "ALS": {
        "factors": (32, 64, 128),
        "regularization": (1.0, 10.0, 30.0),
        "alpha": (1.0, 5.0),
    },
    "BM25": {"K": (50, 100, 300, 600), "B": (0.2, 0.75)},
    "cosine": {"K": (10, 20, 50, 100, 300, 600)},
}
FIXED: Final[dict[str, dict[str, Any]]] = {"ALS": {"random_state": 0}}


def _makers() -> dict[str, Callable[..., Any]]:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

    return {"ALS": AlternatingLeastSquares, "BM25": BM25Recommender, "cosine": CosineRecommender}
