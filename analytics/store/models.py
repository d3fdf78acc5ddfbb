"""The tables of a shop.

Ids of customers, products, variants (SKU) and orders are the shop's own texts. Money is exact
(`Money`) in the currency of its row; times are UTC. A variant is what is bought, stocked and
priced; a product is what is looked for, recommended and forecast. A product without options has
one variant.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from analytics.store.contacts import Contact, Lookup
from analytics.store.states import ReturnStatus
from analytics.store.types import Money, UtcDateTime

ID = String(64)
CURRENCY = String(3)
LANGUAGES = ("en", "zh")


class InteractionKind(StrEnum):
    """What a customer did with a product other than buying it."""

    VIEW = "view"
    "Looked at in the shop."
    CLICK = "click"
    "Opened or asked about in the chat."
    CART = "cart"
    RATING = "rating"


class PriceReason(StrEnum):
    """Why a price began."""

    LIST = "list"
    PROMOTION = "promotion"


class QuoteStatus(StrEnum):
    """Whether a quote stands, waits for approval, or is over."""

    OPEN = "open"
    NEEDS_APPROVAL = "needs_approval"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class PaymentMethodKind(StrEnum):
    """By what a customer pays."""

    CARD = "card"
    PAYPAL = "paypal"
    ALIPAY = "alipay"
    WECHAT_PAY = "wechat_pay"
    BANK = "bank"
    GIFT_CARD = "gift_card"


class PaymentKind(StrEnum):
    """Which way the money goes, seen from the customer."""

    PAYMENT = "payment"
    REFUND = "refund"


class PaymentStatus(StrEnum):
    """Whether the money has moved; a failed payment counts for nothing."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class ReturnKind(StrEnum):
    """What the customer gets for what comes back."""

    RETURN = "return"
    EXCHANGE = "exchange"


class TicketStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class HandoffState(StrEnum):
    """Who has the conversation; without a handoff that is not closed, the bot has it."""

    REQUESTED = "requested"
    HUMAN = "human"
    CLOSED = "closed"


class HandoffReason(StrEnum):
    """Why a person was called."""

    REQUEST = "request"
    MISSES = "misses"
    ANGER = "anger"
    POLICY = "policy"
    AGENT = "agent"


class HandoffOutcome(StrEnum):
    """How a handoff ended."""

    RELEASED = "released"
    CLOSED = "closed"
    WAITED_TOO_LONG = "waited_too_long"
    AGENT_SILENT = "agent_silent"
    CUSTOMER_LEFT = "customer_left"
    CANCELLED = "cancelled"


class Sender(StrEnum):
    """Who said something while a person was called or spoke."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    STATE = "state"
    "Nobody: the state of the handoff changed."


class QuestionKind(StrEnum):
    """Why a question is kept for review."""

    UNANSWERED = "unanswered"
    LOW_CONFIDENCE = "low_confidence"
    CORRECTED = "corrected"
    THUMB_DOWN = "thumb_down"


class QuestionStatus(StrEnum):
    """Whether a kept question still waits for review."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class DeliveryState(StrEnum):
    """Where an outgoing webhook stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Purpose(StrEnum):
    """What a customer's data are used for, with the customer's consent."""

    MARKETING = "marketing"
    PERSONALISATION = "personalisation"
    ANALYTICS = "analytics"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        Decimal: Money,
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
    }


class Shop(Base):
    """The one row about the shop itself."""

    __tablename__ = "shop"
    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(CURRENCY)
    source: Mapped[str] = mapped_column(String(64))
    "Where the data came from: demo, online-retail or csv."


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str | None] = mapped_column(Contact(200))
    email: Mapped[str | None] = mapped_column(Contact(254, Lookup.EMAIL), index=True)
    phone: Mapped[str | None] = mapped_column(Contact(40))
    address: Mapped[str | None] = mapped_column(Contact())
    "The default address; others stand in `addresses`."
    postcode: Mapped[str | None] = mapped_column(Contact(20, Lookup.POSTCODE))
    country: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2), default="en")
    created_at: Mapped[datetime]
    marketing_consent: Mapped[bool] = mapped_column(default=False)
    deletion_requested_at: Mapped[datetime | None]
    "When the customer asked for the account to be deleted."
    addresses: Mapped[list[Address]] = relationship(order_by="Address.id")
    payment_methods: Mapped[list[PaymentMethod]] = relationship(order_by="PaymentMethod.id")
    orders: Mapped[list[Order]] = relationship(back_populates="customer")


class Address(Base):
    """One more address of a customer, beside the default one."""

    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    address: Mapped[str] = mapped_column(Contact())
    postcode: Mapped[str | None] = mapped_column(Contact(20))
    country: Mapped[str | None] = mapped_column(String(80))


class PaymentMethod(Base):
    """A means of payment on file. The shop's payment service has the rest: never a full number."""

    __tablename__ = "payment_methods"
    __table_args__ = (CheckConstraint("balance >= 0", name="balance"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    brand: Mapped[str | None] = mapped_column(String(40))
    "Of a card, such as Visa."
    last_four: Mapped[str | None] = mapped_column(String(4))
    balance: Mapped[Decimal | None]
    "What is left on a gift card; None for other kinds."
    currency: Mapped[str] = mapped_column(CURRENCY)


class Category(Base):
    __tablename__ = "categories"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    title_en: Mapped[str] = mapped_column(String(200))
    title_zh: Mapped[str] = mapped_column(String(200))


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (Index("ix_products_upper_id", text("upper(id)")),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    title_en: Mapped[str] = mapped_column(String(300))
    title_zh: Mapped[str] = mapped_column(String(300))
    "The English title again where the shop gives no Chinese one."
    category_id: Mapped[str | None] = mapped_column(ForeignKey("categories.id"), index=True)
    brand: Mapped[str | None] = mapped_column(String(120))
    description_en: Mapped[str] = mapped_column(Text, default="")
    description_zh: Mapped[str] = mapped_column(Text, default="")
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    category: Mapped[Category | None] = relationship()
    variants: Mapped[list[Variant]] = relationship(back_populates="product", order_by="Variant.sku")


class Variant(Base):
    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock"),
        Index("ix_variants_upper_sku", text("upper(sku)")),
    )
    sku: Mapped[str] = mapped_column(ID, primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), index=True)
    options: Mapped[dict[str, str]] = mapped_column(default=dict)
    "Such as {'colour': 'red', 'size': 'M'}; empty for the only variant of a product."
    cost: Mapped[Decimal | None]
    "What the shop pays for one; None where unknown."
    list_price: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(CURRENCY)
    stock: Mapped[int | None]
    "Units at hand; None where the shop does not tell."
    product: Mapped[Product] = relationship(back_populates="variants")


class SearchTerm(Base):
    """One word of the catalogue's search index."""

    __tablename__ = "search_terms"
    term: Mapped[str] = mapped_column(String(80), primary_key=True)
    weight: Mapped[float]
    "Inverse document frequency, ln(1 + products / products with the term)."


class ProductTerm(Base):
    """That a product is found by a word, with its share: 1 in a title, less elsewhere."""

    __tablename__ = "product_terms"
    term: Mapped[str] = mapped_column(ForeignKey("search_terms.term"), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), primary_key=True)
    share: Mapped[float]


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_upper_id", text("upper(id)")),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    placed_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(CURRENCY)
    shipping_fee: Mapped[Decimal] = mapped_column(default=Decimal(0))
    carrier: Mapped[str | None] = mapped_column(String(80))
    tracking_number: Mapped[str | None] = mapped_column(String(80))
    expected_on: Mapped[date | None] = mapped_column(Date)
    address: Mapped[str | None] = mapped_column(Contact())
    "Where it goes; None where the shop does not tell, and then it is the customer's default."
    postcode: Mapped[str | None] = mapped_column(Contact(20))
    country: Mapped[str | None] = mapped_column(String(80))
    payment_method_id: Mapped[str | None] = mapped_column(ForeignKey("payment_methods.id"))
    fees: Mapped[Decimal] = mapped_column(default=Decimal(0))
    "What the shop keeps beside goods and shipping: for a cancellation, a return."
    payment_method: Mapped[PaymentMethod | None] = relationship()
    customer: Mapped[Customer | None] = relationship(back_populates="orders")
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", order_by="OrderLine.number", cascade="all, delete-orphan"
    )
    history: Mapped[list[OrderEvent]] = relationship(
        order_by="OrderEvent.at", cascade="all, delete-orphan"
    )
    payments: Mapped[list[Payment]] = relationship(
        order_by="Payment.at, Payment.id", cascade="all, delete-orphan"
    )
    returns: Mapped[list[Return]] = relationship(
        back_populates="order",
        order_by="Return.created_at, Return.id",
        cascade="all, delete-orphan",
    )


class OrderLine(Base):
    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"), index=True)
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)
    "Units sent back or cancelled later, at most `quantity`."
    unit_price: Mapped[Decimal]
    order: Mapped[Order] = relationship(back_populates="lines")
    variant: Mapped[Variant] = relationship()


class Payment(Base):
    """Money of an order that moved, or is to move, between the customer and the shop.

    An order without any was paid in full before the shop's data were connected.
    """

    __tablename__ = "payments"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal]
    "In the order's currency."
    method_id: Mapped[str | None] = mapped_column(ForeignKey("payment_methods.id"))
    "None where the shop does not tell how it was paid."
    status: Mapped[str] = mapped_column(String(10), default=PaymentStatus.DONE)
    at: Mapped[datetime]
    due_on: Mapped[date | None] = mapped_column(Date)
    "When it should have moved at the latest, where it is pending."
    return_id: Mapped[str | None] = mapped_column(ForeignKey("returns.id"))
    change_id: Mapped[str | None] = mapped_column(String(64))
    method: Mapped[PaymentMethod | None] = relationship()


class Return(Base):
    """Goods that come back, or are to come back: for money, or for another option."""

    __tablename__ = "returns"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20), default=ReturnStatus.REQUESTED)
    reason: Mapped[str] = mapped_column(String(40))
    condition: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    order: Mapped[Order] = relationship(back_populates="returns")
    lines: Mapped[list[ReturnLine]] = relationship(
        order_by="ReturnLine.line_number", cascade="all, delete-orphan"
    )


class ReturnLine(Base):
    """Units of an order line that a return is about."""

    __tablename__ = "return_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    return_id: Mapped[str] = mapped_column(ForeignKey("returns.id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    new_sku: Mapped[str | None] = mapped_column(ForeignKey("variants.sku"))
    "What is sent in exchange; None for a return."
    new_unit_price: Mapped[Decimal | None]


class Change(Base):
    """What was changed through the assistant: who, what, when, from which conversation.

    The id is made when the change is proposed, so a change that is confirmed twice is found here.
    """

    __tablename__ = "changes"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"), index=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    actor: Mapped[str] = mapped_column(String(64))
    "customer:<id>, guest:<subject> or agent:<subject>."
    conversation_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    "Exactly what was confirmed, money as text."


class IdentityAttempt(Base):
    """That somebody tried to prove who they are: counted, so that nobody can guess for long."""

    __tablename__ = "identity_attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    claim: Mapped[str] = mapped_column(String(64), index=True)
    "Keyed hash of the order number or e-mail address that was claimed."
    succeeded: Mapped[bool]
    created_at: Mapped[datetime]


class Review(Base):
    """What a customer thinks of a product."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        UniqueConstraint("customer_id", "product_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), index=True)
    rating: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text)
    conversation_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class OrderEvent(Base):
    """One step of an order's status history."""

    __tablename__ = "order_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    "Who caused it: shop, customer:<id> or agent:<subject>."


class Interaction(Base):
    __tablename__ = "interactions"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    rating: Mapped[int | None]
    "1 to 5 for a rating, else None."
    at: Mapped[datetime]


class ShownSuggestion(Base):
    """A product that a recommendation showed in a conversation, and what came of it."""

    __tablename__ = "suggestions"
    __table_args__ = (
        CheckConstraint("position > 0", name="position"),
        Index("ix_suggestions_product", "product_id", "shown_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    "None for a guest."
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    rung: Mapped[str] = mapped_column(String(20))
    "What the suggestion rests on, a `Rung`."
    position: Mapped[int]
    "On the list that was shown, from 1."
    model_version: Mapped[str] = mapped_column(String(64))
    "The published version of the models that answered."
    shown_at: Mapped[datetime] = mapped_column(index=True)
    clicked_at: Mapped[datetime | None]
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"), index=True)
    "The order that is put down to the suggestion: it holds the product."
    bought_at: Mapped[datetime | None]


class Price(Base):
    """Price history: from `since` on, one unit of `sku` cost `price`."""

    __tablename__ = "price_history"
    __table_args__ = (UniqueConstraint("sku", "since"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"))
    since: Mapped[datetime]
    price: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(CURRENCY)
    reason: Mapped[str] = mapped_column(String(20), default=PriceReason.LIST)


class CompetitorPrice(Base):
    __tablename__ = "competitor_prices"
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"), index=True)
    competitor: Mapped[str] = mapped_column(String(120))
    price: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(CURRENCY)
    seen_at: Mapped[datetime]


class Quote(Base):
    __tablename__ = "quotes"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(String(64))
    "customer:<id>, guest:<subject> or agent:<subject>."
    created_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(CURRENCY)
    net: Mapped[Decimal]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    lines: Mapped[list[QuoteLine]] = relationship(
        order_by="QuoteLine.number", cascade="all, delete-orphan"
    )


class QuoteLine(Base):
    __tablename__ = "quote_lines"
    quote_id: Mapped[str] = mapped_column(ForeignKey("quotes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"))
    quantity: Mapped[int]
    list_price: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    net: Mapped[Decimal]
    discounts: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    "Each with `reason` and `rate`."


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20), default=TicketStatus.OPEN)
    severity: Mapped[str | None] = mapped_column(String(20))
    "Of a complaint, as the service policy names it."
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    created_at: Mapped[datetime]


class Handoff(Base):
    """A conversation that a person is to take, has, or had."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index("ix_handoffs_open", "conversation_id", "state"),
        # Two messages at once can't ask for a person twice.
        Index(
            "uq_handoffs_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state != 'closed'"),
            postgresql_where=text("state != 'closed'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(64))
    "A `HandoffReason`."
    requested_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    subject: Mapped[str] = mapped_column(String(200), default="")
    "Whose conversation it is, as the token names them."
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    language: Mapped[str] = mapped_column(String(2), default="en")
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    "What the person who takes over needs to know; see analytics/handoff/summary.py."
    transcript: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    "What was said before, oldest first, each with `sender` and `text`."
    agent: Mapped[str | None] = mapped_column(String(200))
    "Subject of the agent who claimed it."
    claimed_at: Mapped[datetime | None]
    agent_seen_at: Mapped[datetime | None]
    "When the agent last did something here."
    customer_seen_at: Mapped[datetime | None]
    "When the customer last said something, or had the page open."
    outcome: Mapped[str | None] = mapped_column(String(20))
    "A `HandoffOutcome`, once it is closed."
    announced_at: Mapped[datetime | None]
    "When the bot told the customer that it ended; None while it still has to."
    customer: Mapped[Customer | None] = relationship()


class HandoffMessage(Base):
    """What was said, or happened, from the moment a person was called."""

    __tablename__ = "handoff_messages"
    __table_args__ = (UniqueConstraint("handoff_id", "sender", "message_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), index=True)
    sender: Mapped[str] = mapped_column(String(10))
    "A `Sender`."
    message_id: Mapped[str] = mapped_column(String(128))
    "The sender's own: the same one again is the same message."
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    "As in the chat contract: text, buttons, image, custom."
    at: Mapped[datetime]


class Feedback(Base):
    """How satisfied a customer was with a conversation."""

    __tablename__ = "feedback"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64), unique=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    score: Mapped[int]
    reason: Mapped[str | None] = mapped_column(Text)
    about: Mapped[str] = mapped_column(String(20), default="resolution")
    "`resolution` or `handoff`: after what it was asked."
    created_at: Mapped[datetime]


class Thumb(Base):
    """What somebody thinks of one answer."""

    __tablename__ = "thumbs"
    __table_args__ = (UniqueConstraint("conversation_id", "message_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(128))
    "Of the message that was answered."
    up: Mapped[bool]
    at: Mapped[datetime]


class Question(Base):
    """A message that the assistant may have served badly, kept until somebody reviews it."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("conversation_id", "message_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(128))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    "What was asked, personal data masked."
    intent: Mapped[str | None] = mapped_column(String(64))
    "As it was understood."
    confidence: Mapped[float | None]
    kind: Mapped[str] = mapped_column(String(20))
    "A `QuestionKind`."
    status: Mapped[str] = mapped_column(String(20), default=QuestionStatus.OPEN, index=True)
    resolution: Mapped[str | None] = mapped_column(String(100))
    "What answers it since: `article:<id>` or `intent:<name>`."
    at: Mapped[datetime]


class WebhookDelivery(Base):
    """An event that a system of the shop is to hear of: kept until it has, or is given up."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index("ix_webhook_deliveries_due", "state", "next_attempt_at"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    "The delivery id that the receiver knows repeats by. It begins with the time: later is greater."
    endpoint: Mapped[str] = mapped_column(String(64))
    "Its name in webhooks.yml."
    event: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str | None] = mapped_column(String(64), index=True)
    "What it is about: of the same conversation, the earlier one arrives first."
    body: Mapped[str] = mapped_column(Text)
    "The JSON text as it is signed and sent."
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class WebhookReceipt(Base):
    """That a delivery of another system was taken in: a second one changes nothing."""

    __tablename__ = "webhook_receipts"
    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    delivery_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)


class Consent(Base):
    """What a customer said to one purpose; without a row the shop's default holds."""

    __tablename__ = "consents"
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)
    granted: Mapped[bool]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(64))
    "Who wrote it: customer:<id>, agent:<subject>, import."
