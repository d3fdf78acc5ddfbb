"""The lines of an order that is not sent yet: another option of the same product."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from analytics.errors import Refused
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
from analytics.store import payments
from analytics.store.models import Order, OrderLine, Variant


class LinesRequest(Request):
    order_id: str
    lines: tuple[Wish, ...] = Field(min_length=1)
    method_id: str | None = None


class LinesPlan(Plan):
    kind: ChangeKind = ChangeKind.CHANGE_LINES
    swaps: tuple[Swap, ...]


class ChangeLines(ChangeOfOrder[LinesRequest, LinesPlan]):
    """Put other options in the place of lines; the difference is paid or given back."""

    kind: ClassVar[ChangeKind] = ChangeKind.CHANGE_LINES
    request = LinesRequest
    plan_type = LinesPlan

    def eligible(self, context: Context, order_id: str) -> Order:
        self.allowed(context)
        return open_order(context, order_id, context.policy.change_lines, self.kind)

    def plan(self, context: Context, request: LinesRequest) -> LinesPlan:
        order = self.eligible(context, request.order_id)
        swaps = swaps_of(context, order, request.lines, lambda wish: _units(order, wish))
        refunds, charge, method_id = settle(
            context, order, total_difference(swaps), request.method_id
        )
        return LinesPlan(
            customer_id=order.customer_id,
            order_id=order.id,
            currency=order.currency,
            refunds=refunds,
            charge=charge,
            method_id=method_id,
            swaps=swaps,
        )

    def apply(self, context: Context, plan: LinesPlan) -> None:
        order = own_order(context, plan.order_id or "")
        payments.open_books(order)
        for one in plan.swaps:
            line: OrderLine = line_of(order, one.number)
            new = context.session.get_one(Variant, one.new_sku)
            take(line.variant, -one.quantity)
            take(new, one.quantity)
            line.variant = new
            line.unit_price = one.new_unit_price
        give_back(context, order, plan.refunds)
        if plan.charge:
            method = payer(context, plan.method_id, plan.charge)
            payments.pay(order, method, plan.charge, context.at, context.change_id)


def _units(order: Order, wish: Wish) -> int:
    """Return all units of a line that have not been cancelled.

    Raises:
        Refused: `nothing_left`.
    """
    line = line_of(order, wish.number)
    if line.returned == line.quantity:
        raise Refused("nothing_left", "track_refund", code=order.id, product=line.variant.product)
    return line.quantity - line.returned
