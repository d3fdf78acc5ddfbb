"""Who buys at the demo shop: the people, and how each of them truly behaves.

A customer visits as a Poisson process with a rate of their own until they drop out for good, as
in the Pareto/NBD model (Schmittlein, Morrison and Colombo, "Counting Your Customers", Management
Science 33(1), 1987): rates are gamma distributed within a segment, lifetimes exponential.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analytics.demo.catalogue import Catalogue, Floats, Ints
from analytics.demo.demand import LATENT_FACTORS, Demand
from analytics.demo.people import make_people
from analytics.demo.period import DAYS_OF_A_YEAR, SECONDS_OF_A_DAY, Period
from analytics.demo.vocabulary import PeopleWords

BEFORE_SHARE: Final = 0.5
"Share of the customers who were there when the period began."
YEARS_BEFORE: Final = 3
INTEREST_CONCENTRATION: Final = 0.5
"Dirichlet parameter of the interest in a category: the smaller, the fewer categories each likes."
TASTE_STRENGTH: Final = 0.45


@dataclass(frozen=True)
class Segment:
    """How a kind of customer behaves.

    Attributes:
        share: of all customers.
        visits: mean of the visits a year.
        shape: of the gamma distribution of that rate.
        basket: mean number of products chosen at a visit where every factor on demand is 1.
        lifetime: mean years until drop-out.
        bulk: factor on the units beyond one; `extra_units` come on top.
    """

    name: str
    share: float
    visits: float
    shape: float
    basket: float
    lifetime: float
    bulk: float = 1.0
    extra_units: float = 0.0


SEGMENTS: Final = (
    Segment("loyal", 0.18, 22.0, 3.0, 1.5, 6.0),
    Segment("occasional", 0.40, 8.0, 1.5, 1.2, 2.5),
    Segment("one_off", 0.24, 5.0, 1.0, 1.1, 0.4),
    Segment("enthusiast", 0.12, 28.0, 3.0, 1.4, 0.5),
    Segment("trade", 0.06, 14.0, 2.0, 1.8, 4.0, bulk=3.0, extra_units=5.0),
)


@dataclass(frozen=True)
class Customers:
    """C customers, in the order of their joining.

    Attributes:
        people: see `make_people` (C rows).
        joined: the moment of registration; negative before the period.
        segment: position in SEGMENTS (C).
        visit_rate: visits a day while active (C).
        churned: the day from which they come no more; may lie beyond the period (C).
        interest: share of the attention that each category has (C, categories).
        taste: preference along each latent factor (C, LATENT_FACTORS).
    """

    people: pd.DataFrame
    joined: Ints
    segment: Ints
    visit_rate: Floats
    churned: Ints
    interest: Floats
    taste: Floats

    def __len__(self) -> int:
        return len(self.people)


def make_customers(
    words: PeopleWords,
    n_customers: int,
    n_categories: int,
    period: Period,
    rng: np.random.Generator,
) -> Customers:
    """Return customers with their true behaviour."""
    joined = _joined(n_customers, period, rng)
    segment = rng.choice(len(SEGMENTS), n_customers, p=[one.share for one in SEGMENTS])
    visits, shape, lifetime = (
        np.array([getattr(one, name) for one in SEGMENTS])[segment]
        for name in ("visits", "shape", "lifetime")
    )
    # Who is there at the start is so by surviving; an exponential lifetime begins anew then.
    active_from = np.maximum(joined // SECONDS_OF_A_DAY, 0)
    stays = np.ceil(rng.exponential(lifetime * DAYS_OF_A_YEAR)).astype(np.int64)
    return Customers(
        people=make_people(words, n_customers, rng),
        joined=joined,
        segment=segment,
        visit_rate=rng.gamma(shape, visits / shape) / DAYS_OF_A_YEAR,
        churned=active_from + stays,
        interest=rng.dirichlet(np.full(n_categories, INTEREST_CONCENTRATION), n_customers),
        taste=rng.normal(0, 1, (n_customers, LATENT_FACTORS)),
    )


def affinity(customers: Customers, catalogue: Catalogue, demand: Demand) -> Floats:
    """Return how each customer's choice falls on the products (C, I); each row sums to 1.

    Proportional to popularity · interest in the category · exp(strength · taste · factors).
    """
    liking = np.exp(TASTE_STRENGTH * customers.taste @ demand.factors.T)
    weight = demand.popularity * customers.interest[:, catalogue.category] * liking
    return weight / weight.sum(axis=1, keepdims=True)


def units_beyond_one(demand: Demand) -> Floats:
    """Return the mean units beyond one of a purchase (segments, I)."""
    bulk, extra = np.array([(one.bulk, one.extra_units) for one in SEGMENTS]).T
    # What nobody buys two of, such as a desk, a trade customer takes in smaller numbers too.
    appetite = 0.2 + np.minimum(demand.units, 1.0)
    return np.outer(bulk, demand.units) + np.outer(extra, appetite)


def _joined(n_customers: int, period: Period, rng: np.random.Generator) -> Ints:
    """Return moments of registration, in daytime, the earliest first."""
    before = rng.random(n_customers) < BEFORE_SHARE
    day = np.where(
        before,
        -rng.integers(1, int(YEARS_BEFORE * DAYS_OF_A_YEAR), n_customers),
        rng.integers(0, len(period), n_customers),
    )
    return np.sort(day * SECONDS_OF_A_DAY + rng.integers(7 * 3600, 22 * 3600, n_customers))
