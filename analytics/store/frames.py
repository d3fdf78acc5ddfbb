"""The shop's history as tables for the models.

Timestamps are UTC without a zone, as numpy keeps them; prices are floats in the shop's currency,
since models estimate and never charge. Each table is read in one query.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    case,
    cast,
    func,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from analytics.store import consents
from analytics.store.models import (
    Category,
    Consent,
    Interaction,
    InteractionKind,
    Order,
    OrderLine,
    Product,
    Purpose,
    ShownSuggestion,
    Variant,
)
from analytics.store.states import OrderStatus

TIMES: Final = frozenset({"timestamp", "shown_at"})
"Columns that hold times."


def order_lines(session: Session, *, consent: bool = True) -> pd.DataFrame:
    """Return what was bought and kept: one row an order line.

    Cancelled orders are left out, and units sent back are taken off. What a customer bought who
    does not allow analytics is a sale without a customer.

    Args:
        consent: whether customers who have said nothing allow it.

    Returns:
        order_id, customer_id (None for a sale without one), timestamp, item_id (product),
        quantity (int), unit_price (float), by time.
    """
    kept = OrderLine.quantity - OrderLine.returned
    query = (
        select(
            Order.id.label("order_id"),
            case((_analysed(Order.customer_id, consent), Order.customer_id)).label("customer_id"),
            Order.placed_at.label("timestamp"),
            Variant.product_id.label("item_id"),
            kept.label("quantity"),
            OrderLine.unit_price,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .join(Variant, Variant.sku == OrderLine.sku)
        .where(Order.status != OrderStatus.CANCELLED, kept > 0)
        .order_by(Order.placed_at, Order.id, OrderLine.number)
    )
    frame = _frame(session, query)
    return frame.assign(unit_price=frame["unit_price"].astype(float))


def interactions(session: Session, *, consent: bool = True) -> pd.DataFrame:
    """Return who showed interest in what: purchases, carts and ratings (views are too weak).

    Nothing of customers who do not allow analytics.

    Args:
        consent: whether customers who have said nothing allow it.

    Returns:
        user_id, item_id, timestamp, rating (1 to 5, NaN where none was given), by time.
    """
    bought = (
        select(
            Order.customer_id.label("user_id"),
            Variant.product_id.label("item_id"),
            Order.placed_at.label("timestamp"),
            cast(null(), Integer).label("rating"),
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Variant, Variant.sku == OrderLine.sku)
        .where(
            Order.status != OrderStatus.CANCELLED,
            Order.customer_id.is_not(None),
            _analysed(Order.customer_id, consent),
            OrderLine.quantity > OrderLine.returned,
        )
    )
    shown = select(
        Interaction.customer_id.label("user_id"),
        Interaction.product_id.label("item_id"),
        Interaction.at.label("timestamp"),
        Interaction.rating,
    ).where(Interaction.kind != InteractionKind.VIEW, _analysed(Interaction.customer_id, consent))
    both = union_all(bought, shown).subquery()
    query = select(both).order_by(both.c.timestamp, both.c.user_id, both.c.item_id)
    frame = _frame(session, query)
    return frame.assign(rating=frame["rating"].astype(float))


def items(session: Session) -> pd.DataFrame:
    """Return the active products.

    Returns:
        item_id, title (English), category (id or None), brand, price (float, cheapest variant),
        description (English), title_zh, description_zh, by item_id.
    """
    query = (
        select(
            Product.id.label("item_id"),
            Product.title_en.label("title"),
            Category.id.label("category"),
            Product.brand,
            func.min(Variant.list_price).label("price"),
            Product.description_en.label("description"),
            Product.title_zh,
            Product.description_zh,
        )
        .join(Variant, Variant.product_id == Product.id)
        .outerjoin(Category, Category.id == Product.category_id)
        .where(Product.active)
        .group_by(Product.id, Category.id)
        .order_by(Product.id)
    )
    frame = _frame(session, query)
    return frame.assign(price=frame["price"].astype(float))


def suggestions(session: Session) -> pd.DataFrame:
    """Return the suggestions shown in the chat, and what came of them.

    What was cancelled or sent back was not bought.

    Returns:
        rung, position, model_version, shown_at, clicked, bought (bool), currency (None where not
        bought), revenue (Decimal, for the units kept), by time.
    """
    shown = _frame(
        session,
        select(
            ShownSuggestion.id,
            ShownSuggestion.rung,
            ShownSuggestion.position,
            ShownSuggestion.model_version,
            ShownSuggestion.shown_at,
            ShownSuggestion.clicked_at.is_not(None).label("clicked"),
        ).order_by(ShownSuggestion.shown_at, ShownSuggestion.id),
    )
    kept = OrderLine.quantity - OrderLine.returned
    sold = _frame(
        session,
        select(ShownSuggestion.id, Order.currency, kept.label("kept"), OrderLine.unit_price)
        .join(Order, Order.id == ShownSuggestion.order_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Variant, Variant.sku == OrderLine.sku)
        .where(
            Variant.product_id == ShownSuggestion.product_id,
            Order.status != OrderStatus.CANCELLED,
            kept > 0,
        ),
    )
    sold["revenue"] = sold["kept"] * sold["unit_price"]
    sales = sold.groupby("id").agg({"currency": "first", "revenue": "sum"})
    found = shown.join(sales, on="id").drop(columns="id")
    bought = found["currency"].notna()
    # Decimal has no NaN that pandas knows.
    unsold: Any = Decimal(0)
    return found.assign(
        clicked=found["clicked"].astype(bool),
        bought=bought,
        currency=found["currency"].astype(object).mask(~bought, None),
        revenue=found["revenue"].astype(object).mask(~bought, unsold),
    )


def assortment(session: Session) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the products that can be bought now, and what they can be had in.

    Returns:
        item_id, title_en, title_zh, category, category_en, category_zh, brand, brand_en, brand_zh,
        price (float, of the cheapest variant at hand), by item_id; and item_id, option, value,
        value_en, value_zh. Names that the shop gives in one language only stand in both.
    """
    at_hand = (Variant.stock.is_(None)) | (Variant.stock > 0)
    products = _frame(
        session,
        select(
            Product.id.label("item_id"),
            Product.title_en,
            Product.title_zh,
            Category.id.label("category"),
            Category.title_en.label("category_en"),
            Category.title_zh.label("category_zh"),
            Product.brand,
            Product.attributes,
            func.min(Variant.list_price).label("price"),
        )
        .join(Variant, Variant.product_id == Product.id)
        .outerjoin(Category, Category.id == Product.category_id)
        .where(Product.active, at_hand)
        .group_by(Product.id, Category.id)
        .order_by(Product.id),
    )
    attributes = products.pop("attributes")
    translations = dict(zip(products["item_id"], attributes, strict=True))
    variants = session.execute(
        select(Variant.product_id, Variant.options).where(at_hand).order_by(Variant.sku)
    )
    options = [
        (item, name, value, value, translations[item].get("options_zh", {}).get(value, value))
        for item, held in variants
        if item in translations
        for name, value in held.items()
    ]
    return (
        products.assign(
            price=products["price"].astype(float),
            brand_en=products["brand"],
            brand_zh=[one.get("brand_zh") for one in attributes],
        ),
        pd.DataFrame.from_records(
            options, columns=["item_id", "option", "value", "value_en", "value_zh"]
        ),
    )


def fingerprint(session: Session, *, consent: bool = True) -> str:
    """Return a hash that changes when what the models learn from changes.

    It looks at counts, sums and the newest times, not at each row, so it costs one scan.

    Args:
        consent: whether customers who have said nothing allow analytics.
    """
    facts: list[Sequence[object]] = [
        session.execute(select(func.count(Product.id), func.max(Product.id))).one(),
        session.execute(
            select(func.count(), func.sum(OrderLine.quantity), func.sum(OrderLine.returned))
        ).one(),
        session.execute(
            select(func.count(Order.id), func.count(Order.customer_id), func.max(Order.placed_at))
        ).one(),
        session.execute(select(func.count(Order.id)).where(Order.status == "cancelled")).one(),
        session.execute(select(func.count(Interaction.id), func.max(Interaction.at))).one(),
        session.execute(
            select(
                func.count(), func.sum(cast(Consent.granted, Integer)), func.max(Consent.at)
            ).where(Consent.purpose == Purpose.ANALYTICS)
        ).one(),
        (consent,),
    ]
    text = json.dumps([[str(value) for value in row] for row in facts])
    return hashlib.sha256(text.encode()).hexdigest()


def _analysed(customer_id: InstrumentedAttribute[Any], consent: bool) -> ColumnElement[bool]:
    return consents.allowed(Purpose.ANALYTICS, customer_id, default=consent)


def _frame(session: Session, query: Select[*tuple[Any, ...]]) -> pd.DataFrame:
    result = session.execute(query)
    frame = pd.DataFrame.from_records(result.fetchall(), columns=list(result.keys()))
    for name in TIMES & set(frame.columns):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_localize(None)
    return frame
