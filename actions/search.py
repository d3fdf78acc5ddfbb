"""What is looked for in guided finding, as far as the conversation has said it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Self

from sqlalchemy.orm import Session

from actions.turn import Turn
from analytics.columns import BRAND, CATEGORY, ITEM, PRICE
from analytics.recommend.guide import (
    Answer,
    Assortment,
    Enquiry,
    Floats,
    Mask,
    next_question,
    weigh,
)
from analytics.store import catalogue
from analytics.suggestions import Wish

MOST_QUESTIONS: Final = 3
FITTING: Final = 20_000
"Products looked at that fit the words of a wish."
RANKED: Final = 200
"Products that the customer's taste gives more weight."


@dataclass(frozen=True)
class Search:
    """What is looked for.

    Attributes:
        wish: what held from the beginning.
        words: each narrows the products down.
        answers: the latest to each attribute; exclusions add up.
        rounds: messages that have answered something.
        asked: the attribute asked about last.
        offered: what was offered of it, as its buttons have it.
    """

    wish: Wish
    words: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    rounds: int = 0
    asked: str | None = None
    offered: tuple[str, ...] = ()

    @classmethod
    def load(cls, kept: Mapping[str, Any] | None) -> Self:
        """Read what `kept` returned; nothing is looked for where it is None."""
        if kept is None:
            return cls(Wish())
        return cls(
            wish=_wish(kept["wish"]),
            words=tuple(kept["words"]),
            answers=tuple(
                Answer(**{**one, "values": tuple(one["values"]), "without": tuple(one["without"])})
                for one in kept["answers"]
            ),
            rounds=kept["rounds"],
            asked=kept["asked"],
            offered=tuple(kept["offered"]),
        )

    def kept(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        return {**asdict(self), "wish": {k: _plain(v) for k, v in vars(self.wish).items()}}

    def answered(self, answer: Answer) -> Self:
        """Return the search with one more answer: the others to its attribute are out of date."""
        others = [one for one in self.answers if one.attribute != answer.attribute]
        return replace(self, answers=(*others, answer))

    @property
    def settled(self) -> list[str]:
        """What is not to be asked about again."""
        return [one.attribute for one in self.answers if one.settles]

    @classmethod
    def begun(cls, wish: Wish, words: str | None) -> Self:
        """Return a search for what a wish is for; its price can be corrected like an answer."""
        low, high = (
            None if one is None else float(one) for one in (wish.min_price, wish.max_price)
        )
        limited = low is not None or high is not None
        return cls(
            wish=replace(wish, min_price=None, max_price=None),
            words=(words,) if words else (),
            answers=(Answer(PRICE, low=low, high=high),) if limited else (),
        )

    def fitting(self, session: Session, assortment: Assortment) -> Mask:
        """Return which products fit the wish and the words, whatever was answered (I)."""
        mask = _within(self.wish, assortment)
        for more in self.words:
            mask &= assortment.items.isin(catalogue.fitting(session, more, FITTING))
        return mask

    def remaining(self, session: Session, assortment: Assortment) -> Mask:
        """Return which products of the assortment fit (I)."""
        mask = self.fitting(session, assortment)
        for answer in self.answers:
            mask &= answer.keeps(assortment)
        return mask


def enquiry(turn: Turn, session: Session, search: Search) -> Enquiry | None:
    """Return what to ask next, or None where what fits can be shown."""
    if search.rounds >= MOST_QUESTIONS:
        return None
    assortment = turn.services.assortment
    remaining = search.remaining(session, assortment)
    return next_question(assortment, remaining, weights(turn, assortment, search), search.settled)


def weights(turn: Turn, assortment: Assortment, search: Search) -> Floats:
    """Return how likely each product is to be wanted by this customer (I)."""
    customer = search.wish.customer_id
    if customer is None:
        return weigh(assortment)
    ranked = turn.services.models.recommender.recommend([customer], n=RANKED)
    return weigh(assortment, list(ranked[ITEM]))


def fits_within(turn: Turn, session: Session, search: Search, more: str) -> bool:
    """Return whether some of what is looked for fits more words."""
    narrowed = replace(search, words=(*search.words, more))
    return bool(narrowed.remaining(session, turn.services.assortment).any())


def _within(wish: Wish, assortment: Assortment) -> Mask:
    mask = ~assortment.items.isin(list(wish.without_items))
    if wish.only_items is not None:
        mask &= assortment.items.isin(list(wish.only_items))
    if wish.categories is not None:
        mask &= assortment.attributes[CATEGORY].holding(wish.categories)
    mask &= ~assortment.attributes[CATEGORY].holding(wish.without_categories)
    mask &= ~assortment.attributes[BRAND].holding(wish.without_brands)
    return mask


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def _wish(kept: Mapping[str, Any]) -> Wish:
    """Read a wish as JSON has it."""
    found: dict[str, Any] = {}
    for one in fields(Wish):
        value = kept[one.name]
        if isinstance(value, list):
            value = tuple(value) if isinstance(one.default, tuple) else frozenset(value)
        found[one.name] = value
    return Wish(**found)
