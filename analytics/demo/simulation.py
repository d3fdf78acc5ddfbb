"""The whole demo shop, drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from analytics.demo.accounts import Accounts, choose_from_accounts, make_accounts
from analytics.demo.catalogue import Catalogue, Floats, Ints, make_catalogue
from analytics.demo.customers import Customers, affinity, make_customers
from analytics.demo.demand import DailyFactors, Demand, daily_factors, make_demand
from analytics.demo.interactions import make_interactions
from analytics.demo.orders import Orders, make_orders
from analytics.demo.payments import Payments, make_payments
from analytics.demo.period import Period
from analytics.demo.prices import Prices, competitor_prices, make_prices, price_history
from analytics.demo.stock import make_stock
from analytics.demo.visits import choose, expected_units, fill_baskets, make_visits
from analytics.demo.vocabulary import catalogue_words, people_words
from analytics.errors import InvalidInput

FEWEST_CUSTOMERS: Final = 50
LONGEST_MONTHS: Final = 60
YEARS: Final = (1980, 2200)


@dataclass(frozen=True)
class ShopSize:
    """How large a demo shop is; `products` at most what the vocabulary has names for."""

    customers: int = 2000
    products: int = 320
    months: int = 18


@dataclass(frozen=True)
class World:
    """The shop's data together with the truth behind them.

    Attributes:
        expected: mean units of each product on each day (I, D).
        price_history: see `analytics.demo.prices.price_history`.
        competitors: see `analytics.demo.prices.competitor_prices`.
        interactions: see `analytics.demo.interactions.make_interactions`.
        stock: units at hand at the end (V).
        chosen: where each order goes and by what it is paid, see
            `analytics.demo.accounts.choose_from_accounts`.
    """

    seed: int
    size: ShopSize
    period: Period
    catalogue: Catalogue
    prices: Prices
    price_history: pd.DataFrame
    competitors: pd.DataFrame
    demand: Demand
    factors: DailyFactors
    customers: Customers
    expected: Floats
    orders: Orders
    interactions: pd.DataFrame
    stock: Ints
    accounts: Accounts
    chosen: pd.DataFrame
    payments: Payments


def simulate(seed: int, size: ShopSize, until: date) -> World:
    """Draw a shop. The same arguments give the same shop, wherever and whenever it is made.

    Raises:
        InvalidInput: a size that no shop has, or a last day beyond the calendar.
    """
    if size.customers < FEWEST_CUSTOMERS:
        raise InvalidInput("customers", size.customers, f"at least {FEWEST_CUSTOMERS}")
    if not 1 <= size.months <= LONGEST_MONTHS:
        raise InvalidInput("months", size.months, f"a number from 1 to {LONGEST_MONTHS}")
    if not YEARS[0] <= until.year <= YEARS[1]:
        raise InvalidInput(
            "until", until.isoformat(), f"a day from the years {YEARS[0]} to {YEARS[1]}"
        )
    words = catalogue_words()
    # Each part has a stream of its own: a change in one leaves the others as they were.
    streams = iter(np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(12))
    period = Period.ending(until, size.months)
    catalogue = make_catalogue(words, size.products, next(streams))
    prices = make_prices(words, catalogue, period, next(streams))
    demand = make_demand(words, catalogue, period, next(streams))
    factors = daily_factors(words, catalogue, demand, prices, period)
    rivals = competitor_prices(words, prices, catalogue, demand.launched, period, next(streams))
    customers = make_customers(
        people_words(), size.customers, len(catalogue.category_ids), period, next(streams)
    )
    liking = affinity(customers, catalogue, demand)
    expected = expected_units(customers, liking, demand, factors.total, period)
    visits = make_visits(customers, period, next(streams))
    picked, browsed = choose(visits, customers, liking, factors.total, next(streams))
    baskets = fill_baskets(visits, customers, picked, demand, factors.total, next(streams))
    orders = make_orders(
        visits, baskets, catalogue, demand, prices, words.carriers, period, next(streams)
    )
    interactions = make_interactions(
        visits, browsed, baskets, orders, customers, demand, period, next(streams)
    )
    stock = make_stock(expected, catalogue, demand, next(streams))
    money = next(streams)
    accounts = make_accounts(people_words(), customers.people, money)
    buyers = orders.orders["customer"].to_numpy()
    return World(
        seed=seed,
        size=size,
        period=period,
        catalogue=catalogue,
        prices=prices,
        price_history=price_history(prices, catalogue, demand.launched, period),
        competitors=rivals,
        demand=demand,
        factors=factors,
        customers=customers,
        expected=expected,
        orders=orders,
        interactions=interactions,
        stock=stock,
        accounts=accounts,
        chosen=choose_from_accounts(accounts, customers.people, buyers, money),
        payments=make_payments(orders, period, money),
    )
