"""From baskets to orders: what was charged, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analytics.demo.catalogue import Catalogue, Ints
from analytics.demo.demand import Demand
from analytics.demo.fulfilment import EXPRESS_DAYS, RETURN_DAYS, STANDARD_DAYS, Fulfilment, fulfil
from analytics.demo.period import SECONDS_OF_A_DAY, Period
from analytics.demo.prices import Prices
from analytics.demo.visits import Baskets, Visits
from analytics.demo.vocabulary import Carrier
from analytics.store.states import OrderStatus

FIRST_NUMBER: Final = 100_001
FREE_SHIPPING_FROM: Final = 50_00
STANDARD_FEE: Final = 3_95
EXPRESS_FEE: Final = 7_95
"All three in pence; express is never free."
PARTLY_RETURNED_SHARE: Final = 0.04
"Of the delivered orders with several lines: one line comes back, and the order stays delivered."


@dataclass(frozen=True)
class Orders:
    """N orders in the order of time, as they stand at the end of the period.

    Attributes:
        orders: id, customer (position), moment, status, fee (pence), carrier, tracking_number,
            expected (day; -1 for a cancelled order).
        events: order (position), status, moment; by order and time.
        lines: order (position), number, item, variant, day, quantity, pence, returned.
        delivered: when each order was delivered; far in the future where it is not.
    """

    orders: pd.DataFrame
    events: pd.DataFrame
    lines: pd.DataFrame
    delivered: Ints


def make_orders(
    visits: Visits,
    baskets: Baskets,
    catalogue: Catalogue,
    demand: Demand,
    prices: Prices,
    carriers: tuple[Carrier, ...],
    period: Period,
    rng: np.random.Generator,
) -> Orders:
    """Return the orders that the baskets became."""
    visit, order = np.unique(baskets.visit, return_inverse=True)
    fulfilment = fulfil(visits.moment[visit], carriers, period, rng)
    day = visits.day[baskets.visit]
    variant = _variants(baskets.item, catalogue, demand, rng)
    lines = pd.DataFrame(
        {
            "order": order,
            "number": 1 + np.arange(len(order)) - np.searchsorted(order, order),
            "item": baskets.item,
            "variant": variant,
            "day": day,
            "quantity": baskets.units,
            "pence": prices.asked[variant, day],
        }
    )
    lines["returned"] = _returned(lines, fulfilment, period, rng)
    goods = np.bincount(order, lines["pence"] * lines["quantity"])
    standard_fee = np.where(goods >= FREE_SHIPPING_FROM, 0, STANDARD_FEE)
    promised = visits.day[visit] + np.where(fulfilment.express, EXPRESS_DAYS, STANDARD_DAYS)
    status = fulfilment.status
    orders = pd.DataFrame(
        {
            "customer": visits.customer[visit],
            "moment": visits.moment[visit],
            "status": status,
            "fee": np.where(fulfilment.express, EXPRESS_FEE, standard_fee),
            "expected": np.where(status == OrderStatus.CANCELLED, -1, promised),
        }
    )
    numbers = FIRST_NUMBER + np.arange(len(visit))
    orders.insert(0, "id", [f"SC{number}" for number in numbers])
    shipped = fulfilment.has(OrderStatus.SHIPPED)
    orders["carrier"] = [
        carriers[who].name if sent else None
        for who, sent in zip(fulfilment.carrier, shipped, strict=True)
    ]
    tails = rng.integers(0, 1000, len(visit))
    orders["tracking_number"] = [
        f"{carriers[who].prefix}{number}{tail:03}" if sent else None
        for who, number, tail, sent in zip(fulfilment.carrier, numbers, tails, shipped, strict=True)
    ]
    delivered = fulfilment.moment(OrderStatus.DELIVERED)
    return Orders(orders, fulfilment.events(), lines, delivered)


def _variants(items: Ints, catalogue: Catalogue, demand: Demand, rng: np.random.Generator) -> Ints:
    """Draw a variant of each of `items` by the true shares."""
    # The shares of each product sum to 1, so product i's variants fill the stretch (i, i + 1].
    ends = np.cumsum(demand.variant_share)
    found = np.searchsorted(ends, items + rng.random(len(items)), side="right")
    first = np.searchsorted(catalogue.item, items, side="left")
    last = np.searchsorted(catalogue.item, items, side="right") - 1
    return np.clip(found, first, last)


def _returned(
    lines: pd.DataFrame, fulfilment: Fulfilment, period: Period, rng: np.random.Generator
) -> Ints:
    """Return the units of each line that were cancelled or came back."""
    order = lines["order"].to_numpy()
    quantity = lines["quantity"].to_numpy()
    gone = fulfilment.has(OrderStatus.CANCELLED) | fulfilment.has(OrderStatus.RETURNED)
    settled = fulfilment.has(OrderStatus.DELIVERED) & ~gone
    latest_return = RETURN_DAYS[1] * SECONDS_OF_A_DAY
    settled &= fulfilment.moment(OrderStatus.DELIVERED) < period.end - latest_return
    size = np.bincount(order)
    chosen_line = 1 + rng.integers(size)
    partly = settled & (size > 1) & (rng.random(len(size)) < PARTLY_RETURNED_SHARE)
    sent_back = partly[order] & (lines["number"].to_numpy() == chosen_line[order])
    units = np.where(sent_back, rng.integers(1, quantity + 1), 0)
    return np.where(gone[order], quantity, units)
