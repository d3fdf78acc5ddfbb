"""A small shop in a database, with a recommender that was trained on its orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from analytics.recommend import Recommender
from analytics.store import frames
from analytics.store.models import (
    Category,
    Customer,
    Order,
    OrderLine,
    Product,
    Shop,
    Variant,
)

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
CATALOGUE = {
    # id: title, category, brand, price, stock
    "mug": ("Blue Mug", "kitchen", "Arden", "8", 5),
    "cup": ("White Cup", "kitchen", "Arden", "6", 5),
    "pot": ("Tea Pot", "kitchen", "Boke", "30", 5),
    "pan": ("Iron Pan", "kitchen", "Boke", "45", None),
    "tea": ("Green Tea", "food", "Chay", "4", 5),
    "jam": ("Plum Jam", "food", "Chay", "5", 5),
    "nuts": ("Salted Nuts", "food", "Chay", "3", 5),
    "lamp": ("Desk Lamp", "light", "Dusk", "60", 5),
    "bulb": ("Warm Bulb", "light", "Dusk", "2", 0),
    "vase": ("Tall Vase", None, None, "25", 5),
}
"Nobody bought a vase; there is no bulb left; of pans the shop does not tell."
HISTORY = {
    "ann": ("mug", "cup", "tea"),
    "ben": ("mug", "cup", "tea", "jam"),
    "cat": ("mug", "tea", "pot"),
    "dan": ("mug", "cup", "jam", "bulb"),
    "eve": ("lamp", "bulb", "nuts"),
    "fay": ("lamp", "bulb", "pan"),
    "gus": ("lamp", "bulb"),
    "hal": ("mug",),
    "ivy": ("lamp",),
}


def fill(session: Session) -> None:
    """Put the shop into an empty database."""
    session.add(Shop(name="Corner", currency="GBP", source="csv"))
    for key in sorted({category for _, category, *_ in CATALOGUE.values() if category}):
        session.add(Category(id=key, title_en=key, title_zh=key))
    for key, row in CATALOGUE.items():
        add_product(session, key, *row)
    for customer, items in HISTORY.items():
        session.add(Customer(id=customer, created_at=NOW - timedelta(days=99)))
        session.flush()
        add_order(session, customer, items, NOW - timedelta(days=9))


def add_product(
    session: Session, key: str, title: str, category: str | None, brand: str | None, price: str,
    stock: int | None,
) -> None:  # fmt: skip
    session.add(Product(id=key, title_en=title, title_zh=title, category_id=category, brand=brand))
    session.add(
        Variant(
            sku=f"{key}-1", product_id=key, list_price=Decimal(price), currency="GBP", stock=stock
        )
    )
    session.flush()


def add_order(session: Session, customer: str, items: Iterable[str], at: datetime) -> None:
    session.add(
        Order(
            id=f"{customer}-{at:%m%d%H%M%S}",
            customer_id=customer,
            placed_at=at,
            status="delivered",
            currency="GBP",
            lines=[
                OrderLine(number=number, sku=f"{item}-1", quantity=1, unit_price=Decimal("1"))
                for number, item in enumerate(items, start=1)
            ],
        )
    )
    session.flush()


def trained(session: Session) -> Recommender:
    return Recommender().fit(frames.interactions(session), frames.items(session))
