"""Categories and brands as the conversation names them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from analytics.store import Store, catalogue
from analytics.store.models import Category, Product, Variant


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A shop of twelve lamps of two makers, a kite that is not sold any more, and nothing else."""
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        session.add(Category(id="light", title_en="Home Lighting", title_zh="家用灯具"))
        session.add(Category(id="toys", title_en="Toys", title_zh="玩具"))
        session.flush()
        for number in range(12):
            maker = "Acme" if number % 2 else "Zenith"
            _add(session, f"L{number:02}", f"Lamp {number}", f"{number}号灯", "light", maker)
        _add(session, "K", "Kite", "风筝", "toys", "Gone", active=False)
        _add(session, "X", "Odd Thing", "怪东西", None, None)
        catalogue.reindex(session)
        yield session
    store.close()


def _add(
    session: Session,
    key: str,
    english: str,
    chinese: str,
    category: str | None,
    brand: str | None,
    active: bool = True,
) -> None:
    session.add(
        Product(
            id=key,
            title_en=english,
            title_zh=chinese,
            category_id=category,
            brand=brand,
            attributes={"brand_zh": "天顶"} if brand == "Zenith" else {},
            active=active,
            variants=[Variant(sku=f"{key}-1", list_price=Decimal(5), currency="GBP")],
        )
    )
    session.flush()


def test_brands_are_those_of_what_is_sold(session: Session) -> None:
    assert catalogue.brands(session) == {
        "Acme": {"en": "Acme", "zh": "Acme"},
        "Zenith": {"en": "Zenith", "zh": "天顶"},
    }


def test_categories_by_id_keep_their_order(session: Session) -> None:
    assert [one.id for one in catalogue.categories(session)] == ["light", "toys"]
    assert [one.id for one in catalogue.categories(session, ["toys", "?", "light"])] == [
        "toys",
        "light",
    ]


def test_shelves_hold_titles_spread_over_the_category(session: Session) -> None:
    found = catalogue.shelves(session, 8)
    assert found["en"]["toys"] == ["Toys"]
    assert found["en"]["light"][0] == "Home Lighting"
    numbers = sorted(int(title.split()[1]) for title in found["en"]["light"][1:])
    assert numbers == [0, 3, 6, 9]
    assert len(found["zh"]["light"]) == 5


@pytest.mark.parametrize(
    ("words", "expected"),
    [("lighting", "light"), ("toys", "toys"), ("灯具", "light"), ("lamp", None), ("", None)],
)
def test_a_category_is_named_by_a_part_of_its_title(
    session: Session, words: str, expected: str | None
) -> None:
    assert catalogue.category_named(session, words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("lamps", True), ("灯", True), ("toys", True), ("taste", False), ("kite", False)],
)
def test_what_stands_in_titles(session: Session, words: str, expected: bool) -> None:
    assert catalogue.has_titled(session, words) is expected
