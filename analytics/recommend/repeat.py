"""What a customer buys again."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.recommend.matrix import Reading
from analytics.recommend.model import Model
from analytics.recommend.ranking import Scores


class RepeatPurchase(Model):
    """Ranks what the user touched before by how often: for `exclude_seen=False`.

    Source: Hu et al., "Modeling personalized item frequency information for next-basket
    recommendation", SIGIR 2020.

    Args:
        half_life_days: days after which a purchase counts half; None counts all alike.
    """

    reading: ClassVar[Reading] = Reading.OCCASIONS

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        own: Scores = self.matrix_.profiles(rows, recent).toarray()
        return own

    def contributions(self, row: int, column: int, recent: csr_array | None = None) -> Scores:
        parts = np.zeros(len(self.matrix_.items))
        parts[column] = self.scores(np.array([row]), recent)[0, column]
        return parts

    def _learn(self) -> None:
        """The counts of the matrix are all there is to know."""
