"""What makes a product of the demo shop sell: its true parameters.

The factor on a product's demand on day t is

    available(t) · season(day of year) · exp(growth · years) · price index(t) ^ elasticity · lift(t)

The season has mean 1 over a year, the price index is the price relative to the first list price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.demo.catalogue import Catalogue, Floats, Ints
from analytics.demo.period import Period
from analytics.demo.prices import Prices
from analytics.demo.vocabulary import CatalogueWords, Peak

LATENT_FACTORS: Final = 8
POPULARITY_SPREAD: Final = 0.9
GROWTH: Final = (0.05, 0.18)
"Mean and standard deviation of the yearly growth, on the log scale."
MOVER_SHARE: Final = 0.1
MOVER_GROWTH: Final = 0.7
LAUNCHED_SHARE: Final = 0.1
"Share of the products that came during the period."
ENDED_SHARE: Final = 0.03
"Share of the products that went in its last part."
COMPLEMENT_PROBABILITY: Final = (0.08, 0.3)
COMPLEMENTS_PER_TYPE: Final = 2
LARGEST_PROBABILITY: Final = 0.95


@dataclass(frozen=True)
class Demand:
    """True parameters of I products and V variants.

    Attributes:
        popularity: weight of each product among all, mean 1 (I).
        elasticity: change of demand in per cent for one per cent on the price; negative (I).
        growth: yearly, on the log scale (I).
        amplitude: scales the log of the type's season profile (I).
        quality: shifts the product's ratings, in stars (I).
        units: mean units beyond one that an ordinary customer takes at once (I).
        factors: place among the latent tastes (I, LATENT_FACTORS).
        variant_share: share of the product's buyers who take the variant (V).
        launched, ended: first day on sale and the day it ends, exclusive (I).
        complements: which product draws which, as positions (P, 2).
        complement_probability: chance that a purchase of the first adds the second at factor 1,
            so times the second's factor of the day, at most LARGEST_PROBABILITY (P).
    """

    popularity: Floats
    elasticity: Floats
    growth: Floats
    amplitude: Floats
    quality: Floats
    units: Floats
    factors: Floats
    variant_share: Floats
    launched: Ints
    ended: Ints
    complements: Ints
    complement_probability: Floats


@dataclass(frozen=True)
class DailyFactors:
    """The parts of the factor on demand, and their product `total` (each I, D)."""

    season: Floats
    trend: Floats
    price: Floats
    lift: Floats
    total: Floats


def make_demand(
    words: CatalogueWords, catalogue: Catalogue, period: Period, rng: np.random.Generator
) -> Demand:
    """Draw the true parameters of a catalogue."""
    n = len(catalogue)
    mean_elasticity = np.array(
        [words.categories[name].elasticity for name in catalogue.category_ids]
    )
    centres = rng.normal(0, 0.5, (len(catalogue.category_ids), LATENT_FACTORS))
    popularity = rng.lognormal(0, POPULARITY_SPREAD, n)
    mover = rng.random(n) < MOVER_SHARE
    growth = rng.normal(*GROWTH, n) + mover * rng.choice([-MOVER_GROWTH, MOVER_GROWTH], n)
    taste_for_variant = rng.gamma(2.0, 1.0, len(catalogue.item))
    complements, probability = _complements(catalogue, rng)
    launched, ended = _lifetimes(n, len(period), rng)
    return Demand(
        popularity=popularity / popularity.mean(),
        elasticity=-mean_elasticity[catalogue.category] * rng.lognormal(0, 0.15, n),
        growth=growth,
        amplitude=rng.lognormal(0, 0.15, n),
        quality=rng.normal(0, 0.35, n),
        units=np.array([kind.units for kind in catalogue.types]),
        factors=centres[catalogue.category] + rng.normal(0, 0.8, (n, LATENT_FACTORS)),
        variant_share=taste_for_variant
        / np.bincount(catalogue.item, taste_for_variant)[catalogue.item],
        launched=launched,
        ended=ended,
        complements=complements,
        complement_probability=probability,
    )


def season_profile(peaks: Sequence[Peak], amplitude: float = 1.0) -> Floats:
    """Return the season's factor for the days 1 to 365 of the year, with mean 1."""
    day = np.arange(1, 366)
    height = np.zeros(365)
    for peak in peaks:
        distance = np.abs(day - peak.day)
        distance = np.minimum(distance, 365 - distance)
        height += peak.height * np.exp(-0.5 * (distance / peak.width) ** 2)
    factor = np.exp(amplitude * height)
    return factor / factor.mean()


def daily_factors(
    words: CatalogueWords, catalogue: Catalogue, demand: Demand, prices: Prices, period: Period
) -> DailyFactors:
    """Return the factor on each product's demand on each day."""
    profiles = np.array(
        [
            season_profile(words.seasons[kind.season], amplitude)
            for kind, amplitude in zip(catalogue.types, demand.amplitude, strict=True)
        ]
    )
    season = profiles[:, period.day_of_year - 1]
    trend = np.exp(np.outer(demand.growth, period.years))
    price = prices.index(catalogue) ** demand.elasticity[:, np.newaxis]
    day = np.arange(len(period))
    available = (day >= demand.launched[:, np.newaxis]) & (day < demand.ended[:, np.newaxis])
    total = available * season * trend * price * prices.lift
    return DailyFactors(season, trend, price, prices.lift, total)


def _lifetimes(n: int, days: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the first day and the exclusive last day of each product."""
    came = rng.random(n) < LAUNCHED_SHARE
    launched = np.where(came, rng.integers(days // 4, max(days * 9 // 10, 1), n), 0)
    went = ~came & (rng.random(n) < ENDED_SHARE)
    ended = np.where(went, rng.integers(days // 2, days, n), days)
    return launched, ended


def _complements(catalogue: Catalogue, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Let each product draw one or two products of every type that its type goes with."""
    by_type: dict[str, list[int]] = {}
    for position, kind in enumerate(catalogue.types):
        by_type.setdefault(kind.code, []).append(position)
    pairs = [
        (position, int(other))
        for position, kind in enumerate(catalogue.types)
        for code in kind.goes_with
        for other in rng.permutation(by_type.get(code, []))[:COMPLEMENTS_PER_TYPE]
    ]
    probability = rng.uniform(*COMPLEMENT_PROBABILITY, len(pairs))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2), probability
