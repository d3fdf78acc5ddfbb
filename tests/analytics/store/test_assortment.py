"""The products that can be bought now, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from analytics.store import Store, frames
from analytics.store.models import Category, Product, Variant


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        yield session
    store.close()


def add(session: Session, key: str, *variants: Variant, active: bool = True) -> None:
    attributes = {"brand_zh": "雅顿", "options_zh": {"red": "红色"}}
    names = {"title_en": f"{key} en", "title_zh": f"{key} zh"}
    session.add(
        Product(
            id=key,
            **names,
            category_id="light",
            brand="Arden",
            attributes=attributes,
            active=active,
            variants=list(variants),
        )
    )
    session.flush()


def variant(sku: str, price: str, stock: int | None, **options: str) -> Variant:
    return Variant(sku=sku, options=options, list_price=Decimal(price), currency="GBP", stock=stock)


def test_only_what_can_be_bought_counts_in_both_languages(session: Session) -> None:
    session.add(Category(id="light", title_en="Lighting", title_zh="灯具"))
    cheap = variant("a-1", "5", 0, colour="green")
    add(session, "a", cheap, variant("a-2", "7", 2, colour="red"), variant("a-3", "9", None))
    add(session, "b", variant("b-1", "5", 0))
    add(session, "c", variant("c-1", "5", 5), active=False)
    products, options = frames.assortment(session)
    assert products.to_dict("records") == [
        {
            "item_id": "a",
            "title_en": "a en",
            "title_zh": "a zh",
            "category": "light",
            "category_en": "Lighting",
            "category_zh": "灯具",
            "brand": "Arden",
            "price": 7.0,
            "brand_en": "Arden",
            "brand_zh": "雅顿",
        }
    ]
    assert options.to_numpy().tolist() == [["a", "colour", "red", "red", "红色"]]


def test_an_empty_shop_has_an_empty_assortment(session: Session) -> None:
    products, options = frames.assortment(session)
    assert isinstance(products, pd.DataFrame)
    assert products.empty
    assert options.empty
