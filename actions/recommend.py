"""Recommendations: what to buy next, what is like this, what goes with it, and what else."""

from __future__ import annotations

import json
from dataclasses import replace

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import finding, phrases, reference, wish_reading
from actions.again import REFINE
from actions.base import GuardedAction
from actions.catalog import answered, asked_product
from actions.history import Exchange, exchanges, listed_in
from actions.offering import DROP, offer, wish_of
from actions.turn import Turn
from actions.wish_reading import BRAND, CHEAPER, DEARER, OTHERS
from actions.wishes import WISH_SLOT, Wanted, described, looked_at, of_kind, under_way
from analytics.store import catalogue


class ActionRecommend(GuardedAction):
    """Suggest products to the customer, each with the reason for it.

    For a gift of which no more is said it is asked what tells products apart.
    """

    action_name = "action_recommend"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        wanted, aim = wish_reading.fresh(turn, session, _about(turn, session))
        # "Recommend something cheaper" goes on from what was shown, if anything was.
        goes_on = phrases.said("wish", turn.text) in (CHEAPER, DEARER, OTHERS)
        is_new = wanted.kind or wanted.categories or wanted.for_others
        if goes_on and not is_new and (before := _wish_before(turn, session)):
            return _refine(turn, session, before)
        if aim.categories:
            names = catalogue.categories(session, aim.categories)
            titles = turn.texts.enumeration([catalogue.title(one, turn.language) for one in names])
            return offer(turn, session, wanted, "utter_recommend_for_occasion", categories=titles)
        wish = wish_of(turn, session, wanted)
        if aim.is_gift and (guided := finding.begin(turn, session, wish)):
            return guided
        unknown = turn.entity("product")
        if unknown and not (wanted.kind or aim.is_gift or aim.is_open or wanted.for_others):
            return offer(turn, session, wanted, "utter_recommend_instead", kind=unknown)
        return offer(turn, session, wanted)


class ActionSimilarItems(GuardedAction):
    """Show what is similar to a product, or what goes with it."""

    action_name = "action_similar_items"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        product = asked_product(turn, session)
        title = catalogue.title(product, turn.language)
        request = next(
            (one.text for one in exchanges(turn) if one.intent == turn.intent), turn.text
        )
        wanted = Wanted(customer=_about(turn, session))
        if phrases.names("together", "wish", request):
            wanted, intro = replace(wanted, goes_with=product.id), "utter_goes_with"
        else:
            wanted, intro = replace(wanted, like=product.id), "utter_similar_items"
        wanted = wish_reading.read(turn, session, wanted)
        said = phrases.said("wish", turn.text)
        if said in (CHEAPER, DEARER) and not (wanted.least or wanted.most):
            wanted = wish_reading.moved(wanted, said, catalogue.price(product))
        return [*answered(product), *offer(turn, session, wanted, intro, product=title)]


class ActionRefineProducts(GuardedAction):
    """Show what else there is: cheaper, without lamps, of another brand, not shown before."""

    action_name = "action_refine_products"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        before = _wish_before(turn, session) or Wanted(customer=_about(turn, session))
        if dropped := turn.entity(DROP):
            return _show(turn, session, before.dropping(dropped))
        return _refine(turn, session, before)


def _refine(turn: Turn, session: Session, before: Wanted) -> list[EventType]:
    left_out = wish_reading.read_left_out(turn, session, before)
    if left_out.unclear_brand:
        _ask_brand(turn, session)
        return []
    wanted = wish_reading.refined(turn, session, before)
    if left_out.unknown and replace(wanted, unwanted=before.unwanted) == before:
        turn.say("utter_unknown_left_out", what=left_out.unknown)
        return []
    return _show(turn, session, wanted)


def _show(turn: Turn, session: Session, wanted: Wanted) -> list[EventType]:
    """Show what fits a refined wish, and say what it keeps to."""
    intro = "utter_refined" if wanted.limits else "utter_other_suggestions"
    limits = described(turn, session, wanted, wanted.limits)
    return offer(turn, session, wanted, intro, limits=limits)


def _ask_brand(turn: Turn, session: Session) -> None:
    """Ask which brand is meant by "this brand"."""
    brands = wish_reading.shown_brands(turn, session)
    if not brands:
        turn.say("utter_no_brand")
        return
    buttons = [
        {"title": title, "payload": f"/{REFINE}{json.dumps({BRAND: brand}, ensure_ascii=False)}"}
        for title, brand in brands.items()
    ]
    turn.say("utter_ask_brand", buttons=buttons)


def _about(turn: Turn, session: Session) -> str | None:
    """Return the customer whom the message is about, or None: a guest, or nobody in particular."""
    named = reference.named_customer(turn, session)
    return reference.customer(turn, session).id if named else turn.speaker.customer_id


def _wish_before(turn: Turn, session: Session) -> Wanted | None:
    """Return the wish that the last list answered, or what was looked at last; else None."""
    for exchange in exchanges(turn)[1:]:
        if any(event.get("name") == WISH_SLOT for event in exchange.events):
            return under_way(turn)
        if len(shown := listed_in(exchange)) > 1:
            return _found(turn, session, exchange, shown)
    last = looked_at(turn)[:1]
    return Wanted(customer=_about(turn, session), like=last[0]) if last else None


def _found(turn: Turn, session: Session, exchange: Exchange, shown: list[str]) -> Wanted:
    """Return the wish that a list was found for: the kind of its words, or of what it shows."""
    wanted = Wanted(customer=_about(turn, session))
    wanted = wish_reading.with_amounts(exchange.text, exchange.entities, wanted)
    words = next((one.value for one in exchange.entities if one.name == "product"), exchange.text)
    if of_kind(session, words):
        return replace(wanted, kind=words)
    found = catalogue.by_ids(session, shown).values()
    categories = dict.fromkeys(one.category_id for one in found if one.category_id)
    return replace(wanted, categories=tuple(categories))
