"""Finding products by words: an inverted index in two plain tables, the same on every database.

A query's words are weighted by inverse document frequency (Manning, Raghavan and Schütze,
"Introduction to Information Retrieval", chapter 6); a word that the catalogue does not hold is
replaced by the closest one that it does. Han text is indexed by its character pairs, since it has
no spaces.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session, joinedload, selectinload

from analytics.store.models import Product, ProductTerm, SearchTerm, Variant

TITLE_SHARE: Final = 1.0
OTHER_SHARE: Final = 0.5
FUZZY_CUTOFF: Final = 80.0
"Least similarity (0 to 100, rapidfuzz's ratio) at which a word stands for a misspelt one."
_TERM_LENGTH: Final = 80
_BATCH: Final = 20_000
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*", re.UNICODE)
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_HAN_OR_OTHER: Final = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")


@dataclass(frozen=True)
class Hit:
    """A product found.

    Attributes:
        coverage: 0 to 1, how much of the query's weight the product answers.
    """

    product: Product
    coverage: float


def terms(text: str) -> Iterator[str]:
    """Yield the index terms of `text`: stems of words, and pairs of Han characters."""
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        for run in _HAN_OR_OTHER.findall(word):
            if _HAN.match(run):
                yield from (a + b for a, b in pairwise(run)) if len(run) > 1 else (run,)
            else:
                yield _stem(run)[:_TERM_LENGTH]


def reindex(session: Session) -> None:
    """Build the index anew from all active products. Linear in the catalogue's text."""
    session.execute(delete(ProductTerm))
    session.execute(delete(SearchTerm))
    query = (
        select(Product)
        .where(Product.active)
        .options(joinedload(Product.category), selectinload(Product.variants))
    )
    shares = {
        product.id: _shares(product) for product in session.scalars(query.order_by(Product.id))
    }
    counts = Counter(term for found in shares.values() for term in found)
    _insert(
        session,
        SearchTerm,
        (
            {"term": term, "weight": math.log(1 + len(shares) / count)}
            for term, count in sorted(counts.items())
        ),
    )
    _insert(
        session,
        ProductTerm,
        (
            {"term": term, "product_id": product_id, "share": share}
            for product_id, found in shares.items()
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

    Args:
        max_price: leave out products whose cheapest variant costs more (list price).
    """
    wanted = set(terms(text))
    known = _known_terms(session, wanted)
    if not known:
        return []
    weights = dict(
        session.execute(
            select(SearchTerm.term, SearchTerm.weight).where(SearchTerm.term.in_(known))
        ).all()
    )
    score = func.sum(ProductTerm.share * SearchTerm.weight).label("score")
    query = (
        select(ProductTerm.product_id, score)
        .join(SearchTerm, SearchTerm.term == ProductTerm.term)
        .where(ProductTerm.term.in_(weights))
        .group_by(ProductTerm.product_id)
        .order_by(score.desc(), ProductTerm.product_id)
        .limit(limit)
    )
    if max_price is not None:
        query = query.where(
            exists().where(
                Variant.product_id == ProductTerm.product_id, Variant.list_price <= max_price
            )
        )
    scores = dict(session.execute(query).all())
    unknown = len(wanted) - len(known)
    full = sum(weights.values()) + unknown * max(weights.values())
    products = session.scalars(
        select(Product)
        .where(Product.id.in_(scores))
        .options(joinedload(Product.category), selectinload(Product.variants))
    )
    hits = [Hit(product, min(1.0, scores[product.id] / full)) for product in products]
    return sorted(hits, key=lambda hit: (-hit.coverage, hit.product.id))


def _known_terms(session: Session, wanted: set[str]) -> set[str]:
    """Return the catalogue's own terms for the wanted ones, misspelt words mended."""
    known = set(session.scalars(select(SearchTerm.term).where(SearchTerm.term.in_(wanted))))
    for term in sorted(wanted - known):
        if len(term) < 4 or _HAN.match(term):
            continue
        alike = session.scalars(select(SearchTerm.term).where(SearchTerm.term.startswith(term[0])))
        if best := process.extractOne(
            term, list(alike), scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF
        ):
            known.add(best[0])
    return known


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
    return {term for text in texts for term in terms(text)}


def _stem(word: str) -> str:
    """Take the plural off an English word; enough for titles, and never merges codes."""
    if any(character.isdigit() for character in word) or len(word) < 4:
        return word
    for ending, stem in (
        ("ies", "y"),
        ("sses", "ss"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("xes", "x"),
    ):
        if word.endswith(ending):
            return word[: -len(ending)] + stem
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _insert(session: Session, table: type, rows: Iterable[dict[str, object]]) -> None:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            session.execute(insert(table), batch)
            batch = []
    if batch:
        session.execute(insert(table), batch)
