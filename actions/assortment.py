"""The shop's assortment, read from its records once in a while."""

from __future__ import annotations

import logging
from threading import Event, Lock
from typing import Final

import pandas as pd

from analytics.columns import BRAND, CATEGORY, ITEM
from analytics.errors import SalesclerkError
from analytics.recommend.guide import Assortment
from analytics.recommend.policy import RecommendPolicy, Rule
from analytics.store import Store, frames

SECONDS: Final = 300.0
"So old may it be; what is suggested in the end is looked up as it is now."

logger = logging.getLogger(__name__)


class KeptAssortment:
    """What may be suggested of the shop's products, as of the last reading; turns share it.

    Args:
        policy: what it allows can be found.
    """

    def __init__(self, store: Store, policy: RecommendPolicy) -> None:
        self._store = store
        self._policy = policy
        self._lock = Lock()
        self._assortment: Assortment | None = None

    def get(self) -> Assortment:
        """Return the assortment of the last reading; read now where there was none."""
        with self._lock:
            if self._assortment is None:
                self._assortment = self._read()
            return self._assortment

    def keep_up(self, stop: Event) -> None:
        """Read it anew once in a while, beside the turns, until `stop` is set."""
        wait = 0.0
        while not stop.wait(wait):
            wait = SECONDS
            try:
                # Turns wait for the first reading alone.
                self._assortment = self._read() if self._assortment else self.get()
            except SalesclerkError:
                logger.exception("the assortment was not read; the one before stays")

    def _read(self) -> Assortment:
        with self._store.reading() as session:
            products, options = frames.assortment(session)
        return Assortment.build(self._allowed(products), options)

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
