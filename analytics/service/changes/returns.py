"""After delivery: send things back for the money, or for another option."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import Field

from analytics.errors import InvalidInput, Refused
from analytics.service.changes.base import (
    ChangeKind,
    ChangeOfOrder,
    Context,
    Plan,
    Request,
    Value,
    give_back,
    own_order,
    payer,
    refunds_of,
    require_times,
    to_gift_card,
)
from analytics.service.changes.options import (
    Swap,
    Wish,
    line_of,
    settle,
    swaps_of,
    take,
    total_difference,
)
from analytics.service.policy import ORIGINAL, RefundRoute, SendingBack
from analytics.store import orders, payments
from analytics.store.models import Order, OrderLine, Return, ReturnKind, ReturnLine, Variant
from analytics.store.service import new_id
from analytics.store.states import OrderStatus


class Units(Value):
    """Units of an order line; all that are left where no number is said."""

    number: int
    quantity: int | None = Field(default=None, ge=1)


class ReturnRequest(Request):
    order_id: str
    lines: tuple[Units, ...] = Field(min_length=1)
    reason: str
    condition: str
    refund_to: RefundRoute = "original"


class Piece(Value):
    """Units that come back, and what they cost."""

    number: int
    quantity: int
    sku: str
    amount: Decimal


class ReturnPlan(Plan):
    kind: ChangeKind = ChangeKind.RETURN_ITEMS
    pieces: tuple[Piece, ...]
    reason: str
    condition: str
    fee: Decimal


class ReturnItems(ChangeOfOrder[ReturnRequest, ReturnPlan]):
    """Take units back; the money goes back when they have come and been looked at."""

    kind: ClassVar[ChangeKind] = ChangeKind.RETURN_ITEMS
    request = ReturnRequest
    plan_type = ReturnPlan

    def eligible(self, context: Context, order_id: str) -> Order:
        self.allowed(context)
        return returnable(context, order_id, context.policy.return_items, self.kind)

    def check_known(self, context: Context, known: Mapping[str, Any]) -> None:
        if "condition" in known:
            _require_condition(known["condition"], context.policy.return_items)

    def plan(self, context: Context, request: ReturnRequest) -> ReturnPlan:
        rule = context.policy.return_items
        order = self.eligible(context, request.order_id)
        pieces = [
            _piece(order, units, rule)
            for units in {units.number: units for units in request.lines}.values()
        ]
        require_said(request.reason, request.condition, rule)
        if request.refund_to not in rule.refund_to:
            raise Refused("refund_route", None)
        worth = sum((one.amount for one in pieces), Decimal(0))
        fee = Decimal(0) if request.reason in rule.free_reasons else min(rule.fee, worth)
        back = payments.at_most_paid(order, worth - fee)
        if request.refund_to == ORIGINAL:
            shares = payments.back_as_paid(order, back)
            refunds = refunds_of(context, shares, rule.check_days)
        else:
            refunds = (to_gift_card(context, order, back, rule.check_days),) if back else ()
        return ReturnPlan(
            customer_id=order.customer_id,
            order_id=order.id,
            currency=order.currency,
            refunds=refunds,
            pieces=tuple(pieces),
            reason=request.reason,
            condition=request.condition,
            fee=fee,
        )

    def apply(self, context: Context, plan: ReturnPlan) -> None:
        order = own_order(context, plan.order_id or "")
        payments.open_books(order)
        coming = _return(context, order, ReturnKind.RETURN, plan.reason, plan.condition)
        coming.lines = [
            ReturnLine(line_number=one.number, quantity=one.quantity) for one in plan.pieces
        ]
        context.session.flush()
        order.fees += plan.fee
        give_back(context, order, plan.refunds, coming.id)


class ExchangeRequest(Request):
    order_id: str
    lines: tuple[Wish, ...] = Field(min_length=1)
    reason: str = "other"
    condition: str = "opened"
    method_id: str | None = None


class ExchangePlan(Plan):
    kind: ChangeKind = ChangeKind.EXCHANGE_ITEMS
    swaps: tuple[Swap, ...]
    reason: str
    condition: str


class ExchangeItems(ChangeOfOrder[ExchangeRequest, ExchangePlan]):
    """Send another option in exchange; the difference is paid now or given back later."""

    kind: ClassVar[ChangeKind] = ChangeKind.EXCHANGE_ITEMS
    request = ExchangeRequest
    plan_type = ExchangePlan

    def eligible(self, context: Context, order_id: str) -> Order:
        self.allowed(context)
        return returnable(context, order_id, context.policy.exchange_items, self.kind)

    def check_known(self, context: Context, known: Mapping[str, Any]) -> None:
        if "condition" in known:
            _require_condition(known["condition"], context.policy.exchange_items)

    def plan(self, context: Context, request: ExchangeRequest) -> ExchangePlan:
        rule = context.policy.exchange_items
        order = self.eligible(context, request.order_id)

        def units(wish: Wish) -> int:
            return _piece(order, Units(number=wish.number, quantity=wish.quantity), rule).quantity

        swaps = swaps_of(context, order, request.lines, units)
        require_said(request.reason, request.condition, rule)
        refunds, charge, method_id = settle(
            context, order, total_difference(swaps), request.method_id, rule.check_days
        )
        return ExchangePlan(
            customer_id=order.customer_id,
            order_id=order.id,
            currency=order.currency,
            refunds=refunds,
            charge=charge,
            method_id=method_id,
            swaps=swaps,
            reason=request.reason,
            condition=request.condition,
        )

    def apply(self, context: Context, plan: ExchangePlan) -> None:
        order = own_order(context, plan.order_id or "")
        payments.open_books(order)
        coming = _return(context, order, ReturnKind.EXCHANGE, plan.reason, plan.condition)
        for one in plan.swaps:
            take(context.session.get_one(Variant, one.new_sku), one.quantity)
            coming.lines.append(
                ReturnLine(
                    line_number=one.number,
                    quantity=one.quantity,
                    new_sku=one.new_sku,
                    new_unit_price=one.new_unit_price,
                )
            )
        context.session.flush()
        give_back(context, order, plan.refunds, coming.id)
        if plan.charge:
            method = payer(context, plan.method_id, plan.charge)
            payments.pay(order, method, plan.charge, context.at, context.change_id)


def returnable(context: Context, order_id: str, rule: SendingBack, kind: ChangeKind) -> Order:
    """Return an order of the customer that has come, not too long ago, and has something left.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
        Refused: `<kind>_status`, `<kind>_times`, `window`, `category` or `all_returned`.
    """
    order = own_order(context, order_id)
    require_times(context, order, kind, rule.times)
    if order.status != OrderStatus.DELIVERED:
        status = OrderStatus(order.status)
        raise Refused(
            f"{kind}_status",
            "cancel_order" if status == OrderStatus.PENDING else "track_order",
            code=order.id,
            order_number=order.id,
            status=status,
        )
    until = last_day(order, rule)
    if context.at.date() > until:
        raise Refused(
            "window",
            "warranty",
            code=order.id,
            order_number=order.id,
            days=rule.window_days,
            until=until,
        )
    if not any(orders.left(order, line) for line in order.lines):
        raise Refused("all_returned", "track_refund", code=order.id, order_number=order.id)
    if not available(order, rule):
        raise Refused("category", "warranty", product=order.lines[0].variant.product)
    return order


def last_day(order: Order, rule: SendingBack) -> date:
    """Return the last day on which the order's goods are taken back, to its end.

    Where the shop does not tell when it was delivered, the days count from when it was placed.
    """
    begin = orders.delivered_at(order) or order.placed_at
    return begin.date() + timedelta(days=rule.window_days)


def require_said(reason: str, condition: str, rule: SendingBack) -> None:
    """Raise where the reason is none that is asked for, or the condition is not accepted.

    Raises:
        InvalidInput: the reason.
        Refused: `condition`.
    """
    if reason not in rule.reasons:
        raise InvalidInput("reason", reason, ", ".join(rule.reasons))
    _require_condition(condition, rule)


def _require_condition(condition: str, rule: SendingBack) -> None:
    if condition not in rule.conditions:
        raise Refused("condition", "contact_human_agent", condition=condition)


def available(order: Order, rule: SendingBack) -> list[OrderLine]:
    """Return the lines of which something can be sent back."""
    return [
        line
        for line in order.lines
        if orders.left(order, line) > 0
        and line.variant.product.category_id not in rule.excluded_categories
    ]


def _piece(order: Order, units: Units, rule: SendingBack) -> Piece:
    line = line_of(order, units.number)
    product = line.variant.product
    left = orders.left(order, line)
    if left == 0:
        raise Refused("nothing_left", "track_refund", code=order.id, product=product)
    if product.category_id in rule.excluded_categories:
        raise Refused("category", "warranty", product=product)
    quantity = units.quantity or left
    if quantity > left:
        raise Refused("too_many", None, quantity=quantity, left=left, product=product)
    return Piece(
        number=line.number,
        quantity=quantity,
        sku=line.sku,
        amount=quantity * line.unit_price,
    )


def _return(
    context: Context, order: Order, kind: ReturnKind, reason: str, condition: str
) -> Return:
    coming = Return(
        id=new_id("R"), kind=kind, reason=reason, condition=condition, created_at=context.at
    )
    order.returns.append(coming)
    return coming
