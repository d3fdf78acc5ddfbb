"""What is said of how products differ is true of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from actions.differences import differences, facts
from actions.turn import Turn
from analytics.store import Store
from analytics.store.models import (
    Category,
    Customer,
    Interaction,
    InteractionKind,
    Product,
    Variant,
)
from tests.actions.conversation import Talk
from tests.analytics.recommend.shop import NOW


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        session.add(Category(id="light", title_en="Lighting", title_zh="灯具"))
        session.add(Category(id="bath", title_en="Bath", title_zh="卫浴"))
        yield session
    store.close()


@pytest.fixture
def turn(tmp_path: Path) -> Turn:
    return Talk().user("compare", "compare_products").turn(tmp_path)


@pytest.fixture
def chinese(tmp_path: Path) -> Turn:
    return Talk(language="zh").user("对比", "compare_products").turn(tmp_path)


def product(
    session: Session,
    key: str,
    price: str,
    *,
    colours: tuple[str, ...] = (),
    stock: int | None = 20,
    ratings: tuple[int, ...] = (),
    **more: Any,
) -> Product:
    """Return a product of the shop with a variant of each colour, or one without any."""
    found = Product(
        id=key,
        **{"title_en": key, "title_zh": key, "category_id": "light", "brand": "Arden", **more},
        variants=[
            Variant(
                sku=f"{key}-{place}",
                options={"colour": colour} if colour else {},
                list_price=Decimal(price),
                currency="GBP",
                stock=stock,
            )
            for place, colour in enumerate(colours or ("",))
        ],
    )
    session.add(found)
    session.flush()
    for place, stars in enumerate(ratings):
        customer = f"{key}-{place}"
        session.add(Customer(id=customer, created_at=NOW))
        session.flush()
        session.add(
            Interaction(
                customer_id=customer,
                product_id=key,
                kind=InteractionKind.RATING,
                rating=stars,
                at=NOW,
            )
        )
    session.flush()
    return found


def test_prices_tell_the_cheapest_and_the_dearest(turn: Turn, session: Session) -> None:
    three = [product(session, key, price) for key, price in (("a", "5"), ("b", "20"), ("c", "9"))]
    assert differences(turn, session, three) == [
        "the cheapest, £5.00",
        "the dearest, £20.00",
        "£9.00",
    ]


def test_of_equal_prices_none_is_the_cheapest(turn: Turn, session: Session) -> None:
    three = [product(session, key, price) for key, price in (("a", "5"), ("b", "5"), ("c", "9"))]
    assert differences(turn, session, three)[:2] == ["£5.00", "£5.00"]


def test_only_what_no_other_has_is_told(turn: Turn, session: Session) -> None:
    three = [
        product(session, "a", "5", brand="Boke"),
        product(session, "b", "5", category_id="bath"),
        product(session, "c", "5"),
    ]
    assert differences(turn, session, three) == [
        "£5.00; the only one by Boke",
        "£5.00; the only one of Bath",
        "£5.00",
    ]


def test_options_are_told_that_no_other_comes_in(turn: Turn, session: Session) -> None:
    three = [
        product(session, "a", "5", colours=("red", "blue")),
        product(session, "b", "5", colours=("red",)),
        product(session, "c", "5"),
    ]
    found = differences(turn, session, three)
    assert found == ["£5.00; the only one to come in this colour: blue", "£5.00", "£5.00"]
    # Of things that have no colours to choose from, colours are no difference worth telling.
    assert differences(turn, session, three[1:]) == ["£5.00", "£5.00"]


def test_a_best_rating_leads_all_others_by_enough_ratings(turn: Turn, session: Session) -> None:
    best = product(session, "a", "5", ratings=(5, 5, 4))
    good = product(session, "b", "5", ratings=(4, 4, 4))
    few = product(session, "c", "5", ratings=(3,))
    assert differences(turn, session, [best, good])[0] == (
        "£5.00; rated best, 4.7 of 5 by 3 customers"
    )
    assert differences(turn, session, [best, few])[0] == "£5.00"


def test_few_left_is_told_where_the_others_have_plenty(turn: Turn, session: Session) -> None:
    few = product(session, "a", "5", stock=2)
    plenty = product(session, "b", "5")
    unknown = product(session, "c", "5", stock=None)
    assert differences(turn, session, [few, plenty]) == ["£5.00; only 2 left", "£5.00"]
    assert differences(turn, session, [few, unknown])[0] == "£5.00"


def test_facts_hold_a_value_of_each_product_and_tell_which_differ(
    turn: Turn, session: Session
) -> None:
    two = [
        product(session, "a", "5", colours=("red", "blue"), ratings=(5, 4)),
        product(session, "b", "7", stock=0),
    ]
    found = {one.title: one for one in facts(turn, session, two)}
    assert {title: one.values for title, one in found.items()} == {
        "Price": ("£5.00", "£7.00"),
        "Rating": ("4.5 of 5 (2)", None),
        "Category": ("Lighting", "Lighting"),
        "Brand": ("Arden", "Arden"),
        "Colour": ("red and blue", None),
        "Availability": ("in stock (40)", "out of stock"),
        "Warranty": ("24 months", "24 months"),
    }
    assert [title for title, one in found.items() if not one.differs] == [
        "Category",
        "Brand",
        "Warranty",
    ]


def test_facts_come_in_the_language_of_the_conversation(chinese: Turn, session: Session) -> None:
    names = {"brand_zh": "雅顿", "options_zh": {"red": "红色"}}
    two = [
        product(session, "a", "5", colours=("red",), attributes=names),
        product(session, "b", "7", colours=("blue",)),
    ]
    found = {one.title: one.values for one in facts(chinese, session, two)}
    assert found["品牌"] == ("雅顿", "Arden")
    assert found["颜色"] == ("红色", "blue")
    assert found["类别"] == ("灯具", "灯具")
