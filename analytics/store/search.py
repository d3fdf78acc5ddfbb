"""Finding products by words: an inverted index in two plain tables, the same on every database.

A query's words are weighted by inverse document frequency (Manning, Raghavan and Schütze,
"Introduction to Information Retrieval", chapter 6). A word that the catalogue does not hold is
replaced by a synonym that it does, else by the closest word. Products that hold only common words
of the query are looked at only where they could be among the best (MaxScore; Turtle and Flood 1995,
"Query evaluation: strategies and optimizations").
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy import Select, case, delete, exists, func, insert, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from analytics.store.models import Product, ProductTerm, SearchTerm, Variant
from analytics.store.synonyms import Synonyms, embedded_synonyms
from analytics.store.terms import CODE_SIGN, HAN, index_terms, terms

TITLE_SHARE: Final = 1.0
OTHER_SHARE: Final = 0.5
FUZZY_CUTOFF: Final = 80.0
"Least similarity (0 to 100, rapidfuzz's ratio) at which a word stands for a misspelt one."
RARE: Final = 0.02
"The rarest words of a query that at most this share of the products hold pick the candidates."
_BATCH: Final = 20_000
_PRODUCTS: Final = 2_000


@dataclass(frozen=True)
class Hit:
    """A product found.

    Attributes:
        coverage: 0 to 1, how much of the query's weight the product answers.
    """

    product: Product
    coverage: float


def reindex(session: Session) -> None:
    """Build the index anew from all active products.

    Linear in the catalogue's text; holds the distinct terms in memory, not the products.
    """
    session.execute(delete(ProductTerm))
    session.execute(delete(SearchTerm))
    counts: Counter[str] = Counter()
    products = 0
    for _, found in _indexed(session):
        counts.update(found.keys())
        products += 1
    _insert(
        session,
        SearchTerm,
        (
            {"term": term, "weight": math.log(1 + products / count)}
            for term, count in sorted(counts.items())
        ),
    )
    _insert(
        session,
        ProductTerm,
        (
            {"term": term, "product_id": product_id, "share": share}
            for product_id, found in _indexed(session)
            for term, share in sorted(found.items())
        ),
    )


def search(
    session: Session,
    text: str,
    *,
    limit: int = 5,
    max_price: Decimal | None = None,
) -> list[Hit]:
    """Return the products that fit `text` best, best first, ties by id.

    The synonyms are those of the store that the session is of.

    Args:
        max_price: leave out products whose cheapest variant costs more (list price).
    """
    coverages = matches(session, text, limit=limit, max_price=max_price)
    products = session.scalars(
        select(Product)
        .where(Product.id.in_(coverages))
        .options(joinedload(Product.category), selectinload(Product.variants))
    )
    hits = [Hit(product, coverages[product.id]) for product in products]
    return sorted(hits, key=lambda hit: (-hit.coverage, hit.product.id))


def matches(
    session: Session, text: str, *, limit: int, max_price: Decimal | None = None
) -> dict[str, float]:
    """Return the ids of the products that `search` would find, each with its coverage."""
    weights, unknown = _weights(session, set(terms(text)))
    if not weights:
        return {}
    scores = _best(session, weights, limit, max_price)
    full = sum(weights.values()) + unknown * max(weights.values())
    return {product_id: min(1.0, score / full) for product_id, score in scores.items()}


def _best(
    session: Session, weights: dict[str, float], limit: int, max_price: Decimal | None
) -> dict[str, float]:
    """Return the scores of the best products, by id."""
    perfect = session.scalars(_holding_all(weights, limit, max_price)).all()
    if len(perfect) == limit:
        return dict.fromkeys(perfect, TITLE_SHARE * sum(weights.values()))
    query = _scored(weights, limit, max_price)
    rare, common = _by_rarity(weights)
    if common:
        holding = select(ProductTerm.product_id).where(ProductTerm.term.in_(rare))
        among = holding.distinct().subquery()
        scores = _scores(session, query.join(among, among.c.product_id == ProductTerm.product_id))
        # What holds common words alone scores no more than this.
        most_of_others = TITLE_SHARE * sum(weights[term] for term in common)
        if len(scores) == limit and min(scores.values()) > most_of_others:
            return scores
    return _scores(session, query)


def _scores(session: Session, query: Select[str, float]) -> dict[str, float]:
    return dict(session.execute(query).all())


def _holding_all(weights: dict[str, float], limit: int, max_price: Decimal | None) -> Select[str]:
    """Ask for the products whose title holds every term: nothing scores better.

    Reads the rarest term's products in their order, and stops when there are enough.
    """
    rarest, *others = sorted(weights, key=lambda term: (-weights[term], term))
    query = select(ProductTerm.product_id).where(
        ProductTerm.term == rarest, ProductTerm.share == TITLE_SHARE
    )
    for term in others:
        other = aliased(ProductTerm)
        query = query.where(
            exists().where(
                other.term == term,
                other.product_id == ProductTerm.product_id,
                other.share == TITLE_SHARE,
            )
        )
    return _cheap_enough(query, max_price).order_by(ProductTerm.product_id).limit(limit)


def _by_rarity(weights: dict[str, float]) -> tuple[list[str], list[str]]:
    """Return the rarest terms, one at least and `RARE` of the products at most, and the others."""
    ordered = sorted(weights, key=lambda term: (-weights[term], term))
    held = 0.0
    for at, term in enumerate(ordered):
        held += 1 / math.expm1(weights[term])
        if at and held > RARE:
            return ordered[:at], ordered[at:]
    return ordered, []


def _scored(weights: dict[str, float], limit: int, max_price: Decimal | None) -> Select[str, float]:
    weight = case(weights, value=ProductTerm.term)
    score = func.sum(ProductTerm.share * weight).label("score")
    query = (
        select(ProductTerm.product_id, score)
        .where(ProductTerm.term.in_(weights))
        .group_by(ProductTerm.product_id)
        .order_by(score.desc(), ProductTerm.product_id)
        .limit(limit)
    )
    return _cheap_enough(query, max_price)


def _cheap_enough[*Columns](query: Select[*Columns], max_price: Decimal | None) -> Select[*Columns]:
    if max_price is None:
        return query
    return query.where(
        exists().where(
            Variant.product_id == ProductTerm.product_id, Variant.list_price <= max_price
        )
    )


def _weights(session: Session, wanted: set[str]) -> tuple[dict[str, float], int]:
    """Return the weights of the catalogue's terms for the wanted ones, and how many have none."""
    synonyms: Synonyms = session.info.get("synonyms") or embedded_synonyms()
    others = synonyms.others(wanted)
    known = _known(session, wanted.union(*(term for words in others.values() for term in words)))
    weights = {term: known[term] for term in wanted if term in known}
    missing = wanted - known.keys()
    for word, instead in others.items():
        held = [other for other in instead if other <= known.keys()]
        if word & missing and held:
            # The commonest is the word that this catalogue uses.
            best = min(held, key=lambda other: max(known[term] for term in other))
            weights |= {term: known[term] for term in best}
            missing -= word
    mended = {term: closest for term in sorted(missing) if (closest := _closest(session, term))}
    weights |= _known(session, set(mended.values()))
    return weights, len(missing) - len(mended)


def _known(session: Session, wanted: set[str]) -> dict[str, float]:
    query = select(SearchTerm.term, SearchTerm.weight).where(SearchTerm.term.in_(wanted))
    return dict(session.execute(query).all())


def _closest(session: Session, term: str) -> str | None:
    """Return the catalogue's term that `term` is a misspelling of, or None."""
    if len(term) < 4 or HAN.match(term) or term.startswith(CODE_SIGN):
        return None
    # A ratio above the cutoff leaves no room for other lengths.
    room = FUZZY_CUTOFF / (200 - FUZZY_CUTOFF)
    alike = session.scalars(
        select(SearchTerm.term).where(
            SearchTerm.term >= term[0],
            SearchTerm.term < chr(ord(term[0]) + 1),
            func.length(SearchTerm.term).between(
                math.ceil(len(term) * room), math.floor(len(term) / room)
            ),
        )
    )
    best = process.extractOne(term, list(alike), scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF)
    return best[0] if best else None


def _indexed(session: Session) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each active product's id with the shares of its terms, by id."""
    query = (
        select(Product)
        .where(Product.active)
        .options(joinedload(Product.category), selectinload(Product.variants))
        .order_by(Product.id)
        .execution_options(yield_per=_PRODUCTS)
    )
    for product in session.scalars(query):
        yield product.id, _shares(product)


def _shares(product: Product) -> dict[str, float]:
    category = product.category
    titles = [product.id, product.title_en, product.title_zh]
    others = [
        product.brand or "",
        *([category.title_en, category.title_zh] if category else []),
        *(str(value) for value in product.attributes.values()),
        *(variant.sku for variant in product.variants),
        *(str(value) for variant in product.variants for value in variant.options.values()),
    ]
    shares = dict.fromkeys(_all_terms(others), OTHER_SHARE)
    return {**shares, **dict.fromkeys(_all_terms(titles), TITLE_SHARE)}


def _all_terms(texts: Iterable[str]) -> set[str]:
    return {term for text in texts for term in index_terms(text)}


def _insert(session: Session, table: type, rows: Iterable[dict[str, object]]) -> None:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            session.execute(insert(table), batch)
            batch = []
    if batch:
        session.execute(insert(table), batch)
