"""How products differ, by what the shop's records say of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from actions.questions.finding import attribute_title
from actions.turn import Turn
from analytics.recommend.guide import OPTION
from analytics.store import catalogue
from analytics.store.models import Product

MOST_POINTS: Final = 3
"What is told of one product among others."
FEW_LEFT: Final = 5
LEAST_RATINGS: Final = 3
"With fewer ratings nothing is said of which product is liked best."
LEAST_LEAD: Final = 0.2
"Stars by which a product must lead the next one to be liked better."


@dataclass(frozen=True)
class Fact:
    """One thing that is known of products.

    Attributes:
        title: what it is called.
        values: what it is of each product, in words; None where it is not known.
    """

    title: str
    values: tuple[str | None, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def facts(turn: Turn, session: Session, products: Sequence[Product]) -> list[Fact]:
    """Return what is known of products, as rows of a table: what decides most comes first."""
    ratings = catalogue.ratings(session, [one.id for one in products])

    def row(name: str, tell: Callable[[Product], str | None]) -> Fact:
        return Fact(turn.texts.get(f"utter_fact_{name}"), tuple(map(tell, products)))

    def rating(product: Product) -> str | None:
        found = ratings.get(product.id)
        if found is None:
            return None
        stars = turn.texts.number(found.mean, 1)
        return turn.texts.get("utter_fact_stars", stars=stars, count=found.count)

    def category(product: Product) -> str | None:
        return catalogue.title(product.category, turn.language) if product.category else None

    rows = [
        row("price", lambda one: _price(turn, one)),
        row("rating", rating),
        row("category", category),
        row("brand", lambda one: catalogue.brand(one, turn.language)),
        *(
            Fact(
                _capitalised(attribute_title(turn, OPTION + name)),
                tuple(
                    turn.texts.enumeration(_choices(turn, one, name)) or None for one in products
                ),
            )
            for name in _option_names(products)
        ),
        row("stock", lambda one: _stock(turn, one)),
        row("warranty", lambda one: _warranty(turn, one)),
    ]
    return [one for one in rows if any(one.values)]


def differences(turn: Turn, session: Session, products: Sequence[Product]) -> list[str]:
    """Return of each product in what it differs from the others, the most telling first.

    Every word of it holds against all the others. Of a product that nothing sets apart, the price.
    """
    ratings = catalogue.ratings(session, [one.id for one in products])
    found = []
    for product in products:
        others = [one for one in products if one is not product]
        points = [
            *_by_price(turn, product, others),
            *_by_rating(turn, product, others, ratings),
            *_by_name(turn, product, others),
            *_by_options(turn, product, others),
            *_by_stock(turn, product, others),
            *_by_warranty(turn, product, others),
        ]
        found.append(turn.texts.series(points[:MOST_POINTS]))
    return found


def _by_price(turn: Turn, product: Product, others: Sequence[Product]) -> list[str]:
    prices = [catalogue.price(one) for one in others]
    price = catalogue.price(product)
    name = "cheapest" if price < min(prices) else "dearest" if price > max(prices) else "price"
    return [turn.texts.get(f"utter_differs_{name}", price=_price(turn, product))]


def _by_rating(
    turn: Turn,
    product: Product,
    others: Sequence[Product],
    ratings: dict[str, catalogue.Rating],
) -> list[str]:
    own = ratings.get(product.id)
    known = [ratings.get(one.id) for one in others]
    if own is None or own.count < LEAST_RATINGS:
        return []
    if not all(
        one and one.count >= LEAST_RATINGS and own.mean - one.mean >= LEAST_LEAD for one in known
    ):
        return []
    stars = turn.texts.number(own.mean, 1)
    return [turn.texts.get("utter_differs_rating", stars=stars, count=own.count)]


def _by_name(turn: Turn, product: Product, others: Sequence[Product]) -> list[str]:
    """Tell of the category, else of the brand, that no other has."""
    own = product.category
    if own and all(one.category_id != product.category_id for one in others):
        category = catalogue.title(own, turn.language)
        return [turn.texts.get("utter_differs_category", category=category)]
    if product.brand and all(one.brand != product.brand for one in others):
        brand = catalogue.brand(product, turn.language)
        return [turn.texts.get("utter_differs_brand", brand=brand)]
    return []


def _by_options(turn: Turn, product: Product, others: Sequence[Product]) -> list[str]:
    points = []
    for name in _option_names([product]):
        elsewhere = {value for one in others for value in _choices(turn, one, name)}
        alone = [one for one in _choices(turn, product, name) if one not in elsewhere]
        if alone and elsewhere:
            points.append(
                turn.texts.get(
                    "utter_differs_option",
                    option=attribute_title(turn, OPTION + name),
                    values=turn.texts.enumeration(alone),
                )
            )
    return points


def _by_stock(turn: Turn, product: Product, others: Sequence[Product]) -> list[str]:
    own = catalogue.units(product)
    if own == 0 and all(catalogue.in_stock(one) for one in others):
        return [turn.texts.get("utter_differs_gone")]
    few = own is not None and 0 < own <= FEW_LEFT
    if few and all((catalogue.units(one) or 0) > FEW_LEFT for one in others):
        return [turn.texts.get("utter_differs_few", count=own)]
    return []


def _by_warranty(turn: Turn, product: Product, others: Sequence[Product]) -> list[str]:
    months = turn.services.service_desk.policy.warranty
    own = months.of(product.category_id)
    if all(own > months.of(one.category_id) for one in others):
        return [turn.texts.get("utter_differs_warranty", months=own)]
    return []


def _price(turn: Turn, product: Product) -> str:
    """Return the price, from which on where the options differ in it."""
    price = catalogue.price(product)
    said = turn.texts.money(price, product.variants[0].currency)
    several = any(one.list_price != price for one in product.variants)
    return turn.texts.get("utter_price_from", price=said) if several else said


def _stock(turn: Turn, product: Product) -> str | None:
    at_hand = catalogue.in_stock(product)
    if at_hand is None:
        return None
    count = turn.texts.number(catalogue.units(product) or 0)
    return turn.texts.get("utter_fact_in_stock" if at_hand else "utter_fact_no_stock", count=count)


def _warranty(turn: Turn, product: Product) -> str | None:
    months = turn.services.service_desk.policy.warranty.of(product.category_id)
    return turn.texts.get("utter_fact_months", months=months) if months else None


def _option_names(products: Sequence[Product]) -> list[str]:
    named = [name for one in products for variant in one.variants for name in variant.options]
    return list(dict.fromkeys(named))


def _choices(turn: Turn, product: Product, option: str) -> list[str]:
    """Return what a product can be had in, in the order of its variants."""
    values = [one.options[option] for one in product.variants if option in one.options]
    return [catalogue.option(product, one, turn.language) for one in dict.fromkeys(values)]


def _capitalised(title: str) -> str:
    return title[:1].upper() + title[1:]
