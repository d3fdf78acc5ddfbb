"""What recommendations showed, and what was opened and bought: kept once the answer is made.

The rates are about shoppers: what an agent is shown or asks is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions.reference import PRODUCT_SLOT
from actions.services import Services
from actions.turn import Turn
from analytics.identity import Context, Role, Speaker
from analytics.store import catalogue, consents, customers, interactions, suggestions
from analytics.store.models import Purpose

OPENING: Final = frozenset(
    [
        *("similar_items", "request_quote", "negotiate_price", "place_order", "compare_products"),
        *("product_question", "check_stock", "ask_price", "product_search"),
    ]
)
"Intents that open the products whose codes the message or the button has."
USES: Final = (Purpose.PERSONALISATION, Purpose.ANALYTICS)
"What interest in a product is kept for; each use asks for its own consent again."


def record(turn: Turn, shown: Sequence[tuple[str, str]]) -> None:
    """Have it kept that the answer suggests these products, each with its rung, in this order."""
    if not shown or turn.speaker.role is not Role.SHOPPER:
        return
    version = turn.services.models.version

    def write(session: Session) -> list[EventType]:
        suggestions.record_shown(
            session,
            shown,
            conversation_id=turn.conversation_id,
            customer_id=turn.speaker.customer_id,
            model_version=version,
            at=turn.services.now(),
            consent=turn.services.privacy.consent.of(Purpose.ANALYTICS),
        )
        return []

    turn.afterwards.append(write)


def notice(turn: Turn, session: Session, events: Sequence[EventType]) -> None:
    """Have it kept which products the shopper opened by this message.

    Args:
        events: what the answer returns; they name the product that it is about.
    """
    if turn.speaker.role is not Role.SHOPPER:
        return
    products = _opened(turn, session, events)
    if not products:
        return
    services, talk = turn.services, turn.conversation_id
    customer = _learned_from(services, session, turn.speaker)
    if customer is None and not suggestions.unopened(session, talk, products):
        return

    def write(session: Session) -> list[EventType]:
        suggestions.record_click(session, talk, products, services.now())
        if customer is not None:
            interactions.record_click(session, customer, products, services.now())
        return []

    turn.afterwards.append(write)


def opened_on_page(session: Session, services: Services, context: Context, product_id: str) -> None:
    """Keep that the shopper opened a product on the page; nothing where it was not suggested."""
    at = services.now()
    if not suggestions.record_click(session, context.conversation_id, {product_id}, at):
        return
    if customer := _learned_from(services, session, context.speaker):
        interactions.record_click(session, customer, {product_id}, at)


def bought(turn: Turn, order_id: str) -> None:
    """Have an order that was just placed put down to what was suggested before."""
    window = turn.services.training_policy.bought_within

    def write(session: Session) -> list[EventType]:
        suggestions.record_bought(session, window, order_id=order_id)
        return []

    turn.afterwards.append(write)


def _opened(turn: Turn, session: Session, events: Sequence[EventType]) -> set[str]:
    codes = [code.value for code in turn.codes] if turn.intent in OPENING else []
    found = (catalogue.by_code(session, code) for code in codes)
    about = {
        str(one["value"]) for one in events if one.get("name") == PRODUCT_SLOT and one["value"]
    }
    return {one.id for one in found if one} | (about - _list(turn))


def _list(turn: Turn) -> set[str]:
    """Return the products that the answer shows for the shopper to choose from, if several."""
    items = [item for reply in turn.replies for item in (reply.card or {}).get("items", [])]
    return {str(item["id"]) for item in items if "id" in item} if len(items) > 1 else set()


def _learned_from(services: Services, session: Session, speaker: Speaker) -> str | None:
    """Return the customer, if anything may be learned from what interests them."""
    customer = customers.known_id(session, speaker.customer_id)
    allowed = customer and any(
        consents.granted(session, customer, use, default=services.privacy.consent.of(use))
        for use in USES
    )
    return customer if allowed else None
