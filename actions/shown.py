"""What recommendations showed, and what the shopper opened: kept once the answer is made.

The rates are about shoppers: what an agent is shown or asks is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import consent
from actions.reference import PRODUCT_SLOT
from actions.turn import Turn
from analytics.identity import Role
from analytics.store import catalogue, customers, interactions, suggestions
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
    opened = _opened(turn, session, events)
    customer = _learned_from(turn, session) if opened else None
    if customer is None and not suggestions.unopened(session, turn.conversation_id, opened):
        return

    def write(session: Session) -> list[EventType]:
        at = turn.services.now()
        suggestions.record_click(session, turn.conversation_id, opened, at)
        if customer is not None:
            interactions.record_click(session, customer, opened, at)
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


def _learned_from(turn: Turn, session: Session) -> str | None:
    """Return the customer, if anything may be learned from what interests them."""
    customer = customers.known_id(session, turn.speaker.customer_id)
    if customer is None:
        return None
    allowed = any(consent.given(turn, session, customer, purpose) for purpose in USES)
    return customer if allowed else None
