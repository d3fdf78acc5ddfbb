"""The catalogue found by codes and words, in two languages, with misspellings."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from analytics.errors import AmbiguousProduct, UnknownProduct
from analytics.store import Store, catalogue
from analytics.store.models import Category, Product, Variant
from analytics.store.search import terms

PRODUCTS = [
    ("LAMP-001", "Brass desk lamp", "黄铜台灯", "12.50"),
    ("LAMP-002", "Red desk lamp", "红色台灯", "19.00"),
    ("LAMP-003", "Paper floor lamp", "纸质落地灯", "49.00"),
    ("BAG-001", "Canvas tote bag", "帆布手提袋", "9.95"),
    ("85123A", "White hanging heart t-light holder", "White hanging heart t-light holder", "2.95"),
]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        session.add(Category(id="lighting", title_en="Lighting", title_zh="灯具"))
        for product_id, english, chinese, price in PRODUCTS:
            lit = product_id.startswith("LAMP")
            session.add(
                Product(
                    id=product_id,
                    title_en=english,
                    title_zh=chinese,
                    category_id="lighting" if lit else None,
                    attributes={},
                    variants=[
                        Variant(
                            sku=f"{product_id}-STD" if lit else product_id,
                            options={},
                            cost=None,
                            list_price=Decimal(price),
                            currency="GBP",
                            stock=3,
                        )
                    ],
                )
            )
        session.flush()
        catalogue.reindex(session)
        yield session
    store.close()


@pytest.mark.parametrize(
    ("reference", "product_id"),
    [
        ("LAMP-001", "LAMP-001"),
        ("lamp-002-std", "LAMP-002"),
        ("85123a", "85123A"),
        ("red desk lamp", "LAMP-002"),
        ("RED DESK LAMPS", "LAMP-002"),
        ("red dask lamp", "LAMP-002"),
        ("红色台灯", "LAMP-002"),
        ("帆布手提袋", "BAG-001"),
        ("hanging heart holder", "85123A"),
    ],
)
def test_resolves(session: Session, reference: str, product_id: str) -> None:
    assert catalogue.resolve(session, reference).id == product_id


def test_ambiguous_reference_names_the_rivals(session: Session) -> None:
    with pytest.raises(AmbiguousProduct) as caught:
        catalogue.resolve(session, "desk lamp")
    assert caught.value.candidates == ["LAMP-001", "LAMP-002"]


@pytest.mark.parametrize(
    "reference", ["submarine", "潜水艇", "'; DROP TABLE products; --", "😀", ""]
)
def test_unknown_reference(session: Session, reference: str) -> None:
    with pytest.raises(UnknownProduct):
        catalogue.resolve(session, reference)


def test_search_ranks_and_limits_the_price(session: Session) -> None:
    found = catalogue.search(session, "a lamp for my desk", max_price=Decimal(15))
    assert [hit.product.id for hit in found] == ["LAMP-001"]
    assert catalogue.search(session, "lighting", limit=2)[0].product.category_id == "lighting"


def test_index_follows_the_catalogue(session: Session) -> None:
    session.get_one(Product, "BAG-001").active = False
    session.flush()
    catalogue.reindex(session)
    assert catalogue.search(session, "canvas bag") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two glasses", ["two", "glass"]),
        ("台灯", ["台灯"]),
        ("红色台灯LAMP", ["红色", "色台", "台灯", "lamp"]),
        ("berries & boxes", ["berry", "box"]),
        ("！？", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert list(terms(text)) == expected


@pytest.mark.parametrize(
    ("text", "product_id"),
    [
        ("is the red desk lamp in stock?", "LAMP-002"),
        ("红色台灯有货吗", "LAMP-002"),
        ("do you have a lamp for my red desk", "LAMP-002"),
        ("do you have a desk lamp", None),
        ("where is my order", None),
    ],
)
def test_mentioned_by_its_whole_title(session: Session, text: str, product_id: str | None) -> None:
    found = catalogue.mentioned(session, text)
    assert (found.id if found else None) == product_id
