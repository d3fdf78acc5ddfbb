"""Which newly trained models may take the place of those that serve.

What went wrong with the data, or with the choice of a model, is not to reach the customers by
itself. `salesclerk train --force` publishes all the same.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics import artifacts
from analytics.artifacts import Artifact
from analytics.errors import ArtifactError, NotPublished
from analytics.recommend import Model, Recommender
from analytics.recommend.evaluation import Evaluation, bootstrap
from analytics.serving import RECOMMEND

LENGTH: Final = 10
"Of the lists that are compared."
TOLERATED: Final = 0.95
"New models that are as good as this share of the current ones are not clearly worse."

logger = logging.getLogger(__name__)


def serving(root: Path) -> Artifact | None:
    """Return the version that serves, or None."""
    try:
        return artifacts.current(root)
    except ArtifactError:
        return None


def require_data(current: Artifact, interactions: pd.DataFrame, least: float) -> None:
    """Raise where there is much less to learn from than before.

    Args:
        least: the share of what the current version learned from that is enough.

    Raises:
        NotPublished: there are fewer interactions than that.
    """
    before, now = int(current.manifest["data"]["interactions"]), len(interactions)
    if now < least * before:
        raise NotPublished(f"{now} interactions to learn from, {before} before")


def require_no_worse(
    current: Artifact,
    new: Model,
    past: pd.DataFrame,
    future: pd.DataFrame,
    items: pd.DataFrame,
) -> None:
    """Raise where the current model, learning from the same past, does clearly better.

    The current model as it serves cannot be measured: it has seen most of the future already. So
    one of its settings learns from the past. Both are asked for the same users, and compared by
    NDCG at 10: the new one is clearly worse where the 95% interval of what it lacks to `TOLERATED`
    of the other is above 0.

    Args:
        new: fitted on `past`.
        past, future: interactions to learn from, and to measure on.

    Raises:
        NotPublished: the new model is clearly worse.
    """
    try:
        before = Recommender.load(current.folder / RECOMMEND).model.clone()
    except ArtifactError:
        logger.info(
            "the current models are of another kind and are not compared with", exc_info=True
        )
        return
    figures = [_ndcg(model, past, future) for model in (before.fit(past, items), new)]
    if figures[0].empty:
        return
    lacking = pd.DataFrame({"ndcg": TOLERATED * figures[0] - figures[1]})
    low, _ = bootstrap(lacking, rng=np.random.default_rng(0))
    if low["ndcg"] > 0:
        means = [float(one.mean()) for one in figures]
        raise NotPublished(
            f"NDCG at {LENGTH} of {means[1]:.3f}, {means[0]:.3f} of the current ones"
        )


def _ndcg(model: Model, past: pd.DataFrame, future: pd.DataFrame) -> pd.Series[Any]:
    """Return the figure of each user."""
    return Evaluation.of(model, past, future, (LENGTH,)).of_users["ndcg", LENGTH]
