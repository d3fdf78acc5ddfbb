"""A simulated shop as rows of the store's tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.demo.period import SECONDS_OF_A_DAY
from analytics.demo.simulation import World
from analytics.demo.vocabulary import catalogue_words
from analytics.store.models import (
    Address,
    Base,
    Category,
    CompetitorPrice,
    Customer,
    Interaction,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    PaymentMethod,
    PaymentMethodKind,
    Price,
    Product,
    Return,
    ReturnKind,
    ReturnLine,
    Shop,
    Variant,
)
from analytics.store.states import OrderStatus, ReturnStatus

SHOP_NAME: Final = "Lantern & Loom"
CURRENCY: Final = "GBP"
_BY_THE_SHOP: Final = (OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED)


def tables(world: World) -> Iterator[tuple[type[Base], pd.DataFrame]]:
    """Yield every table of the shop with its rows, each after those that it refers to."""
    yield Shop, pd.DataFrame([{"id": 1, "name": SHOP_NAME, "currency": CURRENCY, "source": "demo"}])
    yield Category, _categories(world)
    on_sale = world.demand.ended >= len(world.period)
    yield Product, world.catalogue.products.assign(active=on_sale)
    yield Variant, _variants(world)
    yield (
        Customer,
        world.customers.people.assign(created_at=world.period.times(world.customers.joined)),
    )
    yield Address, _addresses(world)
    yield PaymentMethod, _payment_methods(world)
    yield Order, _orders(world)
    yield OrderLine, _order_lines(world)
    yield OrderEvent, _order_events(world)
    yield Return, _returns(world)
    yield ReturnLine, _return_lines(world)
    yield Payment, _payments(world)
    yield Interaction, _interactions(world)
    yield Price, _prices(world)
    yield CompetitorPrice, _competitor_prices(world)


def money(pence: ArrayLike) -> pd.Series:
    """Return pence as exact pounds."""
    return pd.Series([Decimal(one).scaleb(-2) for one in np.asarray(pence).tolist()], dtype=object)


def _categories(world: World) -> pd.DataFrame:
    titles = [catalogue_words().categories[name].title for name in world.catalogue.category_ids]
    return pd.DataFrame(
        {
            "id": world.catalogue.category_ids,
            "title_en": [title.en for title in titles],
            "title_zh": [title.zh for title in titles],
        }
    )


def _variants(world: World) -> pd.DataFrame:
    return world.catalogue.variants.assign(
        cost=money(world.catalogue.cost),
        list_price=money(world.prices.listed[:, -1]),
        currency=CURRENCY,
        stock=world.stock,
    )


def _addresses(world: World) -> pd.DataFrame:
    addresses = world.accounts.addresses
    ids = _customer_ids(world, addresses["customer"])
    return addresses.drop(columns="customer").assign(customer_id=ids)


def _payment_methods(world: World) -> pd.DataFrame:
    methods = world.accounts.methods
    gift_card = methods["kind"] == PaymentMethodKind.GIFT_CARD
    return methods.drop(columns="customer").assign(
        customer_id=_customer_ids(world, methods["customer"]),
        balance=money(methods["balance"]).where(gift_card),
        currency=CURRENCY,
    )


def _orders(world: World) -> pd.DataFrame:
    orders, chosen = world.orders.orders, world.chosen
    return pd.DataFrame(
        {
            "id": orders["id"],
            "customer_id": _customer_ids(world, orders["customer"]),
            "placed_at": world.period.times(orders["moment"].to_numpy()),
            "status": orders["status"],
            "currency": CURRENCY,
            "shipping_fee": money(orders["fee"]),
            "carrier": orders["carrier"],
            "tracking_number": orders["tracking_number"],
            "expected_on": _days(world, orders["expected"]),
            "address": chosen["address"],
            "postcode": chosen["postcode"],
            "country": chosen["country"],
            "payment_method_id": _method_ids(world, chosen["method"]),
        }
    )


def _order_lines(world: World) -> pd.DataFrame:
    lines = world.orders.lines
    return pd.DataFrame(
        {
            "order_id": _order_ids(world, lines["order"]),
            "number": lines["number"],
            "sku": _skus(world, lines["variant"]),
            "quantity": lines["quantity"],
            "returned": lines["returned"],
            "unit_price": money(lines["pence"]),
        }
    )


def _order_events(world: World) -> pd.DataFrame:
    events = world.orders.events
    order = world.orders.orders.iloc[events["order"]]
    buyer = "customer:" + pd.Series(_customer_ids(world, order["customer"]))
    by_the_shop = events["status"].isin(_BY_THE_SHOP).to_numpy()
    return pd.DataFrame(
        {
            "order_id": order["id"].to_numpy(),
            "status": events["status"].to_numpy(),
            "at": world.period.times(events["moment"].to_numpy()),
            "actor": np.where(by_the_shop, "shop", buyer),
        }
    )


def _returns(world: World) -> pd.DataFrame:
    returns = world.payments.returns
    order_id = _order_ids(world, returns["order"])
    return pd.DataFrame(
        {
            "id": "R-" + order_id,
            "order_id": order_id,
            "kind": ReturnKind.RETURN,
            "status": ReturnStatus.COMPLETED,
            "reason": returns["reason"],
            "condition": returns["condition"],
            "created_at": world.period.times(returns["moment"].to_numpy()),
        }
    )


def _return_lines(world: World) -> pd.DataFrame:
    lines = world.orders.lines
    back = lines[(lines["returned"] > 0) & lines["order"].isin(world.payments.returns["order"])]
    return pd.DataFrame(
        {
            "return_id": "R-" + _order_ids(world, back["order"]),
            "line_number": back["number"],
            "quantity": back["returned"],
        }
    )


def _payments(world: World) -> pd.DataFrame:
    payments = world.payments.payments
    order_id = _order_ids(world, payments["order"])
    method = world.chosen["method"].iloc[payments["order"]]
    return pd.DataFrame(
        {
            "id": "P-" + order_id + "-" + payments["number"].astype(str),
            "order_id": order_id,
            "kind": payments["kind"],
            "amount": money(payments["pence"]),
            "method_id": _method_ids(world, method),
            "status": payments["status"],
            "at": world.period.times(payments["moment"].to_numpy()),
            "due_on": _days(world, payments["due"]),
            "return_id": pd.Series("R-" + order_id).where(payments["back"]),
        }
    )


def _interactions(world: World) -> pd.DataFrame:
    interactions = world.interactions
    return pd.DataFrame(
        {
            "customer_id": _customer_ids(world, interactions["customer"]),
            "product_id": world.catalogue.products["id"].to_numpy()[interactions["item"]],
            "kind": interactions["kind"],
            "rating": interactions["rating"],
            "at": world.period.times(interactions["moment"].to_numpy()),
        }
    )


def _prices(world: World) -> pd.DataFrame:
    history = world.price_history
    return pd.DataFrame(
        {
            "sku": _skus(world, history["variant"]),
            "since": world.period.times(history["day"].to_numpy() * SECONDS_OF_A_DAY),
            "price": money(history["pence"]),
            "currency": CURRENCY,
            "reason": history["reason"],
        }
    )


def _competitor_prices(world: World) -> pd.DataFrame:
    seen = world.competitors
    return pd.DataFrame(
        {
            "sku": _skus(world, seen["variant"]),
            "competitor": seen["competitor"],
            "price": money(seen["pence"]),
            "currency": CURRENCY,
            "seen_at": world.period.times(seen["moment"].to_numpy()),
        }
    )


def _customer_ids(world: World, positions: pd.Series) -> np.ndarray:
    return world.customers.people["id"].to_numpy()[positions]


def _order_ids(world: World, positions: pd.Series) -> np.ndarray:
    return world.orders.orders["id"].to_numpy()[positions]


def _method_ids(world: World, positions: pd.Series) -> np.ndarray:
    return world.accounts.methods["id"].to_numpy()[positions]


def _days(world: World, days: pd.Series) -> list[date | None]:
    """Return day numbers as dates, and None for those below 0."""
    numbers = days.to_numpy()
    return [
        one if number >= 0 else None
        for number, one in zip(numbers, world.period.dates(numbers), strict=True)
    ]


def _skus(world: World, positions: pd.Series) -> np.ndarray:
    return world.catalogue.variants["sku"].to_numpy()[positions]
