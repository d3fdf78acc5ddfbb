"""Which rows of which table are about a person, and what becomes of them when the person goes.

Accounting keeps sales: orders with their lines, steps, payments and returns stay, of nobody. All
else goes. A new table has to be named here, as personal or not; a test sees to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Delete,
    String,
    Text,
    Update,
    and_,
    case,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from analytics.store.contacts import Contact
from analytics.store.models import (
    Address,
    Base,
    Category,
    Change,
    CompetitorPrice,
    Consent,
    Customer,
    Feedback,
    Handoff,
    HandoffMessage,
    IdentityAttempt,
    Interaction,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    PaymentMethod,
    Price,
    Product,
    ProductTerm,
    Question,
    Quote,
    QuoteLine,
    Return,
    ReturnLine,
    Review,
    SearchTerm,
    Shop,
    ShownSuggestion,
    Thumb,
    Ticket,
    Variant,
    WebhookDelivery,
    WebhookReceipt,
)

NOT_PERSONAL: Final[tuple[type[Base], ...]] = (
    Shop,
    Category,
    Product,
    Variant,
    SearchTerm,
    ProductTerm,
    Price,
    CompetitorPrice,
    WebhookReceipt,
)
"Tables about the shop and its goods."
SOMEBODY: Final = "customer"
"Who did it, of a step that a person took who is gone."
_FREE_TEXT: Final = 100
"From so many characters on a column may hold what somebody wrote."


@dataclass(frozen=True)
class Who:
    """A person, and under what else the person is known.

    Attributes:
        conversations: ids of the person's own.
        claims: marks of what was claimed to prove being the person.
        deliveries: ids of webhooks that tell of the person.
    """

    customer_id: str
    conversations: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    deliveries: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class Holding:
    """Rows of one table that are a person's.

    Attributes:
        kept: the columns that are set, where the rows stay without the person; None where they go.
    """

    model: type[Base]
    rows: ColumnElement[bool]
    kept: Mapping[str, Any] | None = None


def holdings(who: Who) -> list[Holding]:
    """Return the person's rows, those first that refer to others."""
    actor = f"customer:{who.customer_id}"
    orders = select(Order.id).where(Order.customer_id == who.customer_id)
    returns = select(Return.id).where(Return.order_id.in_(orders))
    quotes = or_(_mine(who, Quote), Quote.created_by == actor)
    tickets = or_(_mine(who, Ticket), Ticket.order_id.in_(orders))
    handoffs = or_(_mine(who, Handoff), Handoff.ticket_id.in_(select(Ticket.id).where(tickets)))
    by_staff = or_(OrderEvent.actor == "shop", OrderEvent.actor.startswith("agent:"))
    found = [
        Holding(Customer, Customer.id == who.customer_id),
        *(
            Holding(model, model.customer_id == who.customer_id)
            for model in (Address, PaymentMethod, Interaction, Review, Consent)
        ),
        Holding(
            Order,
            Order.customer_id == who.customer_id,
            dict.fromkeys(
                ("customer_id", "address", "postcode", "tracking_number", "payment_method_id")
            ),
        ),
        Holding(OrderLine, OrderLine.order_id.in_(orders), {}),
        Holding(
            OrderEvent,
            OrderEvent.order_id.in_(orders),
            {"actor": case((by_staff, OrderEvent.actor), else_=SOMEBODY)},
        ),
        Holding(Payment, Payment.order_id.in_(orders), dict.fromkeys(("method_id", "change_id"))),
        Holding(Return, Return.order_id.in_(orders), {}),
        Holding(ReturnLine, ReturnLine.return_id.in_(returns), {}),
        Holding(
            Change, or_(_mine(who, Change), Change.actor == actor, Change.order_id.in_(orders))
        ),
        Holding(
            IdentityAttempt,
            or_(
                IdentityAttempt.conversation_id.in_(who.conversations),
                IdentityAttempt.claim.in_(who.claims),
            ),
        ),
        Holding(Quote, quotes),
        Holding(QuoteLine, QuoteLine.quote_id.in_(select(Quote.id).where(quotes))),
        Holding(Ticket, tickets),
        Holding(Handoff, handoffs),
        Holding(HandoffMessage, HandoffMessage.handoff_id.in_(select(Handoff.id).where(handoffs))),
        Holding(Feedback, _mine(who, Feedback)),
        Holding(Thumb, Thumb.conversation_id.in_(who.conversations)),
        Holding(Question, _mine(who, Question)),
        Holding(ShownSuggestion, _mine(who, ShownSuggestion)),
        Holding(
            WebhookDelivery,
            or_(
                WebhookDelivery.conversation_id.in_(who.conversations),
                WebhookDelivery.id.in_(who.deliveries),
            ),
        ),
    ]
    order = {table: at for at, table in enumerate(reversed(Base.metadata.sorted_tables))}
    return sorted(found, key=lambda one: order[one.model.__table__])


def rows(session: Session, who: Who) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the person, by table."""
    return {
        one.model.__tablename__: [
            dict(row._mapping)
            for row in session.execute(select(*one.model.__table__.columns).where(one.rows))
        ]
        for one in holdings(who)
    }


def conversations(session: Session, customer_id: str) -> set[str]:
    """Return the conversations that rows of the person name, whoever speaks in them."""
    named = [
        one
        for one in holdings(Who(customer_id))
        if "conversation_id" in one.model.__table__.columns
    ]
    return {
        conversation
        for one in named
        for conversation in session.scalars(
            select(one.model.__table__.c.conversation_id).where(one.rows)
        )
        if conversation
    }


def erase(session: Session, who: Who) -> Counter[str]:
    """Delete the person's rows, or take the person out of them; return the rows of each table."""
    done: Counter[str] = Counter()
    for one in holdings(who):
        if one.kept == {}:
            continue
        statement: Delete | Update = (
            delete(one.model).where(one.rows)
            if one.kept is None
            else update(one.model).where(one.rows).values(one.kept)
        )
        result = session.execute(statement, execution_options={"synchronize_session": False})
        done[one.model.__tablename__] += result.rowcount  # type: ignore[attr-defined]
    return done


def redact(session: Session, change: Callable[[Any], Any]) -> Counter[str]:
    """Write what `change` makes of every text that somebody wrote; return the rows changed.

    It reads tables about people, but not their contact data, which belong to one person each.
    """
    done: Counter[str] = Counter()
    for model, columns in _free_texts():
        keys = list(model.__table__.primary_key)
        for row in session.execute(select(*keys, *columns)).all():
            values = dict(zip(columns, row[len(keys) :], strict=True))
            changed = {
                column.key: new for column, old in values.items() if (new := change(old)) != old
            }
            if changed:
                own = [key == value for key, value in zip(keys, row[: len(keys)], strict=True)]
                session.execute(
                    update(model).where(*own).values(changed),
                    execution_options={"synchronize_session": False},
                )
                done[model.__tablename__] += 1
    return done


def deliveries(session: Session, told: Callable[[str], bool]) -> frozenset[str]:
    """Return the webhooks whose text is about the person."""
    found = session.execute(select(WebhookDelivery.id, WebhookDelivery.body))
    return frozenset(key for key, body in found if told(body))


def _mine(who: Who, model: Any) -> ColumnElement[bool]:
    """Return the condition that a row names the person, or nobody in a conversation of theirs."""
    return or_(
        model.customer_id == who.customer_id,
        and_(model.customer_id.is_(None), model.conversation_id.in_(who.conversations)),
    )


def _free_texts() -> Iterator[tuple[type[Base], list[InstrumentedAttribute[Any]]]]:
    models: Collection[type[Base]] = {one.model: None for one in holdings(Who(""))}.keys()
    for model in models:
        columns = [
            getattr(model, column.key)
            for column in model.__table__.columns
            if isinstance(column.type, Text | JSON)
            or (isinstance(column.type, String) and (column.type.length or 0) >= _FREE_TEXT)
            if not isinstance(column.type, Contact)
        ]
        if columns:
            yield model, columns
