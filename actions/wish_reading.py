"""What a message says of a wish: limits, kinds and brands left out, how many, what it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median_low
from typing import Final

from sqlalchemy.orm import Session

from actions import phrases, reference
from actions.history import shown_products
from actions.turn import Entity, Turn
from actions.wishes import Wanted, looked_at
from actions.wording import words
from analytics.occasions import SHELVED, Aim
from analytics.store import catalogue
from analytics.store.models import Product

MOST_SHOWN: Final = 10
"Nobody is shown more than this at once."
LEAST_STEP: Final = Decimal("0.01")
"What is cheaper costs less by this at least."
CLEAR_COVERAGE: Final = 0.75
"Words of which products answer less are not taken for a kind of product."
LONGEST_WISH: Final = 200
"Characters of a message that are looked at for what it is for."
CHEAPER: Final = "cheaper"
DEARER: Final = "dearer"
OTHERS: Final = "others"
BRAND: Final = "brand"
"The entity by which a button names a brand that is not wanted."
MOST_WORDS: Final = 5
'Words behind "no" that are looked up; in Chinese, characters.'
_CLAUSE: Final = re.compile(r"[,.;!?，。；！？、]")
_NAME: Final = re.compile(r"[A-Z][\w&'.-]*(?:\s+(?:&\s+)?[A-Z][\w&'.-]*)*", re.ASCII)
_FOLLOWING: Final = 12
"Characters behind an amount in which a word may make it a limit."


@dataclass(frozen=True)
class LeftOut:
    """What a message rules out.

    Attributes:
        unknown: words for what the shop does not have.
        unclear_brand: "not this brand", where several are shown.
    """

    kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    unknown: str | None = None
    unclear_brand: bool = False


def fresh(turn: Turn, session: Session, customer: str | None) -> tuple[Wanted, Aim]:
    """Return the wish that a message states, whatever was wanted before, and what it is for."""
    wanted = with_kind(turn, session, read(turn, session, Wanted(customer=customer)))
    if wanted.kind:
        return wanted, Aim()
    shelves = catalogue.shelves(session, SHELVED)
    aim = turn.services.occasions.aim(_wish(turn), turn.language, shelves)
    kept = [one for one in aim.categories if one not in wanted.without_categories]
    return replace(wanted, categories=tuple(kept), for_others=aim.for_others), aim


def read(turn: Turn, session: Session, wanted: Wanted) -> Wanted:
    """Return a wish with the limits that the message names."""
    left_out = read_left_out(turn, session, wanted)
    return replace(
        with_amounts(turn.text, turn.entities("money", "number"), wanted),
        count=count(turn) or wanted.count,
        without_kinds=_more(wanted.without_kinds, left_out.kinds),
        without_categories=_more(wanted.without_categories, left_out.categories),
        without_brands=_more(wanted.without_brands, left_out.brands),
    )


def with_kind(turn: Turn, session: Session, wanted: Wanted) -> Wanted:
    """Return a wish for the kind of product that the message names, if it names one."""
    named = [one for one in turn.entities("product") if not _is_left_out(turn, one)]
    for one in named:
        if _is_kind(session, one.value):
            return replace(wanted, kind=one.value, categories=(), like=None, goes_with=None)
    return wanted


def refined(turn: Turn, session: Session, wanted: Wanted) -> Wanted:
    """Return the wish under way with what a message changes in it.

    Cheaper is what costs less than the product named, or else than the middle one of the list shown
    last. What was shown does not come again where others are asked for; a message that says
    nothing else asks for others.
    """
    said = phrases.said("wish", turn.text)
    changed = with_kind(turn, session, read(turn, session, wanted))
    priced = (changed.least, changed.most) != (wanted.least, wanted.most)
    if said in (CHEAPER, DEARER) and not priced:
        price = _compared(turn, session, wanted)
        changed = moved(changed, said, price) if price is not None else changed
    elif said != OTHERS and changed != wanted:
        return changed
    seen = tuple(one for shown in shown_products(turn) for one in shown)
    return replace(changed, unwanted=_more(changed.unwanted, seen))


def moved(wanted: Wanted, said: str, price: Decimal) -> Wanted:
    """Return a wish for what is cheaper, or dearer, than a price."""
    if said == CHEAPER:
        below = price - LEAST_STEP
        most = min(below, Decimal(wanted.most)) if wanted.most else below
        cheaper = replace(wanted, most=str(most))
        return replace(cheaper, least=None) if cheaper.contradicts_itself else cheaper
    above = price + LEAST_STEP
    least = max(above, Decimal(wanted.least)) if wanted.least else above
    dearer = replace(wanted, least=str(least))
    return replace(dearer, most=None) if dearer.contradicts_itself else dearer


def with_amounts(text: str, amounts: Sequence[Entity], wanted: Wanted) -> Wanted:
    """Return a wish with the price limits that a text names; a new one replaces an old.

    Args:
        amounts: of the text, `money` and `number` among them.
    """
    limits = dict(_limits(text, amounts))
    if not limits:
        return wanted
    least, most = limits.get("least"), limits.get("most")
    changed = replace(wanted, least=least or wanted.least, most=most or wanted.most)
    # "Under 100" after "over 100" leaves nothing either.
    clash = changed.contradicts_itself or changed.least == changed.most
    if clash and len(limits) == 1:
        return replace(wanted, least=least, most=most)
    return changed


def count(turn: Turn) -> int | None:
    """Return how many products the message asks to be shown, or None."""
    for number in turn.entities("number"):
        if _counts(turn.text, number) and 0 < int(number.value) <= MOST_SHOWN:
            return int(number.value)
    said = phrases.said("how_many", turn.text)
    return int(said) if said else None


def read_left_out(turn: Turn, session: Session, wanted: Wanted) -> LeftOut:
    """Return what the message rules out."""
    if brand := turn.entity(BRAND):
        return LeftOut(brands=(brand,))
    if phrases.names("this_brand", "wish", turn.text):
        brand = _this_brand(turn, session, wanted)
        return LeftOut(brands=(brand,)) if brand else LeftOut(unclear_brand=True)
    named = [one.value for one in turn.entities("product") if _is_left_out(turn, one)]
    brands = _brands_left_out(turn, session)
    if not named and not brands:
        named = list(_behind(turn, session))
    shelved = {name: catalogue.category_named(session, name) for name in named}
    kinds = [one for one in named if not shelved[one] and _is_kind(session, one)]
    unknown = [one for one in named if not shelved[one] and one not in kinds]
    return LeftOut(
        tuple(kinds),
        tuple(one for one in shelved.values() if one),
        tuple(brands),
        unknown[0] if unknown else None,
    )


def shown_brands(turn: Turn, session: Session) -> dict[str, str]:
    """Return the brands of the list shown last, by how the language writes them."""
    products = _last_shown(turn, session)
    titles = {catalogue.brand(one, turn.language): one.brand for one in products}
    return {title: brand for title, brand in titles.items() if title and brand}


def _limits(text: str, entities: Sequence[Entity]) -> Iterator[tuple[str, str]]:
    amounts = [one for one in entities if one.name == "money"]
    amounts = amounts or [
        one for one in entities if one.name == "number" and not _counts(text, one)
    ]
    values = [reference.amount(one.value) or Decimal(0) for one in amounts]
    if len(amounts) == 2 and phrases.names("range", "limit", text):
        yield "least", str(min(values))
        yield "most", str(max(values))
        return
    end = 0
    for one, value in zip(amounts, values, strict=True):
        before, behind = text[end : one.start], text[one.end : one.end + _FOLLOWING]
        if name := _bound(one, before, behind):
            yield name, str(value)
        end = one.end


def _bound(amount: Entity, before: str, behind: str) -> str | None:
    """Return which limit an amount is; a price without a word for it is the most."""
    if phrases.names("no_more", "limit", before):
        return "most"
    if amount.bound:
        return {"min": "least", "max": "most"}[amount.bound]
    said = phrases.said("limit", before) or phrases.said("limit", behind)
    if said in ("least", "most"):
        return said
    return "most" if amount.name == "money" else None


def _counts(text: str, number: Entity) -> bool:
    """Return whether a number says how many are to be shown: "show me two", 再来两个."""
    before, behind = text[: number.start], text[number.end :]
    return phrases.ends("before", "count", before) or phrases.begins("after", "count", behind)


def _compared(turn: Turn, session: Session, wanted: Wanted) -> Decimal | None:
    """Return the price that something is to be cheaper or dearer than; None without any."""
    if named := reference.named_product(turn, session) if turn.entities("code") else None:
        return catalogue.price(named)
    shown = _last_shown(turn, session)
    if not shown:
        ids = [one for one in (wanted.like, wanted.goes_with, *looked_at(turn)[:1]) if one]
        shown = list(catalogue.by_ids(session, ids).values())[:1]
    return median_low(map(catalogue.price, shown)) if shown else None


def _last_shown(turn: Turn, session: Session) -> list[Product]:
    lists = shown_products(turn)
    found = catalogue.by_ids(session, lists[0]) if lists else {}
    return [found[one] for one in lists[0] if one in found] if lists else []


def _this_brand(turn: Turn, session: Session, wanted: Wanted) -> str | None:
    """Return the brand that "this brand" means.

    That is the named product's, or that of all shown, or of the product to be similar to.
    """
    if turn.entities("code") and (named := reference.named_product(turn, session)):
        return named.brand
    brands = list(shown_brands(turn, session).values())
    if len(brands) == 1:
        return brands[0]
    like = catalogue.by_ids(session, [wanted.like] if wanted.like else [])
    return next((one.brand for one in like.values()), None)


def _is_left_out(turn: Turn, entity: Entity) -> bool:
    return _left_out_at(turn.text, entity.start, entity.end)


def _left_out_at(text: str, start: int, end: int) -> bool:
    """Return whether the words around a part of a text rule it out."""
    before = text[:start]
    plain = phrases.before_end("between", "leave_out", before)
    return (
        phrases.ends("before", "leave_out", before)
        or phrases.ends("before", "leave_out", plain)
        or phrases.begins("after", "leave_out", text[end:].lstrip(" ，,"))
    )


def _brands_left_out(turn: Turn, session: Session) -> list[str]:
    return [
        brand
        for brand, spellings in catalogue.brands(session).items()
        if any(_names_left_out(turn.text, spelling) for spelling in spellings.values())
    ]


def _names_left_out(text: str, name: str) -> bool:
    match = re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text, re.IGNORECASE)
    return match is not None and _left_out_at(text, *match.span())


def _behind(turn: Turn, session: Session) -> Iterator[str]:
    """Yield what stands behind words that rule it out, where nothing marks it as a product.

    That is a kind of product if there are such, else what is written as a name is.
    """
    for clause in _CLAUSE.split(turn.text):
        rest = phrases.behind("before", "leave_out", clause) or ""
        rest = phrases.after_beginning("between", "leave_out", rest)
        if rest and words(rest) <= MOST_WORDS and catalogue.has_titled(session, rest):
            yield rest
        elif rest and not turn.text.isupper() and (name := _NAME.match(rest)):
            yield name.group()


def _is_kind(session: Session, words: str) -> bool:
    return any(hit.coverage >= CLEAR_COVERAGE for hit in catalogue.search(session, words, limit=1))


def _wish(turn: Turn) -> str:
    """Return the message without codes and amounts, which say nothing of what it is for."""
    text = turn.text
    for one in turn.entities("code", "money"):
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return " ".join(text.split())[:LONGEST_WISH]


def _more(known: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *new)))
