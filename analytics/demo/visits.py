"""Who visited the demo shop when, what they looked at and what they put into the basket.

Visits are Poisson; at a visit each product is chosen a Poisson number of times whose mean is the
customer's basket size · affinity · factor on the product's demand that day. So the demand for
every product is itself Poisson, and its mean is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.demo.catalogue import Floats, Ints
from analytics.demo.customers import SEGMENTS, Customers, units_beyond_one
from analytics.demo.demand import LARGEST_PROBABILITY, Demand
from analytics.demo.period import SECONDS_OF_A_DAY, Period

WEEKDAY_FACTORS: Final = (1.05, 0.95, 0.92, 0.94, 0.98, 1.02, 1.14)
"Visits relative to an average day, Monday to Sunday."
HOUR_WEIGHTS: Final = (
    *(1, 0.5, 0.3, 0.2, 0.3, 0.6, 1.5, 2.5, 3.5, 4, 4.5, 5),
    *(6, 5.5, 5, 4.5, 4.5, 5, 6, 7.5, 8.5, 8, 5, 2.5),
)
"How likely a visit falls into each hour of the day."
BROWSED: Final = 1.6
"Mean number of products that a visitor looks at and does not choose."
_ROWS_AT_ONCE: Final = 4096


@dataclass(frozen=True)
class Visits:
    """N visits in the order of time: customer position, day, moment (each N)."""

    customer: Ints
    day: Ints
    moment: Ints

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Picks:
    """Products picked at visits: position of the visit and of the product, ordered by visit."""

    visit: Ints
    item: Ints


@dataclass(frozen=True)
class Baskets:
    """Lines bought: visit, product, units; at most one line a product and visit, in order."""

    visit: Ints
    item: Ints
    units: Ints


def active(customers: Customers, period: Period) -> NDArray[np.bool_]:
    """Return on which days each customer may come (C, D)."""
    day = np.arange(len(period))
    joined = customers.joined // SECONDS_OF_A_DAY
    return (day >= joined[:, np.newaxis]) & (day < customers.churned[:, np.newaxis])


def weekday_factors(period: Period) -> Floats:
    """Return the factor on visits for each day."""
    factors: Floats = np.array(WEEKDAY_FACTORS)[period.days.dayofweek.to_numpy()]
    return factors


def make_visits(customers: Customers, period: Period, rng: np.random.Generator) -> Visits:
    """Draw the visits of the whole period."""
    rate = customers.visit_rate[:, np.newaxis] * weekday_factors(period)
    count = rng.poisson(rate * active(customers, period))
    customer, day = (np.repeat(position, count[count > 0]) for position in np.nonzero(count))
    hour = rng.choice(24, len(day), p=np.array(HOUR_WEIGHTS) / sum(HOUR_WEIGHTS))
    moment = day * SECONDS_OF_A_DAY + hour * 3600 + rng.integers(0, 3600, len(day))
    # Nobody visits before they have registered; registration is over by ten at night.
    soonest = customers.joined[customer] + rng.integers(60, 3600, len(day))
    moment = np.maximum(moment, soonest)
    order = np.lexsort((customer, moment))
    return Visits(customer[order], day[order], moment[order])


def choose(
    visits: Visits,
    customers: Customers,
    affinity: Floats,
    factor: Floats,
    rng: np.random.Generator,
) -> tuple[Picks, Picks]:
    """Draw what visitors chose to buy, and what they only looked at.

    Args:
        affinity: of each customer for each product (C, I).
        factor: on each product's demand on each day (I, D).

    Returns:
        The products chosen, possibly one twice; and those browsed.

    Memory: one block of `_ROWS_AT_ONCE` × I numbers at a time.
    """
    basket = np.array([one.basket for one in SEGMENTS])[customers.segment]
    chosen: list[Picks] = []
    browsed: list[Picks] = []
    for start in range(0, len(visits), _ROWS_AT_ONCE):
        customer = visits.customer[start : start + _ROWS_AT_ONCE]
        day = visits.day[start : start + _ROWS_AT_ONCE]
        weight = affinity[customer] * factor.T[day]
        total = weight.sum(axis=1)
        for picks, mean in ((chosen, basket[customer] * total), (browsed, BROWSED)):
            row = np.repeat(np.arange(len(customer)), rng.poisson(mean, len(customer)))
            picks.append(Picks(start + row, _draw(weight, row, rng)))
    return _joined(chosen), _joined(browsed)


def fill_baskets(
    visits: Visits,
    customers: Customers,
    chosen: Picks,
    demand: Demand,
    factor: Floats,
    rng: np.random.Generator,
) -> Baskets:
    """Add complements to what was chosen, draw units, and make one line of equal products."""
    drawn = _complements(visits, chosen, demand, factor, rng)
    visit = np.concatenate([chosen.visit, drawn.visit])
    item = np.concatenate([chosen.item, drawn.item])
    beyond = units_beyond_one(demand)[customers.segment[visits.customer[visit]], item]
    units = 1 + rng.poisson(beyond)
    n_items = len(demand.popularity)
    line, place = np.unique(visit * n_items + item, return_inverse=True)
    total = np.bincount(place, units, minlength=len(line)).astype(np.int64)
    return Baskets(line // n_items, line % n_items, total)


def expected_units(
    customers: Customers,
    affinity: Floats,
    demand: Demand,
    factor: Floats,
    period: Period,
) -> Floats:
    """Return the mean of the units of each product sold on each day (I, D), given who is active.

    Cancelled and returned units are among them.
    """
    rate = customers.visit_rate[:, np.newaxis] * active(customers, period)
    rate *= weekday_factors(period)
    first, second = demand.complements.T
    chance = np.minimum(
        demand.complement_probability[:, np.newaxis] * factor[second], LARGEST_PROBABILITY
    )
    units = 1 + units_beyond_one(demand)
    expected = np.zeros_like(factor)
    for position, segment in enumerate(SEGMENTS):
        member = customers.segment == position
        chosen = segment.basket * (affinity[member].T @ rate[member]) * factor
        purchases = chosen.copy()
        np.add.at(purchases, second, chosen[first] * chance)
        expected += units[position][:, np.newaxis] * purchases
    return expected


def _draw(weight: Floats, row: Ints, rng: np.random.Generator) -> Ints:
    """Draw a column for each of `row`, with probability proportional to the row's weights."""
    heap = np.cumsum(weight, axis=1)
    heap /= heap[:, -1:]
    # Row r lies in (r, r + 1], so that one sorted search serves all rows.
    heap += np.arange(len(heap))[:, np.newaxis]
    found = np.searchsorted(heap.ravel(), row + rng.random(len(row)), side="right")
    column: Ints = np.minimum(found - row * weight.shape[1], weight.shape[1] - 1)
    return column


def _complements(
    visits: Visits, chosen: Picks, demand: Demand, factor: Floats, rng: np.random.Generator
) -> Picks:
    """Draw the complements that choices bring along; complements bring none themselves."""
    first, second = demand.complements.T
    order = np.argsort(first, kind="stable")
    begin = np.searchsorted(first[order], chosen.item, side="left")
    count = np.searchsorted(first[order], chosen.item, side="right") - begin
    choice = np.repeat(np.arange(len(count)), count)
    offset = np.arange(len(choice)) - np.repeat(np.cumsum(count) - count, count)
    pair = order[begin[choice] + offset]
    visit = chosen.visit[choice]
    chance = demand.complement_probability[pair] * factor[second[pair], visits.day[visit]]
    taken = rng.random(len(pair)) < np.minimum(chance, LARGEST_PROBABILITY)
    return Picks(visit[taken], second[pair[taken]])


def _joined(parts: list[Picks]) -> Picks:
    return Picks(
        np.concatenate([part.visit for part in parts]),
        np.concatenate([part.item for part in parts]),
    )
