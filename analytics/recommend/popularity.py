"""What most customers buy, lately."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.recommend.model import Model
from analytics.recommend.ranking import Scores


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
        self.item_scores_ = np.asarray(self.matrix_.weights.sum(axis=0)).ravel()
