"""What to suggest now: the models' ranking, what the shop can sell, and the reason for each."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from enum import StrEnum
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from analytics.columns import ITEM, SCORE
from analytics.errors import InvalidInput
from analytics.recommend.diversity import diversified, likeness
from analytics.recommend.matrix import positions
from analytics.recommend.policy import RecommendPolicy
from analytics.recommend.ranking import Scores
from analytics.recommend.recommender import RUNG, Recommender, Rung
from analytics.store import catalogue, purchases
from analytics.store.models import Product
from analytics.store.offers import Limits, Offer, Selection, offers

GUEST: Final = ""
"The user of whom nothing is known."
NARROW: Final = 1_000
"Offers up to which a wish is narrow: they are then the candidates."
FEWEST_RANKED: Final = 40
"Items asked of the models at first; doubled while too few of them will do."
PERSONAL: Final = (Rung.CUSTOMER, Rung.SESSION)
"The rungs whose answers rest on certain items."
TINY: Final = 1e-12
CAUSES: Final = 5
"Own items looked at for the reason of a suggestion."

logger = logging.getLogger(__name__)


class ReasonKind(StrEnum):
    """Why a product is suggested; the items of the reason are named in brackets."""

    BOUGHT = "bought"
    "Likeness to what the customer bought [those]."
    SESSION = "session"
    "Likeness to what is in the cart, or was looked at [those]."
    SIMILAR = "similar"
    "Likeness to the product that was asked about [it]."
    TOGETHER = "together"
    "Customers buy it beside the products that were asked about [those]."
    CATEGORY = "category"
    "Popular in its category, one of the session's or of the customer's [none]."
    POPULAR = "popular"
    "Many customers buy it [none]."


@dataclass(frozen=True)
class Reason:
    """Why a product is suggested; `item_ids` by how much they contribute, largest first."""

    kind: ReasonKind
    item_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        customer_id: whose history may be used; None for a guest.
        session_items: in the cart, or looked at in this conversation.
        like: a product to be similar to.
        goes_with: products to be bought together with; nothing of their own kind, the last word of
            the title, which would take their place.
        only_items, categories: the only ones that will do; None for any.
        min_price, max_price: of the cheapest variant, both included.
        exclude_bought: leave out what the customer bought, put in a cart or rated before, and what
            he viewed since the training.
    """

    customer_id: str | None = None
    session_items: tuple[str, ...] = ()
    like: str | None = None
    goes_with: tuple[str, ...] = ()
    only_items: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    without_brands: frozenset[str] = frozenset()
    without_categories: frozenset[str] = frozenset()
    without_items: frozenset[str] = frozenset()
    exclude_bought: bool = True


@dataclass(frozen=True)
class Suggestion:
    """A product to suggest.

    Attributes:
        reason: None where there is nothing true to say.
        score: compares within a rung only.
    """

    product: Product
    reason: Reason | None
    rung: Rung
    score: float


@dataclass(frozen=True)
class _Asked:
    """A wish with what the shop and the models know of it."""

    session: Session
    recommender: Recommender
    wish: Wish
    limits: Limits
    user: str
    recent: Mapping[str, Sequence[str]]
    session_items: Sequence[str]
    named: Mapping[str, Product]
    "The products asked about."

    @classmethod
    def of(
        cls, session: Session, recommender: Recommender, policy: RecommendPolicy, wish: Wish
    ) -> _Asked:
        asked_about = [*wish.goes_with, *([wish.like] if wish.like else [])]
        named = catalogue.by_ids(session, asked_about) if asked_about else {}
        session_items = (*asked_about, *wish.session_items)
        without = Selection(
            wish.without_items | {*session_items}, wish.without_categories, wish.without_brands
        )
        limits = Limits(
            only=Selection(**policy.allow.model_dump()),
            without=without | Selection(**policy.deny.model_dump()),
            items=None if wish.only_items is None else frozenset(wish.only_items),
            categories=None if wish.categories is None else frozenset(wish.categories),
            min_price=wish.min_price,
            max_price=wish.max_price,
        )
        user, recent = _history(session, recommender, wish.customer_id, session_items)
        return cls(session, recommender, wish, limits, user, recent, session_items, named)


@dataclass(frozen=True)
class _Candidate:
    offer: Offer
    score: float
    rung: Rung
    tier: int
    "Which list it stands on, the best first."


def suggest(
    session: Session, recommender: Recommender, policy: RecommendPolicy, wish: Wish, n: int = 3
) -> list[Suggestion]:
    """Return what to suggest, the best first: exactly `n` while anything will do.

    What is suggested is sold, not known to be out of stock, within the wish, and allowed by the
    policy, on every rung of the ladder. What is like the product asked about, or goes with it,
    comes before all else. Of one category come as many as the policy says, more only where
    nothing else is left or a similar product is asked for.

    Raises:
        InvalidInput: `n` is below 1.
        NotFittedError: the recommender is not fitted.
    """
    if n < 1:
        raise InvalidInput("n", n, "a whole number from 1")
    asked = _Asked.of(session, recommender, policy, wish)
    pool = _pool(asked, n, policy)
    offered = [one.offer for one in pool]
    order = diversified(
        _relevance(pool),
        np.array([one.tier for one in pool], dtype=np.intp),
        likeness(offered, offered),
        [_kind(wish, one.offer) for one in pool],
        n,
        # What is near a product is alike; to vary it would lead away from the product.
        diversity=0.0 if asked.named else policy.diversity,
        most_of_a_kind=policy.most_of_a_kind,
    )
    chosen = [pool[position] for position in order]
    reasons = _reasons(asked, chosen)
    products = catalogue.by_ids(session, [one.offer.id for one in chosen])
    rungs = Counter(one.rung.value for one in chosen)
    logger.info("Suggested %d of %d asked for, by rung: %s", len(chosen), n, dict(rungs))
    return [
        Suggestion(products[one.offer.id], reason, one.rung, one.score)
        for one, reason in zip(chosen, reasons, strict=True)
    ]


def _kind(wish: Wish, offer: Offer) -> str | None:
    """Return that of which no more than a few are to come; None for no limit.

    That is the category. What goes with a product is mostly of its own category, so there it is
    what the product is; what is like a product is all of one kind.
    """
    if wish.like:
        return None
    return _noun(offer.title) if wish.goes_with else offer.category_id


def _history(
    session: Session,
    recommender: Recommender,
    customer_id: str | None,
    session_items: Sequence[str],
) -> tuple[str, dict[str, Sequence[str]]]:
    """Return the user to ask the models about, and what is new of him; a guest has nothing."""
    if customer_id is None:
        return GUEST, {}
    known = customer_id in recommender.fitted_matrix().users
    since = recommender.until_ if known else None
    new = purchases.touched_since(
        session, customer_id, None if since is None else since.replace(tzinfo=UTC)
    )
    if not known and not new:
        return GUEST, {}
    return customer_id, {customer_id: [*new, *session_items]}


def _pool(asked: _Asked, n: int, policy: RecommendPolicy) -> list[_Candidate]:
    """Return enough candidates to choose from, by tier and score."""
    own = _similar(asked) if asked.wish.like else _together(asked)
    if len(own) >= n:
        return own[: max(FEWEST_RANKED, 4 * n)]
    taken = {one.offer.id for one in own}
    tiers = {rung: tier for tier, rung in enumerate(Rung, start=2)}
    narrow = _narrow(asked)
    new_categories = _new_categories(asked)
    size = max(FEWEST_RANKED, 4 * n)
    while True:
        table = asked.recommender.recommend(
            [asked.user],
            size,
            exclude_seen=asked.wish.exclude_bought,
            candidates=None if narrow is None else list(narrow),
            session_items=asked.session_items,
            recent=asked.recent,
            categories=new_categories,
        )
        ids = table[ITEM].tolist()
        found = offers(asked.session, asked.limits, ids) if narrow is None else narrow
        ladder = [
            _Candidate(found[item], score, rung, tiers[rung])
            for item, score, rung in zip(ids, table[SCORE].tolist(), table[RUNG], strict=True)
            if item in found and item not in taken
        ]
        if len(table) < size:
            return own + ladder + _newcomers(asked, narrow, taken)
        if _spread(own + ladder, policy.most_of_a_kind) >= n:
            return own + ladder
        size *= 2


def _new_categories(asked: _Asked) -> list[str]:
    """Return the categories of what is in the session and came after the training."""
    items = asked.session_items
    known = positions(asked.recommender.fitted_matrix().items, items) >= 0
    new = [item for item, is_known in zip(items, known, strict=True) if not is_known]
    found = offers(asked.session, Limits(), new).values() if new else ()
    return [one.category_id for one in found if one.category_id is not None]


def _spread(pool: Collection[_Candidate], most_of_a_kind: int) -> int:
    """Return how many can be chosen with no more of a category than the policy likes."""
    counts = Counter(one.offer.category_id for one in pool)
    return sum(
        count if kind is None else min(count, most_of_a_kind) for kind, count in counts.items()
    )


def _narrow(asked: _Asked) -> dict[str, Offer] | None:
    """Return all offers that will do where the wish or the policy leaves few; else None."""
    limits = asked.limits
    bounds = (limits.items, limits.categories, limits.min_price, limits.max_price)
    if not limits.only and all(one is None for one in bounds):
        return None
    found = offers(asked.session, limits, most=NARROW + 1)
    return found if len(found) <= NARROW else None


def _newcomers(
    asked: _Asked, narrow: Mapping[str, Offer] | None, taken: Collection[str]
) -> list[_Candidate]:
    """Return what came into the shop after the training: offered when all else is exhausted."""
    found = offers(asked.session, asked.limits, most=NARROW) if narrow is None else narrow
    gone = {*taken, *_seen(asked)}
    known = positions(asked.recommender.fitted_matrix().items, found) >= 0
    return [
        _Candidate(offer, 0.0, Rung.POPULAR, len(Rung) + 2)
        for offer, is_known in zip(found.values(), known, strict=True)
        if not is_known and offer.id not in gone
    ]


def _similar(asked: _Asked) -> list[_Candidate]:
    """Return what is like the product asked about by description and by who buys it."""
    like = asked.named.get(asked.wish.like or "")
    if like is None:
        return []
    alike = asked.recommender.similar_items(like.id, FEWEST_RANKED)
    limits = asked.limits
    if limits.categories is None and like.category_id is not None:
        limits = replace(limits, categories=frozenset({like.category_id}))
    found = offers(asked.session, limits, most=NARROW)
    found |= offers(asked.session, asked.limits, alike[ITEM].tolist())
    found = {item: offer for item, offer in found.items() if item not in _seen(asked)}
    given = Offer(like.id, like.title_en, like.category_id, like.brand, catalogue.price(like))
    described = likeness([given], list(found.values()))[0]
    bought = dict(zip(alike[ITEM], alike[SCORE] / max(alike[SCORE].max(), TINY), strict=True))
    pool = [
        _Candidate(
            offer,
            (float(content) + bought.get(item, 0.0)) / 2,
            Rung.SESSION,
            int(offer.category_id != like.category_id),
        )
        for (item, offer), content in zip(found.items(), described, strict=True)
    ]
    return sorted(pool, key=lambda one: (one.tier, -one.score, one.offer.id))


def _together(asked: _Asked) -> list[_Candidate]:
    """Return what is bought beside the products asked about."""
    if not asked.wish.goes_with:
        return []
    scores = asked.recommender.bought_together(asked.wish.goes_with)
    best = scores[scores > 0].sort_values(ascending=False, kind="stable")[:NARROW]
    found = offers(asked.session, asked.limits, best.index.tolist())
    seen = _seen(asked)
    own_kinds = {_noun(one.title_en) for one in asked.named.values()}
    return [
        _Candidate(found[item], score, Rung.SESSION, 0)
        for item, score in best.items()
        if item in found and item not in seen and _noun(found[item].title) not in own_kinds
    ]


def _noun(title: str) -> str:
    """Return the word that says what a product is: the last one of its English title."""
    return title.casefold().split()[-1] if title.strip() else ""


def _seen(asked: _Asked) -> set[str]:
    """Return what is not to come again."""
    if not asked.wish.exclude_bought:
        return set()
    return {*asked.recommender.touched(asked.user), *asked.recent.get(asked.user, ())}


def _relevance(pool: Sequence[_Candidate]) -> Scores:
    """Return the scores, each divided by the highest of its tier."""
    highest: dict[int, float] = {}
    for one in pool:
        highest[one.tier] = max(one.score, highest.get(one.tier, TINY))
    return np.array([one.score / highest[one.tier] for one in pool])


def _reasons(asked: _Asked, chosen: Sequence[_Candidate]) -> list[Reason | None]:
    personal = [one.offer.id for one in chosen if one.tier >= 2 and one.rung in PERSONAL]
    causes = (
        asked.recommender.causes(
            asked.user,
            personal,
            CAUSES,
            asked.session_items,
            asked.recent,
            asked.wish.exclude_bought,
        )
        if personal
        else {}
    )
    named = {cause for found in causes.values() for cause in found}
    bought = (
        purchases.bought(asked.session, asked.user, named)
        if named and asked.user != GUEST
        else set()
    )
    return [_reason(asked, one, causes.get(one.offer.id, {}), bought) for one in chosen]


def _reason(
    asked: _Asked, one: _Candidate, causes: Collection[str], bought: set[str]
) -> Reason | None:
    """Return the reason that is true, the largest contribution first; None where there is none."""
    item = one.offer.id
    if one.tier < 2 and asked.wish.like:
        return Reason(ReasonKind.SIMILAR, (asked.wish.like,))
    if one.tier < 2:
        return Reason(ReasonKind.TOGETHER, _beside(asked, item))
    touched = {*asked.session_items, *asked.recent.get(asked.user, ())}
    nameable = {
        cause: ReasonKind.BOUGHT if cause in bought else ReasonKind.SESSION
        for cause in causes
        if cause in bought or cause in touched
    }
    if nameable:
        kind = next(iter(nameable.values()))
        return Reason(
            kind, tuple(cause for cause, its_kind in nameable.items() if its_kind is kind)
        )
    if not asked.recommender.is_popular(item):
        return None
    if one.rung is Rung.CATEGORY:
        return Reason(ReasonKind.CATEGORY)
    return Reason(ReasonKind.POPULAR)


def _beside(asked: _Asked, item: str) -> tuple[str, ...]:
    """Return the products asked about that customers buy with the item, most first."""
    shares = {
        given: float(asked.recommender.bought_together([given]).get(item, 0.0))
        for given in asked.wish.goes_with
    }
    return tuple(sorted((g for g in shares if shares[g] > 0), key=lambda g: -shares[g]))
