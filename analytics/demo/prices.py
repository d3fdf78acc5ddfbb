"""What the demo shop asked for its products, day by day, and what others asked.

List prices and weekly deals are set without a look at demand, so a model can learn elasticity
from them; the yearly campaigns fall into the high season, as they do in real shops.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from analytics.demo.catalogue import Catalogue, Floats, Ints, charm
from analytics.demo.period import DAYS_OF_A_YEAR, SECONDS_OF_A_DAY, Period
from analytics.demo.vocabulary import CatalogueWords
from analytics.store.models import PriceReason

LIST_CHANGES_PER_YEAR: Final = 1.3
LIST_CHANGE: Final = (-0.08, 0.12)
"Least and greatest share by which a list price changes at once."
LIST_BOUNDS: Final = (0.9, 1.4)
"How far a list price may move from its first value: far enough above cost for every promotion."
DEAL_NAME: Final = "Deal of the Week"
DEAL_SHARE: Final = 0.03
DEAL_DISCOUNTS: Final = (0.1, 0.15, 0.2, 0.3)
DEAL_LIFT: Final = 1.2
COMPETITOR_SHARE: Final = 0.5
"Share of the products that a competitor sells too."


@dataclass(frozen=True)
class Promotion:
    """A discount on some products.

    Attributes:
        first, last: its days, both included, as day numbers.
        discount: share taken off the list price.
        lift: factor on demand beyond what the lower price does.
        items: positions of the products.
    """

    name: str
    first: int
    last: int
    discount: float
    lift: float
    items: Ints


@dataclass(frozen=True)
class Prices:
    """Prices in pence for V variants, and promotions for I products, on D days.

    Attributes:
        listed: list price (V, D).
        asked: what a customer paid (V, D).
        lift: the promotion's factor on demand, 1 without one (I, D).
        promotions: every promotion; where two meet, the deeper discount holds.
    """

    listed: Ints
    asked: Ints
    lift: Floats
    promotions: tuple[Promotion, ...]

    def index(self, catalogue: Catalogue) -> Floats:
        """Return each product's price relative to its first list price (I, D)."""
        starts = np.flatnonzero(np.diff(catalogue.item, prepend=-1))
        total = np.add.reduceat(self.asked, starts, axis=0)
        first = np.add.reduceat(catalogue.start_price, starts)
        return total / first[:, np.newaxis]


def make_prices(
    words: CatalogueWords, catalogue: Catalogue, period: Period, rng: np.random.Generator
) -> Prices:
    """Return the shop's prices over the period."""
    level = _list_level(len(catalogue), period, rng)
    listed = charm(catalogue.start_price[:, np.newaxis] * level[catalogue.item])
    promotions = (*_campaigns(words, catalogue, period, rng), *_deals(catalogue, period, rng))
    discount = np.zeros((len(catalogue), len(period)))
    lift = np.ones_like(discount)
    for promotion in promotions:
        place = np.ix_(promotion.items, np.arange(promotion.first, promotion.last + 1))
        deeper = discount[place] < promotion.discount
        lift[place] = np.where(deeper, promotion.lift, lift[place])
        discount[place] = np.where(deeper, promotion.discount, discount[place])
    asked = np.round(listed * (1 - discount[catalogue.item])).astype(np.int64)
    return Prices(listed, asked, lift, promotions)


def price_history(
    prices: Prices, catalogue: Catalogue, launched: Ints, period: Period
) -> pd.DataFrame:
    """Return every change of a price: variant (position), day, pence, reason.

    Args:
        launched: the day from which each product is sold (I).
    """
    first = launched[catalogue.item]
    promoted = prices.asked < prices.listed
    changed = np.zeros(prices.asked.shape, dtype=bool)
    changed[:, 1:] = (np.diff(prices.asked) != 0) | (np.diff(promoted.astype(np.int8)) != 0)
    changed &= np.arange(len(period)) > first[:, np.newaxis]
    changed[np.arange(len(first)), first] = True
    variant, day = np.nonzero(changed)
    reason = np.where(promoted[variant, day], PriceReason.PROMOTION, PriceReason.LIST)
    return pd.DataFrame(
        {"variant": variant, "day": day, "pence": prices.asked[variant, day], "reason": reason}
    )


def competitor_prices(
    words: CatalogueWords,
    prices: Prices,
    catalogue: Catalogue,
    launched: Ints,
    period: Period,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return what competitors asked, seen once in four weeks: variant, moment, competitor, pence.

    A competitor follows our list price from a level of its own and never moves our demand.
    """
    days = np.arange(3, len(period), 28)
    parts = []
    for competitor in words.competitors:
        sells = rng.random(len(catalogue)) < COMPETITOR_SHARE
        level = rng.normal(1.0, 0.05, len(catalogue))[:, np.newaxis]
        noise = np.exp(rng.normal(0, 0.03, (len(catalogue), len(days))))
        seen = sells[:, np.newaxis] & (days >= launched[:, np.newaxis])
        variant, column = np.nonzero(seen[catalogue.item])
        factor = (level * noise)[catalogue.item[variant], column]
        parts.append(
            pd.DataFrame(
                {
                    "variant": variant,
                    "moment": days[column] * SECONDS_OF_A_DAY + 6 * 3600,
                    "competitor": competitor,
                    "pence": charm(prices.listed[variant, days[column]] * factor),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _list_level(n_products: int, period: Period, rng: np.random.Generator) -> Floats:
    """Return list prices relative to the first (I, D): steps at random days."""
    changes = rng.random((n_products, len(period))) < LIST_CHANGES_PER_YEAR / DAYS_OF_A_YEAR
    changes[:, 0] = False
    steps = np.where(changes, np.log1p(rng.uniform(*LIST_CHANGE, changes.shape)), 0.0)
    return np.clip(np.exp(np.cumsum(steps, axis=1)), *LIST_BOUNDS)


def _campaigns(
    words: CatalogueWords, catalogue: Catalogue, period: Period, rng: np.random.Generator
) -> Iterator[Promotion]:
    for year in range(period.start.year, period.until.year + 1):
        for campaign in words.campaigns:
            first = (date(year, campaign.month, campaign.day) - period.start).days
            last = min(first + campaign.days, len(period)) - 1
            names = campaign.categories or catalogue.category_ids
            among = np.array([name in names for name in catalogue.category_ids])
            part = among[catalogue.category] & (rng.random(len(catalogue)) < campaign.share)
            if max(first, 0) <= last:
                yield Promotion(
                    campaign.name,
                    max(first, 0),
                    last,
                    campaign.discount,
                    campaign.lift,
                    np.flatnonzero(part),
                )


def _deals(catalogue: Catalogue, period: Period, rng: np.random.Generator) -> Iterator[Promotion]:
    """Yield one promotion a week for each discount that some product has in that week."""
    first_monday = -period.start.weekday() % 7
    for first in range(first_monday, len(period), 7):
        part = np.flatnonzero(rng.random(len(catalogue)) < DEAL_SHARE)
        depth = rng.choice(DEAL_DISCOUNTS, len(part))
        for discount in DEAL_DISCOUNTS:
            if (items := part[depth == discount]).size:
                last = min(first + 6, len(period) - 1)
                yield Promotion(DEAL_NAME, first, last, discount, DEAL_LIFT, items)
