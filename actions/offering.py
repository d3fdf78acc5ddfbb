"""Showing what fits a wish, each product with its reason; or saying what leaves nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import cards, consent, shown
from actions.again import REFINE
from actions.turn import Turn
from actions.wishes import EVERY_LIMIT, Wanted, described, keep, looked_at, of_kind
from analytics.identity import Role
from analytics.store import catalogue
from analytics.store.models import Purpose
from analytics.suggestions import Reason, ReasonKind, Suggestion, Wish, suggest

SHOWN: Final = 4
DROP: Final = "drop"
"The entity by which a button names a limit that no longer counts."
MOST_BUTTONS: Final = 4


def offer(
    turn: Turn, session: Session, wanted: Wanted, intro: str | None = None, **values: Any
) -> list[EventType]:
    """Show what fits a wish and keep it, for what is said to it next.

    Args:
        intro: the response that comes before, filled with `values`; None for one that says what
            the suggestions rest on.
    """
    if wanted.contradicts_itself:
        limits = described(turn, session, wanted, ["least", "most"])
        buttons = [_drop(turn, name) for name in ("least", "most")]
        turn.say("utter_limits_contradict", buttons=buttons, limits=limits)
        return [keep(wanted)]
    found = _suggested(turn, session, wanted, wanted.count or SHOWN)
    if found:
        turn.say(intro or _intro(wanted, found), **(values if intro else {"kind": wanted.kind}))
        items = [
            cards.product(turn.texts, one.product, _reason(turn, session, wanted, one))
            for one in found
        ]
        turn.show(cards.products(items))
        shown.record(turn, [(one.product.id, str(one.rung)) for one in found])
    else:
        _say_nothing_fits(turn, session, wanted)
    return [keep(wanted)]


def _suggested(turn: Turn, session: Session, wanted: Wanted, n: int) -> list[Suggestion]:
    return suggest(
        session,
        turn.services.models.recommender,
        turn.services.recommend_policy,
        wish_of(turn, session, wanted),
        n,
    )


def wish_of(turn: Turn, session: Session, wanted: Wanted) -> Wish:
    """Return a wish as the models take it; who refuses personalisation is as a guest."""
    without = [one for words in wanted.without_kinds for one in of_kind(session, words)]
    own = turn.speaker.role is Role.SHOPPER and not wanted.for_others
    return Wish(
        customer_id=None if wanted.for_others else _known(turn, session, wanted.customer),
        session_items=tuple(looked_at(turn)) if own else (),
        like=wanted.like,
        goes_with=(wanted.goes_with,) if wanted.goes_with else (),
        categories=frozenset(wanted.categories) or None,
        min_price=Decimal(wanted.least) if wanted.least else None,
        max_price=Decimal(wanted.most) if wanted.most else None,
        without_brands=frozenset(wanted.without_brands),
        without_categories=frozenset(wanted.without_categories),
        without_items=frozenset([*wanted.unwanted, *without]),
        only_items=frozenset(of_kind(session, wanted.kind)) if wanted.kind else None,
    )


def _known(turn: Turn, session: Session, customer_id: str | None) -> str | None:
    """Return the customer, if it is one whose history may be used."""
    allowed = customer_id and consent.given(turn, session, customer_id, Purpose.PERSONALISATION)
    return customer_id if allowed else None


def _intro(wanted: Wanted, found: list[Suggestion]) -> str:
    if wanted.kind:
        return "utter_recommend_kind"
    kinds = {one.reason.kind for one in found if one.reason}
    if ReasonKind.BOUGHT in kinds:
        return "utter_recommend_for_you"
    return "utter_recommend_session" if ReasonKind.SESSION in kinds else "utter_recommend_popular"


def _reason(turn: Turn, session: Session, wanted: Wanted, found: Suggestion) -> str:
    """Return the reason in words; what nobody bought yet only fits, or is there."""
    reason, category = found.reason, found.product.category
    if reason is None:
        return turn.texts.get("utter_reason_fits" if wanted.limits else "utter_reason_sold")
    of_category = reason.kind is ReasonKind.CATEGORY or (
        reason.kind is ReasonKind.POPULAR and wanted.categories
    )
    if category and of_category:
        title = catalogue.title(category, turn.language)
        return turn.texts.get("utter_reason_category", category=title)
    name = f"utter_reason_{reason.kind}"
    about_them = f"utter_reason_they_{reason.kind}"
    if turn.speaker.role is Role.AGENT and turn.texts.has(about_them):
        name = about_them
    cause = _cause(turn, session, reason)
    if reason.item_ids and cause is None:
        # What is no longer sold has no title here.
        name = f"{name}_before" if turn.texts.has(f"{name}_before") else "utter_reason_fits"
    return turn.texts.get(name, product=cause)


def _cause(turn: Turn, session: Session, reason: Reason) -> str | None:
    """Return the title of the product that contributes most of those still sold."""
    known = catalogue.by_ids(session, list(reason.item_ids))
    first = next((known[one] for one in reason.item_ids if one in known), None)
    return catalogue.title(first, turn.language) if first else None


def _say_nothing_fits(turn: Turn, session: Session, wanted: Wanted) -> None:
    """Say which limits leave nothing, and offer to leave each of them out."""
    limits = wanted.limits
    to_blame = [name for name in limits if _suggested(turn, session, wanted.dropping(name), 1)]
    if not limits:
        turn.say("utter_no_suggestions")
        return
    buttons = [_drop(turn, name) for name in to_blame[:MOST_BUTTONS]]
    turn.say(
        "utter_nothing_to_recommend",
        buttons=buttons or [_drop(turn, EVERY_LIMIT)],
        limits=described(turn, session, wanted, to_blame or limits),
    )


def _drop(turn: Turn, name: str) -> dict[str, str]:
    return turn.button(f"utter_button_drop_{name}", f"/{REFINE}{json.dumps({DROP: name})}")
