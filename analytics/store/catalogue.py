"""Products and variants: which one is meant, what it costs, whether it is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from analytics.errors import AmbiguousProduct, UnknownProduct
from analytics.store.models import (
    LANGUAGES,
    Category,
    Interaction,
    Product,
    Review,
    Shop,
    Variant,
)
from analytics.store.search import Hit, matches, reindex, search
from analytics.store.terms import index_terms, terms

__all__ = [
    "Hit",
    "Rating",
    "brand",
    "brands",
    "by_code",
    "by_ids",
    "categories",
    "category_named",
    "fitting",
    "has_titled",
    "in_stock",
    "mentioned",
    "option",
    "options",
    "price",
    "ratings",
    "reindex",
    "resolve",
    "search",
    "shelves",
    "shop",
    "title",
    "units",
    "variant_for",
]

LEAST_COVERAGE: Final = 0.5
"A product that answers less of a reference than this is not what was meant."
CLEAR_LEAD: Final = 0.1
"The best product must lead the second by this, or the shopper is asked."
CANDIDATES: Final = 3
MENTIONS: Final = 10
"Products looked at for one whose title stands in a message."


@dataclass(frozen=True)
class Rating:
    """What customers think of a product: their mean, 1 to 5, and how many they are."""

    mean: float
    count: int


def shop(session: Session) -> Shop | None:
    """Return the shop's own row, or None while there is no shop."""
    return session.get(Shop, 1)


def by_ids(session: Session, product_ids: list[str]) -> dict[str, Product]:
    """Return products with their variants and categories, by id; unknown ids are left out."""
    query = _complete().where(Product.id.in_(product_ids))
    return {product.id: product for product in session.scalars(query)}


def by_code(session: Session, code: str) -> Product | None:
    """Return the product with this id, or with a variant of this SKU, in any case; else None."""
    code = code.strip().upper()
    variant = select(Variant.product_id).where(func.upper(Variant.sku) == code)
    return session.scalar(
        _complete().where((func.upper(Product.id) == code) | Product.id.in_(variant)).limit(1)
    )


def brands(session: Session) -> dict[str, dict[str, str]]:
    """Return the brands of the products still sold, each as every language writes it."""
    chinese = Product.attributes["brand_zh"].as_string()
    query = select(Product.brand, chinese).where(Product.active, Product.brand.is_not(None))
    rows = session.execute(query.distinct().order_by(Product.brand))
    return {
        str(name): {"en": str(name), "zh": translated or str(name)} for name, translated in rows
    }


def categories(session: Session, category_ids: Sequence[str] | None = None) -> list[Category]:
    """Return the categories of these ids in their order, or all in the order of their ids."""
    if category_ids is None:
        return list(session.scalars(select(Category).order_by(Category.id)))
    found = {one.id: one for one in session.scalars(_categories(category_ids))}
    return [found[one] for one in category_ids if one in found]


def category_named(session: Session, words: str) -> str | None:
    """Return the id of the category whose title, in one language, has all the words; or None."""
    said = set(terms(words))
    for one in categories(session):
        if said and (said <= set(terms(one.title_en)) or said <= set(terms(one.title_zh))):
            return one.id
    return None


def has_titled(session: Session, words: str) -> bool:
    """Return whether a product's titles, or a category's, have all the words as they are."""
    said = set(terms(words))
    names = [hit.product for hit in search(session, words, limit=1)]
    titles = [set(index_terms(f"{one.title_en} {one.title_zh}")) for one in names]
    return bool(said) and (
        any(said <= title for title in titles) or category_named(session, words) is not None
    )


def shelves(session: Session, most: int) -> dict[str, dict[str, list[str]]]:
    """Return by language what stands in each category, by its id: its title, and of products.

    Args:
        most: product titles in all; each category gives equally many, spread evenly over its ids.
    """
    every = categories(session)
    each = max(1, most // max(1, len(every)))
    found = {language: {one.id: [title(one, language)] for one in every} for language in LANGUAGES}
    for category_id, *titles in session.execute(_spread(each)):
        for language, text in zip(LANGUAGES, titles, strict=True):
            found[language][category_id].append(text)
    return found


def resolve(session: Session, reference: str) -> Product:
    """Return the product meant by a code (product id or SKU, any case) or by words.

    Raises:
        UnknownProduct: nothing fits.
        AmbiguousProduct: several fit about equally well.
    """
    if exact := by_code(session, reference):
        return exact
    hits = [hit for hit in search(session, reference) if hit.coverage >= LEAST_COVERAGE]
    if not hits:
        raise UnknownProduct(reference)
    rivals = [hit for hit in hits if hits[0].coverage - hit.coverage < CLEAR_LEAD]
    if len(rivals) > 1:
        raise AmbiguousProduct(reference, [hit.product.id for hit in rivals[:CANDIDATES]])
    return hits[0].product


def mentioned(session: Session, text: str) -> Product | None:
    """Return the product whose whole title stands in `text`, the longest of several, or None."""
    said = set(terms(text))
    found: list[tuple[int, Product]] = []
    for hit in search(session, text, limit=MENTIONS):
        for name in {hit.product.title_en, hit.product.title_zh}:
            words = set(terms(name))
            if words and words <= said:
                found.append((len(words), hit.product))
    longest = max((length for length, _ in found), default=0)
    products = {product.id: product for length, product in found if length == longest}
    return next(iter(products.values())) if len(products) == 1 else None


def fitting(session: Session, words: str, limit: int) -> list[str]:
    """Return the ids of the products that fit the words about as well as the best one does.

    Empty where even that answers too little of them; `limit` at most.
    """
    found = matches(session, words, limit=limit)
    best = max(found.values(), default=0.0)
    if best < LEAST_COVERAGE:
        return []
    return [one for one, coverage in found.items() if best - coverage < CLEAR_LEAD]


def ratings(session: Session, product_ids: Collection[str]) -> dict[str, Rating]:
    """Return the ratings of products by id: of reviews and of those that customers gave before."""
    given = union_all(
        select(Review.product_id, Review.rating).where(Review.product_id.in_(product_ids)),
        select(Interaction.product_id, Interaction.rating).where(
            Interaction.product_id.in_(product_ids), Interaction.rating.is_not(None)
        ),
    ).subquery()
    query = select(given.c.product_id, func.avg(given.c.rating), func.count())
    return {
        product_id: Rating(float(mean), count)
        for product_id, mean, count in session.execute(query.group_by(given.c.product_id))
    }


def variant_for(product: Product, reference: str) -> Variant:
    """Return the variant that `reference` names by SKU, else the cheapest at hand."""
    code = reference.strip().upper()
    for variant in product.variants:
        if variant.sku.upper() == code:
            return variant
    return min(product.variants, key=lambda one: (one.stock == 0, one.list_price, one.sku))


def price(product: Product) -> Decimal:
    """Return the list price of the product's cheapest variant, in the variant's currency."""
    return min(variant.list_price for variant in product.variants)


def in_stock(product: Product) -> bool | None:
    """Return whether any variant is at hand; None where the shop does not tell."""
    stocks = [variant.stock for variant in product.variants if variant.stock is not None]
    return any(stocks) if stocks else None


def title(named: Product | Category, language: str) -> str:
    """Return the title in the language, `en` or `zh`."""
    return named.title_zh if language == "zh" else named.title_en


def description(product: Product, language: str) -> str:
    """Return the description in the language, `en` or `zh`; empty where there is none."""
    return product.description_zh if language == "zh" else product.description_en


def units(product: Product) -> int | None:
    """Return how many units of all variants are at hand; None where the shop does not tell."""
    stocks = [variant.stock for variant in product.variants if variant.stock is not None]
    return sum(stocks) if stocks else None


def brand(product: Product, language: str) -> str | None:
    """Return the brand as the language writes it, where the shop says so; else as it is."""
    translated = product.attributes.get("brand_zh") if language == "zh" else None
    return str(translated) if translated else product.brand


def option(product: Product, value: str, language: str) -> str:
    """Return the value of an option as the language writes it, where the shop says so."""
    translated = product.attributes.get("options_zh") if language == "zh" else None
    return str(translated.get(value, value)) if translated else value


def options(variant: Variant) -> str:
    """Return the variant's options as one text, such as `red, M`; empty without options."""
    return ", ".join(str(value) for value in variant.options.values())


def _categories(category_ids: Sequence[str]) -> Select[Category]:
    return select(Category).where(Category.id.in_(category_ids))


def _spread(each: int) -> Select[str, str, str]:
    """Ask for category, English and Chinese title of about `each` products of every category."""
    place = func.row_number().over(partition_by=Product.category_id, order_by=Product.id) - 1
    count = func.count().over(partition_by=Product.category_id)
    numbered = (
        select(
            Product.category_id,
            Product.title_en,
            Product.title_zh,
            # As many multiples of the count are passed as titles are wanted.
            ((place * each) % count).label("step"),
        )
        .where(Product.active, Product.category_id.is_not(None))
        .subquery()
    )
    columns = numbered.c
    query = select(columns.category_id, columns.title_en, columns.title_zh)
    return query.where(columns.step < each).order_by(columns.category_id, columns.title_en)


def _complete() -> Select[Product]:
    return (
        select(Product)
        .where(Product.active)
        .options(joinedload(Product.category), selectinload(Product.variants))
    )
