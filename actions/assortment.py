"""The shop's assortment, read from its records once in a while."""

from __future__ import annotations

import time
from threading import Lock
from typing import Final

import pandas as pd
from sqlalchemy.orm import Session

from analytics.columns import BRAND, CATEGORY, ITEM
from analytics.recommend.guide import Assortment
from analytics.recommend.policy import RecommendPolicy, Rule
from analytics.store import frames

SECONDS: Final = 300.0
"So old may it be; what is suggested in the end is looked up as it is now."


class KeptAssortment:
    """What may be suggested of the assortment as of the last reading; turns share it.

    Args:
        policy: what it allows can be found.
    """

    def __init__(self, policy: RecommendPolicy) -> None:
        self._policy = policy
        self._lock = Lock()
        self._read_at = -SECONDS
        self._assortment: Assortment | None = None

    def get(self, session: Session) -> Assortment:
        """Return the assortment, read anew where it is too old."""
        with self._lock:
            if self._assortment is None or time.monotonic() - self._read_at > SECONDS:
                products, options = frames.assortment(session)
                self._assortment = Assortment.build(self._allowed(products), options)
                self._read_at = time.monotonic()
            return self._assortment

    def _allowed(self, products: pd.DataFrame) -> pd.DataFrame:
        allow, deny = self._policy.allow, self._policy.deny
        allowed = ~_named(deny, products)
        if allow.items or allow.categories or allow.brands:
            allowed &= _named(allow, products)
        return products[allowed]


def _named(rule: Rule, products: pd.DataFrame) -> pd.Series:
    return (
        products[ITEM].isin(rule.items)
        | products[CATEGORY].isin(rule.categories)
        | products[BRAND].isin(rule.brands)
    )
