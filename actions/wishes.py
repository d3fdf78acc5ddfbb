"""What somebody wants to be shown, as far as the conversation has said it.

A wish is kept in a slot from one message to the next, so that "cheaper", "no lamps" and "something
else" go on from it, whichever answer it came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions.reference import PRODUCT_SLOT
from actions.turn import Turn
from analytics.store import catalogue

WISH_SLOT: Final = "wish"
"The wish under way."
LOOKED_AT: Final = 5
"Products looked at in the conversation, the last ones, that recommendations go by."
OF_KIND: Final = 1000
"Products at most that are taken for one kind."


@dataclass(frozen=True)
class Wanted:
    """A wish, in plain values; ids and amounts are text.

    Attributes:
        customer: whom it is about.
        for_others: it is for somebody whom the customer's purchases say nothing about.
        like: the product that it is to be similar to.
        goes_with: the product that it is to go with.
        kind: words for what it is to be.
        categories: it is to be of one of these.
        least, most: what it may cost.
        without_kinds: words for what it is not to be.
        without_categories, without_brands: of none of these.
        unwanted: products not to be shown again.
        count: how many are to be shown; None for as many as usual.
    """

    customer: str | None = None
    for_others: bool = False
    like: str | None = None
    goes_with: str | None = None
    kind: str | None = None
    categories: tuple[str, ...] = ()
    least: str | None = None
    most: str | None = None
    without_kinds: tuple[str, ...] = ()
    without_categories: tuple[str, ...] = ()
    without_brands: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    count: int | None = None

    @property
    def contradicts_itself(self) -> bool:
        """Whether no price is within its limits."""
        return bool(self.least and self.most and Decimal(self.least) > Decimal(self.most))

    def dropping(self, name: str) -> Wanted:
        """Return the wish without one of its `LIMITS`, or without any for `EVERY_LIMIT`."""
        names = LIMITS if name == EVERY_LIMIT else (name,)
        plain: dict[str, Any] = {
            one.name: one.default for one in fields(Wanted) if one.name in names
        }
        return replace(self, **plain)

    @property
    def limits(self) -> list[str]:
        """The names of what it rules out, most telling first."""
        return [name for name in LIMITS if getattr(self, name)]


LIMITS: Final = (
    "most",
    "least",
    "kind",
    "categories",
    "without_kinds",
    "without_categories",
    "without_brands",
    "unwanted",
)
"What of a wish can be left out where nothing fits."
EVERY_LIMIT: Final = "all"


def keep(wanted: Wanted) -> EventType:
    """Return the event that makes a wish the one under way."""
    return SlotSet(WISH_SLOT, asdict(wanted))


def under_way(turn: Turn) -> Wanted | None:
    """Return the wish under way, or None."""
    kept = turn.slots.get(WISH_SLOT)
    if not isinstance(kept, dict):
        return None
    return Wanted(**{name: _plain(value) for name, value in kept.items()})


def looked_at(turn: Turn) -> list[str]:
    """Return the products that the conversation was about, the last one first."""
    found = (
        event.get("value")
        for event in reversed(turn.events)
        if event.get("event") == "slot" and event.get("name") == PRODUCT_SLOT
    )
    return list(dict.fromkeys(str(one) for one in found if one))[:LOOKED_AT]


def of_kind(session: Session, words: str) -> list[str]:
    """Return the ids of the products that words for a kind mean, the best first."""
    return catalogue.fitting(session, words, OF_KIND)


def described(turn: Turn, session: Session, wanted: Wanted, names: list[str]) -> str:
    """Return in words what of `LIMITS` a wish asks for."""
    parts = [part for name in names for part in _described(turn, session, wanted, name)]
    return turn.texts.series(parts)


def _described(turn: Turn, session: Session, wanted: Wanted, name: str) -> Iterator[str]:
    value = getattr(wanted, name)
    if name in ("least", "most"):
        shop = catalogue.shop(session)
        said = [turn.texts.limit(Decimal(value), shop.currency if shop else "")]
    elif name in ("categories", "without_categories"):
        said = [catalogue.title(one, turn.language) for one in catalogue.categories(session, value)]
    elif name == "without_brands":
        spellings = catalogue.brands(session)
        said = [spellings[one][turn.language] if one in spellings else one for one in value]
    else:
        said = [value] if isinstance(value, str) else list(value)
    if name == "unwanted":
        yield turn.texts.get("utter_wish_unwanted")
    elif name == "categories":
        yield turn.texts.get("utter_wish_categories", what=turn.texts.enumeration(said))
    else:
        yield from (turn.texts.get(f"utter_wish_{name}", what=one) for one in said)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
