"""Orders that are not sent yet: cancel them, pay them by other means."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from analytics.errors import InvalidInput, Refused
from analytics.service.changes.base import (
    ChangeKind,
    ChangeOfOrder,
    Context,
    Plan,
    Request,
    give_back,
    open_order,
    own_order,
    payer,
    refunds_of,
    to_gift_card,
)
from analytics.service.changes.options import hold
from analytics.service.policy import ORIGINAL, RefundRoute
from analytics.store import orders, payments
from analytics.store.models import Order
from analytics.store.states import OrderStatus


class CancelRequest(Request):
    order_id: str
    reason: str = "other"
    refund_to: RefundRoute = "original"


class CancelPlan(Plan):
    kind: ChangeKind = ChangeKind.CANCEL_ORDER
    reason: str
    fee: Decimal


class CancelOrder(ChangeOfOrder[CancelRequest, CancelPlan]):
    """Call an order off: the money goes back but for the fee, and the goods back on the shelf."""

    kind: ClassVar[ChangeKind] = ChangeKind.CANCEL_ORDER
    request = CancelRequest
    plan_type = CancelPlan

    def eligible(self, context: Context, order_id: str) -> Order:
        self.allowed(context)
        return open_order(context, order_id, context.policy.cancel_order, self.kind)

    def plan(self, context: Context, request: CancelRequest) -> CancelPlan:
        rule = context.policy.cancel_order
        order = self.eligible(context, request.order_id)
        if request.reason not in rule.reasons:
            raise InvalidInput("reason", request.reason, ", ".join(rule.reasons))
        if request.refund_to not in rule.refund_to:
            raise Refused("refund_route", None)
        hold(context, [line.sku for line in order.lines])
        paid = payments.balance(order)
        fee = min(rule.fee, paid)
        back = paid - fee
        if request.refund_to == ORIGINAL:
            refunds = refunds_of(context, payments.back_as_paid(order, back))
        else:
            refunds = (to_gift_card(context, order, back),) if back else ()
        return CancelPlan(
            customer_id=order.customer_id,
            order_id=order.id,
            currency=order.currency,
            refunds=refunds,
            reason=request.reason,
            fee=fee,
        )

    def apply(self, context: Context, plan: CancelPlan) -> None:
        order = own_order(context, plan.order_id or "")
        payments.open_books(order)
        orders.advance(order, OrderStatus.CANCELLED, context.at, context.actor.name)
        for line in order.lines:
            if line.variant.stock is not None:
                line.variant.stock += line.quantity - line.returned
            line.returned = line.quantity
        order.fees = plan.fee
        order.expected_on = None
        give_back(context, order, plan.refunds)


class PaymentRequest(Request):
    order_id: str
    method_id: str


class PaymentPlan(Plan):
    kind: ChangeKind = ChangeKind.CHANGE_PAYMENT


class ChangePayment(ChangeOfOrder[PaymentRequest, PaymentPlan]):
    """Pay an order by other means: what was paid goes back, and is paid anew."""

    kind: ClassVar[ChangeKind] = ChangeKind.CHANGE_PAYMENT
    request = PaymentRequest
    plan_type = PaymentPlan

    def eligible(self, context: Context, order_id: str) -> Order:
        self.allowed(context)
        return open_order(context, order_id, context.policy.change_payment, self.kind)

    def plan(self, context: Context, request: PaymentRequest) -> PaymentPlan:
        order = self.eligible(context, request.order_id)
        paid = payments.paid_by(order)
        # What came by these means stays; the rest is given back and paid by them.
        moved = [one for one in paid if not one.method or one.method.id != request.method_id]
        amount = sum((one.amount for one in moved), Decimal(0))
        method = payer(context, request.method_id, amount)
        if not moved:
            raise Refused("same_method", None, order_number=order.id)
        return PaymentPlan(
            customer_id=order.customer_id,
            order_id=order.id,
            currency=order.currency,
            refunds=refunds_of(context, moved),
            charge=amount,
            method_id=method.id,
        )

    def apply(self, context: Context, plan: PaymentPlan) -> None:
        order = own_order(context, plan.order_id or "")
        payments.open_books(order)
        method = payer(context, plan.method_id, plan.charge)
        give_back(context, order, plan.refunds)
        payments.pay(order, method, plan.charge, context.at, context.change_id)
        order.payment_method = method
