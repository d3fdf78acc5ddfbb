"""Recommendations: what to buy next, and what is like this."""

from __future__ import annotations

from typing import Any, Final

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import cards, consent, reference
from actions.base import GuardedAction
from actions.catalog import answered, asked_product
from actions.turn import Turn
from analytics.identity import Role
from analytics.store import catalogue
from analytics.store.models import Product, Purpose

SHOWN: Final = 4
OVERFETCH: Final = 25
"Suggestions asked for, so that enough remain when those out of stock are left out."
WITHIN_LIMIT: Final = 200
"Suggestions asked for where the message says how much one may cost."


class ActionRecommend(GuardedAction):
    """Suggest products to the customer, each with the reason for it."""

    action_name = "action_recommend"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        known = _known(turn, session, turn.speaker.customer_id)
        items = suggestions(turn, session, known)
        if items:
            turn.say("utter_recommend_for_you" if known else "utter_recommend_popular")
            turn.show(cards.products(items))
        else:
            turn.say("utter_nothing_to_recommend")
        return []


class ActionSimilarItems(GuardedAction):
    """Show what is bought by the people who buy this product."""

    action_name = "action_similar_items"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        product = asked_product(turn, session)
        ids = turn.services.models.recommender.similar_items(product.id, OVERFETCH)
        found = available(session, [str(one) for one in ids["item_id"]])
        title = catalogue.title(product, turn.language)
        if found:
            turn.say("utter_similar_items", product=title)
            turn.show(cards.products([cards.product(turn.texts, one) for one in found[:SHOWN]]))
        else:
            turn.say("utter_no_similar_items", product=title)
        return answered(product)


def suggestions(turn: Turn, session: Session, customer_id: str | None) -> list[dict[str, Any]]:
    """Return items of a products card for a customer, or the shop's favourites for a guest.

    Who refuses personalisation is as a guest. None costs more than the message allows.
    """
    recommender = turn.services.models.recommender
    user = _known(turn, session, customer_id) or ""
    limit = reference.price_limit(turn)
    fetched = WITHIN_LIMIT if limit else OVERFETCH
    ranked = [str(one) for one in recommender.recommend([user], n=fetched)["item_id"]]
    found = [
        one for one in available(session, ranked) if limit is None or catalogue.price(one) <= limit
    ][:SHOWN]
    causes = {
        one.id: str(cause)
        for one in found
        for cause in recommender.explain(user, one.id, n=1)["item_id"]
    }
    bought = catalogue.by_ids(session, list(causes.values()))
    return [
        cards.product(turn.texts, one, _reason(turn, bought.get(causes.get(one.id, ""))))
        for one in found
    ]


def _known(turn: Turn, session: Session, customer_id: str | None) -> str | None:
    """Return the customer, if it is one whose history may be used."""
    allowed = customer_id and consent.given(turn, session, customer_id, Purpose.PERSONALISATION)
    return customer_id if allowed else None


def available(session: Session, product_ids: list[str]) -> list[Product]:
    """Return the products still sold and not known to be out of stock, in the order given."""
    products = catalogue.by_ids(session, product_ids)
    kept = [products[one] for one in product_ids if one in products]
    return [product for product in kept if catalogue.in_stock(product) is not False]


def _reason(turn: Turn, bought: Product | None) -> str:
    if bought is None:
        return turn.texts.get("utter_reason_popular")
    own = turn.speaker.role is Role.SHOPPER
    return turn.texts.get(
        "utter_reason_bought" if own else "utter_reason_they_bought",
        product=catalogue.title(bought, turn.language),
    )
