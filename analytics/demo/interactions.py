"""What the demo shop's visitors looked at, put into the cart and rated."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analytics.demo.catalogue import Ints
from analytics.demo.customers import Customers
from analytics.demo.demand import Demand
from analytics.demo.orders import Orders
from analytics.demo.period import SECONDS_OF_A_DAY, Period
from analytics.demo.visits import Baskets, Picks, Visits
from analytics.store.models import InteractionKind

VIEWED_BEFORE_BUYING: Final = 0.85
ABANDONED: Final = 0.12
"Share of the products only browsed that were put into the cart all the same."
RATED: Final = 0.15
"Share of the lines delivered."
MEAN_RATING: Final = 3.9
TASTE_IN_RATING: Final = 0.2
RATING_NOISE: Final = 0.7
_LONGEST_VISIT: Final = 1500


def make_interactions(
    visits: Visits,
    browsed: Picks,
    baskets: Baskets,
    orders: Orders,
    customers: Customers,
    demand: Demand,
    period: Period,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return customer and item (positions), kind, rating (None but for ratings), moment; by time.

    The true rating is the rounded MEAN_RATING + quality + TASTE_IN_RATING · taste · factors +
    normal noise, within 1 to 5; a customer rates a product once at most.
    """
    bought = Picks(baskets.visit, baskets.item)
    kinds = [
        _at_visits(visits, customers, browsed, InteractionKind.VIEW, 1.0, rng),
        _at_visits(visits, customers, bought, InteractionKind.VIEW, VIEWED_BEFORE_BUYING, rng),
        _at_visits(visits, customers, browsed, InteractionKind.CART, ABANDONED, rng),
        _at_visits(visits, customers, bought, InteractionKind.CART, 1.0, rng),
        _ratings(orders, customers, demand, period, rng),
    ]
    everything = pd.concat(kinds, ignore_index=True)
    return everything.sort_values(["moment", "customer", "item", "kind"], ignore_index=True)


def _at_visits(
    visits: Visits,
    customers: Customers,
    picks: Picks,
    kind: InteractionKind,
    share: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Let a share of the picks leave a trace in the minutes before the visit's end.

    A cart comes after the views, and nothing before the day or the registration.
    """
    kept = rng.random(len(picks.visit)) < share
    visit = picks.visit[kept]
    early, late = (_LONGEST_VISIT, 301) if kind == InteractionKind.VIEW else (300, 1)
    customer = visits.customer[visit]
    soonest = np.maximum(visits.day[visit] * SECONDS_OF_A_DAY, customers.joined[customer])
    moment = visits.moment[visit] - rng.integers(late, early + 1, len(visit))
    return pd.DataFrame(
        {
            "customer": customer,
            "item": picks.item[kept],
            "kind": kind,
            "rating": None,
            "moment": np.maximum(moment, soonest),
        }
    )


def _ratings(
    orders: Orders,
    customers: Customers,
    demand: Demand,
    period: Period,
    rng: np.random.Generator,
) -> pd.DataFrame:
    lines = orders.lines
    order = lines["order"].to_numpy()
    delay = rng.integers(SECONDS_OF_A_DAY, 14 * SECONDS_OF_A_DAY, len(lines))
    delivered = orders.delivered[order]
    rated = (delivered < period.end - delay) & (rng.random(len(lines)) < RATED)
    customer: Ints = orders.orders["customer"].to_numpy()[order[rated]]
    item = lines["item"].to_numpy()[rated]
    match = (customers.taste[customer] * demand.factors[item]).sum(axis=1)
    mean = MEAN_RATING + demand.quality[item] + TASTE_IN_RATING * match
    stars = np.clip(np.round(mean + rng.normal(0, RATING_NOISE, len(mean))), 1, 5)
    ratings = pd.DataFrame(
        {
            "customer": customer,
            "item": item,
            "kind": InteractionKind.RATING,
            "rating": stars.astype(int).astype(object),
            "moment": (delivered + delay)[rated],
        }
    )
    return ratings.drop_duplicates(["customer", "item"])
