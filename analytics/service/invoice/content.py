"""What an invoice says. Money is exact; it is rounded where it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from analytics.store import catalogue, orders
from analytics.store.models import (
    Customer,
    Order,
    OrderLine,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    ReturnKind,
    ReturnLine,
    Variant,
)
from analytics.store.states import OrderStatus, ReturnStatus

NUMBER_PREFIX: Final = "INV-"


@dataclass(frozen=True)
class InvoiceLine:
    """Units of one variant that the customer kept.

    Attributes:
        options: such as `red, M`; empty without options.
    """

    title: str
    options: str
    sku: str
    quantity: int
    unit_price: Decimal
    total: Decimal


@dataclass(frozen=True)
class Means:
    """By what an invoice was paid.

    Attributes:
        kind: a `PaymentMethodKind`.
        brand: of a card, such as Visa.
    """

    kind: str
    brand: str | None
    last_four: str | None


@dataclass(frozen=True)
class Invoice:
    """An order as it is charged now, with the total of `analytics.store.orders.total`.

    What was cancelled, or is sent back, is taken off; what is exchanged stands with its new option.

    Attributes:
        customer: the name; empty where the shop does not tell.
        address: its lines.
        fees: what the shop keeps beside goods and shipping.
        tax_rate: of 1, contained in the total; None where the invoice shows no tax.
        paid_by: several where an order was paid by several means, none where it is not paid or
            the shop does not tell.
    """

    number: str
    order_id: str
    issued_on: date
    ordered_on: date
    shop: str
    customer: str
    address: tuple[str, ...]
    currency: str
    lines: tuple[InvoiceLine, ...]
    shipping: Decimal
    fees: Decimal
    tax_rate: Decimal | None
    paid_by: tuple[Means, ...]

    @property
    def goods(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.goods + self.shipping + self.fees

    @property
    def tax(self) -> Decimal | None:
        """The tax that the total contains; None without a rate."""
        if self.tax_rate is None:
            return None
        return self.total * self.tax_rate / (1 + self.tax_rate)


def invoice_of(
    order: Order, shop_name: str, language: str, today: date, tax_rate: Decimal | None
) -> Invoice:
    """Return the order's invoice as of `today`.

    Of a cancelled order nothing but the fees is left.

    Args:
        language: of the products' titles, `en` or `zh`.
        tax_rate: of 1, where prices contain a tax that the invoice is to show.
    """
    cancelled = order.status == OrderStatus.CANCELLED
    return Invoice(
        number=f"{NUMBER_PREFIX}{order.id}",
        order_id=order.id,
        issued_on=today,
        ordered_on=order.placed_at.date(),
        shop=shop_name,
        customer=(order.customer.name if order.customer else None) or "",
        address=_address(order),
        currency=order.currency,
        lines=() if cancelled else tuple(_lines(order, language)),
        shipping=Decimal(0) if cancelled else order.shipping_fee,
        fees=order.fees,
        tax_rate=tax_rate,
        paid_by=_paid_by(order),
    )


def _lines(order: Order, language: str) -> Iterator[InvoiceLine]:
    """Yield what is left of each line, then what its units were exchanged for."""
    for line in order.lines:
        if quantity := orders.left(order, line):
            yield _line(line.variant, quantity, line.unit_price, language)
        for part in _exchanged(order, line):
            options = {variant.sku: variant for variant in line.variant.product.variants}
            variant = options[part.new_sku or line.sku]
            price = part.new_unit_price or Decimal(0)
            yield _line(variant, part.quantity, price, language)


def _exchanged(order: Order, line: OrderLine) -> list[ReturnLine]:
    standing = orders.OPEN | {ReturnStatus.COMPLETED}
    return [
        part
        for one in order.returns
        if one.kind == ReturnKind.EXCHANGE and one.status in standing
        for part in one.lines
        if part.line_number == line.number
    ]


def _line(variant: Variant, quantity: int, price: Decimal, language: str) -> InvoiceLine:
    return InvoiceLine(
        title=catalogue.title(variant.product, language),
        options=catalogue.options(variant),
        sku=variant.sku,
        quantity=quantity,
        unit_price=price,
        total=quantity * price,
    )


def _address(order: Order) -> tuple[str, ...]:
    """Return the lines of the order's own address, else of the customer's default one."""
    place: Order | Customer | None = order if order.address else order.customer
    if place is None:
        return ()
    lines = [*(place.address or "").splitlines(), place.postcode or "", place.country or ""]
    return tuple(line.strip() for line in lines if line.strip())


def _paid_by(order: Order) -> tuple[Means, ...]:
    """Return the means of the payments made; without any payment, that of the order."""
    methods: list[PaymentMethod | None] = [
        payment.method
        for payment in order.payments
        if (payment.kind, payment.status) == (PaymentKind.PAYMENT, PaymentStatus.DONE)
    ]
    if not order.payments:
        methods = [order.payment_method]
    means = [Means(one.kind, one.brand, one.last_four) for one in methods if one]
    return tuple(dict.fromkeys(means))
