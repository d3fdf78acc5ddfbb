"""What every kind of change is made of: a request, a plan of exactly what will happen, doing it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, field_validator
from sqlalchemy.orm import Session

from analytics.errors import Refused
from analytics.service.policy import Allowed, OrderChange, ServicePolicy, Who
from analytics.store import changes, orders, payments
from analytics.store.models import Order, PaymentMethod, PaymentMethodKind
from analytics.store.payments import Share
from analytics.store.states import OrderStatus

_STORABLE: Final = re.compile(r"[^\x00\ud800-\udfff]*")
NEW_GIFT_CARD: Final = "gift_card"
"Stands for the id of a gift card that is made when the money goes there."


class ChangeKind(StrEnum):
    """What can be changed; each has a part of this name in the service policy."""

    CANCEL_ORDER = "cancel_order"
    CHANGE_ADDRESS = "change_address"
    CHANGE_LINES = "change_lines"
    CHANGE_PAYMENT = "change_payment"
    PLACE_ORDER = "place_order"
    RETURN_ITEMS = "return_items"
    EXCHANGE_ITEMS = "exchange_items"
    EDIT_ACCOUNT = "edit_account"
    ADD_ADDRESS = "add_address"
    NEWSLETTER = "newsletter"
    DELETE_ACCOUNT = "delete_account"
    REVIEW = "review"
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Actor:
    """Who has a change done, and for whom.

    Attributes:
        name: `customer:<id>`, `guest:<subject>` or `agent:<subject>`, as the records keep it.
        customer_id: whose orders and account it is about; None for a guest without any.
    """

    who: Who
    name: str
    customer_id: str | None


@dataclass(frozen=True)
class Context:
    """What planning and doing need beside the request.

    Attributes:
        change_id: of the change under way; what is written refers to it.
    """

    session: Session
    policy: ServicePolicy
    actor: Actor
    at: datetime
    conversation_id: str
    change_id: str


class Value(BaseModel):
    """Plain values that are kept as JSON, money as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """Refuse what no database keeps: the NUL character, and halves of characters."""
        if isinstance(value, str) and not _STORABLE.fullmatch(value):
            raise ValueError("text without NUL characters and lone surrogates")
        return value


class Request(Value):
    """What is asked for."""


class Refund(Value):
    """Money that will go back.

    Attributes:
        method_id: where to; None for the way it was paid, where the shop does not tell how.
        due_on: when it has arrived at the latest.
    """

    method_id: str | None
    amount: Decimal
    due_on: date


class Plan(Value):
    """Exactly what will happen: shown before, compared and written down when it is done.

    Attributes:
        charge: what the customer is to pay, by `method_id`; zero where nothing is.
        refunds: what goes back.
    """

    kind: ChangeKind
    customer_id: str | None = None
    order_id: str | None = None
    currency: str = ""
    refunds: tuple[Refund, ...] = ()
    charge: Decimal = Decimal(0)
    method_id: str | None = None

    @property
    def refunded(self) -> Decimal:
        """What goes back in all."""
        return sum((one.amount for one in self.refunds), Decimal(0))


class Change[R: Request, P: Plan](ABC):
    """A kind of change.

    Attributes:
        request: the class of what is asked for.
        plan_type: the class of its plan.
    """

    kind: ClassVar[ChangeKind]
    request: type[R]
    plan_type: type[P]

    @abstractmethod
    def plan(self, context: Context, request: R) -> P:
        """Return what will happen; nothing is written.

        Raises:
            Refused: a rule forbids it.
            SalesclerkError: the request names what does not exist.
        """

    @abstractmethod
    def apply(self, context: Context, plan: P) -> None:
        """Do what `plan` has just returned, in the same transaction."""

    def check_known(self, context: Context, known: Mapping[str, Any]) -> None:
        """Raise where what is known of the request already rules the change out.

        Raises:
            Refused: it does.
        """
        return

    def allowed(self, context: Context) -> Allowed:
        """Return the part of the policy, if the actor may have it done.

        Raises:
            Refused: he may not.
        """
        rule: Allowed = getattr(context.policy, self.kind)
        if context.actor.who not in rule.by:
            raise Refused("who", "contact_human_agent")
        return rule


class ChangeOfOrder[R: Request, P: Plan](Change[R, P]):
    """A change of an order that is there."""

    @abstractmethod
    def eligible(self, context: Context, order_id: str) -> Order:
        """Return the order, if it can be changed in this way as far as is known without more.

        Raises:
            UnknownOrder: there is none, or it is somebody else's.
            Refused: a rule forbids it.
        """


def own_order(context: Context, order_id: str) -> Order:
    """Return an order of the customer whom the change is for, as nobody else can change it now.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
    """
    order = orders.owned(context.session, order_id, context.actor.customer_id or "")
    orders.lock(context.session, order)
    return order


def open_order(context: Context, order_id: str, rule: OrderChange, kind: ChangeKind) -> Order:
    """Return an order of the customer that is not too far to be changed, nor changed too often.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
        Refused: `<kind>_status` or `<kind>_times`, with what is possible instead.
    """
    order = own_order(context, order_id)
    require_times(context, order, kind, rule.times)
    if order.status in rule.statuses:
        return order
    status = OrderStatus(order.status)
    raise Refused(
        f"{kind}_status",
        _INSTEAD.get(status, "contact_human_agent"),
        code=order.id,
        order_number=order.id,
        status=status,
    )


def require_times(context: Context, order: Order, kind: ChangeKind, most: int | None) -> None:
    """Raise where the order has been changed in this way as often as it may.

    Raises:
        Refused: `<kind>_times`.
    """
    if most is not None and changes.count(context.session, order.id, kind) >= most:
        raise Refused(
            f"{kind}_times", "contact_human_agent", code=order.id, order_number=order.id, times=most
        )


def refunds_of(context: Context, shares: Sequence[Share], later: int = 0) -> tuple[Refund, ...]:
    """Return refunds with the day on which each has arrived.

    Args:
        later: days until they are sent.
    """
    return tuple(
        Refund(
            method_id=share.method.id if share.method else None,
            amount=share.amount,
            due_on=_due(context, share.method, later),
        )
        for share in shares
    )


def to_gift_card(context: Context, order: Order, amount: Decimal, later: int = 0) -> Refund:
    """Return the refund of an amount to the customer's first gift card, else to a new one."""
    due_on = context.at.date() + timedelta(
        days=later + context.policy.refund_days[PaymentMethodKind.GIFT_CARD]
    )
    cards = (
        method.id
        for method in payments.methods(context.session, order.customer_id or "")
        if method.kind == PaymentMethodKind.GIFT_CARD
    )
    return Refund(method_id=next(cards, NEW_GIFT_CARD), amount=amount, due_on=due_on)


def give_back(
    context: Context, order: Order, refunds: Sequence[Refund], return_id: str | None = None
) -> None:
    """Write the refunds of a plan down."""
    known = {method.id: method for method in payments.methods(context.session, _customer(order))}
    for one in refunds:
        method = known.get(one.method_id or "")
        if one.method_id == NEW_GIFT_CARD:
            method = payments.new_gift_card(context.session, _customer(order), order.currency)
        payments.refund(
            order,
            Share(method, one.amount),
            context.at,
            one.due_on,
            context.change_id,
            return_id,
        )


def payer(context: Context, method_id: str | None, amount: Decimal) -> PaymentMethod:
    """Return the means of payment, if it is the customer's and can pay the amount.

    Raises:
        Refused: `no_method`, or `gift_card_balance`.
    """
    known = payments.methods(context.session, context.actor.customer_id or "")
    method = next((one for one in known if one.id == method_id), None)
    if method is None:
        raise Refused("no_method", None)
    if method.balance is not None and method.balance < amount:
        raise Refused(
            "gift_card_balance",
            None,
            balance=method.balance,
            amount=amount,
            currency=method.currency,
        )
    return method


def _due(context: Context, method: PaymentMethod | None, later: int) -> date:
    days = context.policy.refund_days
    wait = days[PaymentMethodKind(method.kind)] if method else max(days.values())
    return context.at.date() + timedelta(days=later + wait)


def _customer(order: Order) -> str:
    return order.customer_id or ""


_INSTEAD: Final = {
    OrderStatus.SHIPPED: "track_order",
    OrderStatus.DELIVERED: "return_item",
    OrderStatus.CANCELLED: "track_refund",
    OrderStatus.RETURNED: "track_refund",
}
"The nearest thing that is possible with an order, as the intent by which it is asked for."
