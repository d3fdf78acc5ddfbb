"""What most customers buy, lately."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.recommend.model import Model
from analytics.recommend.ranking import Scores

TREND_HALF_LIFE_DAYS: Final = 14.0
TREND_LATELY: Final = 0.5
TREND_EVER: Final = 5.0
"Users that an item is taken to have beside its own, so that a few say little."


class Popularity(Model):
    """Ranks items by the number of users who touched them; alike for everybody.

    The baseline that every other model has to beat. Each user counts once an item.

    Args:
        half_life_days: days after which an interaction counts half; None counts all alike.

    Attributes:
        item_scores_: (items,), the number of users, each weighted by how lately.
    """

    item_scores_: Scores

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        return self.item_scores_

    def _learn(self) -> None:
        weights = self.matrix_.weights
        self.item_scores_ = np.bincount(weights.indices, weights.data, weights.shape[1])


def trend(interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Scores:
    """Return which share of each item's users touched it lately, (items,) as in a fitted matrix.

    A user counts half for each 14 days that passed.
    """
    lately = Popularity(half_life_days=TREND_HALF_LIFE_DAYS).fit(interactions, items)
    ever = lately.matrix_.customers_of_items()
    share: Scores = (lately.item_scores_ + TREND_LATELY) / (ever + TREND_EVER)
    return share
