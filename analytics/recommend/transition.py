"""A linear model of what is touched next from what was touched before."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve

from analytics.recommend.linear import LinearModel
from analytics.recommend.matrix import InteractionMatrix
from analytics.recommend.windows import aligned, windows


class ItemTransition(LinearModel):
    """Predicts what a user touches next, old and new items, from all touched before.

    Looks back at windows of 30 days: X is what each user who came had touched before, weighted by
    how lately, and Y what he touched in the window. The weights B minimise |Y - XB|² +
    regularization |B|²; the score of an item is the sum of its weights over what the user touched.
    Where nothing came after anything, it has nothing to say.

    Source: Choi et al., "Session-aware linear item-item models for session-based recommendation",
    WWW 2021 (SLIT).

    Args:
        regularization: above 0.
        half_life_days: days after which an interaction counts half; None counts all alike.

    Attributes:
        item_weights_: (items, items), float32; column i predicts item i, also from itself.

    Memory and time grow as those of `EASE` do.
    """

    def __init__(
        self, *, regularization: float = 100.0, half_life_days: float | None = 90.0
    ) -> None:
        super().__init__(regularization=regularization, half_life_days=half_life_days)

    def fit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        super().fit(interactions, items)
        known = self.matrix_.items
        gram, products = np.zeros((2, len(known), len(known)))
        for before, during in windows(interactions):
            earlier = InteractionMatrix.build(before, None, self.half_life_days)
            later = InteractionMatrix.build(during, None, None)
            users = earlier.users.intersection(later.users)
            touched = aligned(earlier, users, known)
            gram += (touched.T @ touched).toarray()
            products += (touched.T @ aligned(later, users, known)).toarray()
        gram[np.diag_indices_from(gram)] += self.regularization
        self.item_weights_ = cho_solve(cho_factor(gram, overwrite_a=True), products).astype(
            np.float32
        )
        return self

    def _learn(self) -> None:
        """`fit` learns: it takes the times."""
