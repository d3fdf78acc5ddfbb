"""What the shop can sell now, one row a product, and which of it a rule or a wish lets through."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from analytics.store.models import Product, Variant


@dataclass(frozen=True)
class Offer:
    """A product that is sold and not known to be out of stock.

    Attributes:
        title: English.
        price: of the cheapest variant, in the shop's currency.
    """

    id: str
    title: str
    category_id: str | None
    brand: str | None
    price: Decimal


@dataclass(frozen=True)
class Selection:
    """Products named one by one, by category or by brand; a product is in it by any of them."""

    items: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.items or self.categories or self.brands)

    def __or__(self, other: Selection) -> Selection:
        return Selection(
            self.items | other.items,
            self.categories | other.categories,
            self.brands | other.brands,
        )


@dataclass(frozen=True)
class Limits:
    """Which offers will do; the bounds of the price belong to what will do.

    Attributes:
        only: where it names anything, nothing else will do.
        without: will not do.
        items, categories: None for any.
    """

    only: Selection = Selection()
    without: Selection = Selection()
    items: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None


def offers(
    session: Session,
    limits: Limits,
    among: Collection[str] | None = None,
    most: int | None = None,
) -> dict[str, Offer]:
    """Return the offers within the limits by product id, in its order.

    Args:
        among: look at these products only.
        most: how many at most.
    """
    price = func.min(Variant.list_price)
    in_stock = or_(func.count(Variant.stock) == 0, func.max(Variant.stock) > 0)
    query = (
        select(Product.id, Product.title_en, Product.category_id, Product.brand, price)
        .join(Variant, Variant.product_id == Product.id)
        .where(Product.active, *_conditions(limits))
        .group_by(Product.id)
        .having(in_stock)
        .order_by(Product.id)
        .limit(most)
    )
    if among is not None:
        query = query.where(Product.id.in_(among))
    if limits.min_price is not None:
        query = query.having(price >= limits.min_price)
    if limits.max_price is not None:
        query = query.having(price <= limits.max_price)
    return {row[0]: Offer(*row) for row in session.execute(query)}


def _conditions(limits: Limits) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if limits.items is not None:
        found.append(Product.id.in_(limits.items))
    if limits.categories is not None:
        found.append(Product.category_id.in_(limits.categories))
    if limits.only:
        found.append(or_(*(column.in_(named) for column, named in _columns(limits.only))))
    # What has no category or brand is not meant by any; a bare NOT IN would drop it.
    found += [
        or_(column.is_(None), column.not_in(named))
        for column, named in _columns(limits.without)
        if named
    ]
    return found


def _columns(
    selection: Selection,
) -> list[tuple[InstrumentedAttribute[Any], frozenset[str]]]:
    return [
        (Product.id, selection.items),
        (Product.category_id, selection.categories),
        (Product.brand, selection.brands),
    ]
