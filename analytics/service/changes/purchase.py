"""A new order: from products that are named, or from a quote that holds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from analytics.errors import InvalidQuantity, Refused, UnknownProduct, UnknownQuote
from analytics.service.changes.addresses import Place, checked, owner_of
from analytics.service.changes.base import (
    Change,
    ChangeKind,
    Context,
    Plan,
    Request,
    Value,
    payer,
)
from analytics.service.changes.options import hold, require_stock, take
from analytics.store import payments, service
from analytics.store.models import Order, OrderEvent, OrderLine, Quote, QuoteStatus, Variant
from analytics.store.states import OrderStatus


class Item(Value):
    sku: str
    quantity: int


class PlaceRequest(Request):
    """Either products, or the number of a quote.

    Attributes:
        place: None for the customer's default address.
    """

    items: tuple[Item, ...] = ()
    quote_id: str | None = None
    place: Place | None = None
    method_id: str | None = None


class PricedItem(Item):
    unit_price: Decimal


class PlacePlan(Plan):
    kind: ChangeKind = ChangeKind.PLACE_ORDER
    items: tuple[PricedItem, ...] = Field(min_length=1)
    quote_id: str | None
    shipping_fee: Decimal
    fees: Decimal
    address: str
    postcode: str | None
    country: str | None
    expected_on: date

    @property
    def total(self) -> Decimal:
        """What is to be paid in all."""
        return _goods(self.items) + self.shipping_fee + self.fees


class PlaceOrder(Change[PlaceRequest, PlacePlan]):
    """Place an order, paid by a means on file, sent to a known or given address."""

    kind: ClassVar[ChangeKind] = ChangeKind.PLACE_ORDER
    request = PlaceRequest
    plan_type = PlacePlan

    def plan(self, context: Context, request: PlaceRequest) -> PlacePlan:
        self.allowed(context)
        rule = context.policy.place_order
        owner = owner_of(context)
        fees = Decimal(0)
        quote_id = None
        if request.quote_id is not None:
            quote, items = _of_quote(context, request.quote_id)
            quote_id, currency = quote.id, quote.currency
            # A quote's total holds to the cent: its rounding, and tax where prices are without.
            fees = quote.total - _goods(items)
        else:
            items, currency = _at_list_price(context, request.items)
        goods = _goods(items) + fees
        shipping = Decimal(0) if goods >= rule.free_from else rule.shipping_fee
        if request.place is None and owner.address is None:
            raise Refused("no_address", "set_up_shipping_address")
        known = Place(address=owner.address or "", postcode=owner.postcode, country=owner.country)
        place = checked(request.place or known, owner)
        method = payer(context, request.method_id, goods + shipping)
        return PlacePlan(
            customer_id=owner.id,
            # One change, one order: its number can be told before it is placed.
            order_id=f"O{context.change_id.removeprefix('C')}",
            currency=currency,
            charge=goods + shipping,
            method_id=method.id,
            items=items,
            quote_id=quote_id,
            shipping_fee=shipping,
            fees=fees,
            address=place.address,
            postcode=place.postcode,
            country=place.country,
            expected_on=context.at.date() + timedelta(days=rule.delivery_days),
        )

    def apply(self, context: Context, plan: PlacePlan) -> None:
        method = payer(context, plan.method_id, plan.charge)
        order = Order(
            id=plan.order_id,
            customer_id=plan.customer_id,
            placed_at=context.at,
            status=OrderStatus.PENDING,
            currency=plan.currency,
            shipping_fee=plan.shipping_fee,
            fees=plan.fees,
            expected_on=plan.expected_on,
            address=plan.address,
            postcode=plan.postcode,
            country=plan.country,
            payment_method=method,
        )
        for number, item in enumerate(plan.items, start=1):
            variant = context.session.get_one(Variant, item.sku)
            take(variant, item.quantity)
            order.lines.append(
                OrderLine(
                    number=number,
                    variant=variant,
                    quantity=item.quantity,
                    returned=0,
                    unit_price=item.unit_price,
                )
            )
        order.history.append(
            OrderEvent(status=OrderStatus.PENDING, at=context.at, actor=context.actor.name)
        )
        context.session.add(order)
        payments.pay(order, method, plan.charge, context.at, context.change_id)
        if plan.quote_id is not None:
            context.session.get_one(Quote, plan.quote_id).status = QuoteStatus.ACCEPTED


def _at_list_price(
    context: Context, wanted: tuple[Item, ...]
) -> tuple[tuple[PricedItem, ...], str]:
    most = context.policy.place_order.maximum_quantity
    quantities: dict[str, int] = {}
    for item in wanted:
        quantities[item.sku] = quantities.get(item.sku, 0) + item.quantity
    hold(context, quantities)
    items = []
    currency = ""
    for sku, quantity in quantities.items():
        variant = context.session.get(Variant, sku)
        if variant is None or not variant.product.active:
            raise UnknownProduct(sku)
        if not 1 <= quantity <= most:
            raise InvalidQuantity("quantity", quantity, f"a whole number from 1 to {most}")
        require_stock(variant, quantity)
        currency = variant.currency
        items.append(PricedItem(sku=sku, quantity=quantity, unit_price=variant.list_price))
    if not items:
        raise Refused("empty_basket", "product_search")
    return tuple(items), currency


def _of_quote(context: Context, quote_id: str) -> tuple[Quote, tuple[PricedItem, ...]]:
    """Return a quote, and its items at its prices.

    Raises:
        UnknownQuote: the customer has none of this number.
        Refused: it does not hold any more, or waits for approval.
    """
    quote = service.quote(context.session, quote_id)
    if quote is None or quote.customer_id != context.actor.customer_id:
        raise UnknownQuote(quote_id)
    # So that it is not ordered twice at the same time.
    context.session.refresh(quote, with_for_update=True)
    hold(context, [line.sku for line in quote.lines])
    if quote.status != QuoteStatus.OPEN or quote.valid_until < context.at:
        raise Refused(
            "quote_over", "request_quote", quote_number=quote.id, until=quote.valid_until.date()
        )
    items = []
    for line in quote.lines:
        variant = context.session.get_one(Variant, line.sku)
        require_stock(variant, line.quantity)
        unit_price = line.unit_price
        items.append(PricedItem(sku=line.sku, quantity=line.quantity, unit_price=unit_price))
    return quote, tuple(items)


def _goods(items: tuple[PricedItem, ...]) -> Decimal:
    return sum((item.quantity * item.unit_price for item in items), Decimal(0))
