"""What recommendations showed, and what came of it: opened, bought.

A suggestion that is shown says nothing of the person's taste, only of the models': it counts for
the online rates and is no interaction. What is opened or bought counts as one, by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session, aliased

from analytics.store import consents, customers
from analytics.store.models import (
    Change,
    Order,
    OrderLine,
    Purpose,
    ShownSuggestion,
    Variant,
)
from analytics.store.states import OrderStatus


@dataclass(frozen=True)
class _Purchase:
    """An order that may be put down to a suggestion."""

    order_id: str
    product_id: str
    placed_at: datetime
    suggestion_id: int
    shown_at: datetime


def record_shown(
    session: Session,
    shown: Sequence[tuple[str, str]],
    *,
    conversation_id: str,
    customer_id: str | None,
    model_version: str,
    at: datetime,
    consent: bool,
) -> None:
    """Keep what one answer suggested; nothing where the customer does not allow analytics.

    Args:
        shown: product id and rung of each suggestion, in the order shown.
        customer_id: as the token has it; None for a guest.
        model_version: the published version that answered.
        consent: whether customers who have said nothing allow analytics.
    """
    customer = customers.known_id(session, customer_id)
    if customer and not consents.granted(session, customer, Purpose.ANALYTICS, default=consent):
        return
    session.add_all(
        ShownSuggestion(
            conversation_id=conversation_id,
            customer_id=customer,
            product_id=product_id,
            rung=rung,
            position=position,
            model_version=model_version,
            shown_at=at,
        )
        for position, (product_id, rung) in enumerate(shown, start=1)
    )
    session.flush()


def unopened(
    session: Session, conversation_id: str, product_ids: Collection[str]
) -> list[ShownSuggestion]:
    """Return where a conversation showed these products last, except what was opened there."""
    last = (
        select(func.max(ShownSuggestion.id))
        .where(
            ShownSuggestion.conversation_id == conversation_id,
            ShownSuggestion.product_id.in_(product_ids),
        )
        .group_by(ShownSuggestion.product_id)
    )
    query = select(ShownSuggestion).where(
        ShownSuggestion.id.in_(last), ShownSuggestion.clicked_at.is_(None)
    )
    return list(session.scalars(query))


def record_click(
    session: Session, conversation_id: str, product_ids: Collection[str], at: datetime
) -> list[str]:
    """Keep that suggestions were opened or used; return the products now opened.

    Nothing is kept of a product that the conversation did not suggest, or that was opened before.
    Of several suggestions of a product the last counts.
    """
    opened = unopened(session, conversation_id, product_ids)
    for one in opened:
        one.clicked_at = at
    session.flush()
    return [one.product_id for one in opened]


def record_bought(session: Session, window: timedelta, *, order_id: str | None = None) -> int:
    """Put purchases down to suggestions; return to how many.

    A suggestion was bought if, at most `window` after it was shown, the same customer ordered the
    product, or anybody did in the same conversation. Of several suggestions the last before the
    order counts, each for one order, so that no sale counts twice. Doing it again changes nothing.

    Args:
        order_id: look at this order only.
    """
    of_order = [] if order_id is None else [Order.id == order_id]
    in_time = [
        one for one in _purchases(session, of_order) if one.placed_at - one.shown_at <= window
    ]
    credited: set[int] = set()
    sales: set[tuple[str, str]] = set()
    for one in sorted(in_time, key=lambda one: (one.placed_at, one.order_id, -one.suggestion_id)):
        sale = (one.order_id, one.product_id)
        if one.suggestion_id in credited or sale in sales:
            continue
        credited.add(one.suggestion_id)
        sales.add(sale)
        session.execute(
            update(ShownSuggestion)
            .where(ShownSuggestion.id == one.suggestion_id)
            .values(order_id=one.order_id, bought_at=one.placed_at)
        )
    return len(credited)


def _purchases(session: Session, of_order: Sequence[ColumnElement[bool]]) -> Iterator[_Purchase]:
    """Yield what was ordered after it was suggested, and is not put down to a suggestion yet."""
    other = aliased(ShownSuggestion)
    known = (
        select(other.id)
        .where(other.order_id == Order.id, other.product_id == ShownSuggestion.product_id)
        .exists()
    )
    query = (
        select(
            Order.id,
            ShownSuggestion.product_id,
            Order.placed_at,
            ShownSuggestion.id,
            ShownSuggestion.shown_at,
        )
        .join(Variant, Variant.product_id == ShownSuggestion.product_id)
        .join(OrderLine, OrderLine.sku == Variant.sku)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            ShownSuggestion.order_id.is_(None),
            Order.placed_at >= ShownSuggestion.shown_at,
            Order.status != OrderStatus.CANCELLED,
            ~known,
            *of_order,
        )
        .distinct()
    )
    # Apart, as each has an index of its own.
    by_customer = query.where(Order.customer_id == ShownSuggestion.customer_id)
    in_conversation = query.join(
        Change,
        and_(
            Change.order_id == Order.id,
            Change.conversation_id == ShownSuggestion.conversation_id,
            # A later change is of an order that was placed elsewhere.
            Change.created_at == Order.placed_at,
        ),
    )
    for statement in (by_customer, in_conversation):
        for row in session.execute(statement):
            yield _Purchase(*row)
