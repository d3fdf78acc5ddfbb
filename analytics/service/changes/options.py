"""Other options of a product, such as its size or colour: which there are, and their prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from pydantic import Field
from sqlalchemy import select

from analytics.errors import Refused
from analytics.service.changes.base import Context, Refund, Value, payer, refunds_of
from analytics.store import payments
from analytics.store.models import Order, OrderLine, Variant


class Wish(Value):
    """Another option for units of an order line; all that are left where no number is said."""

    number: int
    new_sku: str
    quantity: int | None = Field(default=None, ge=1)


class Swap(Value):
    """One option in the place of another."""

    number: int
    quantity: int
    old_sku: str
    new_sku: str
    old_unit_price: Decimal
    new_unit_price: Decimal

    @property
    def difference(self) -> Decimal:
        """What the new option costs more."""
        return self.quantity * (self.new_unit_price - self.old_unit_price)


def line_of(order: Order, number: int) -> OrderLine:
    """Return a line of the order.

    Raises:
        Refused: it has none of this number.
    """
    found = next((line for line in order.lines if line.number == number), None)
    if found is None:
        raise Refused("no_such_line", None, order_number=order.id, count=len(order.lines))
    return found


def swap(line: OrderLine, new_sku: str, quantity: int) -> Swap:
    """Return what it is to put another option in the place of units of a line.

    Raises:
        Refused: it is another product, or the same option.
    """
    wanted = next((one for one in line.variant.product.variants if one.sku == new_sku), None)
    product = line.variant.product
    if wanted is None:
        raise Refused("other_product", "place_order", sku=new_sku, product=product)
    if wanted.sku == line.sku:
        raise Refused("same_option", None, product=product)
    return Swap(
        number=line.number,
        quantity=quantity,
        old_sku=line.sku,
        new_sku=wanted.sku,
        old_unit_price=line.unit_price,
        new_unit_price=wanted.list_price,
    )


def swaps_of(
    context: Context, order: Order, wishes: Sequence[Wish], units: Callable[[Wish], int]
) -> tuple[Swap, ...]:
    """Return the swaps that are wished for; of two wishes for one line the last one counts.

    Args:
        units: how many units of the line a wish is about.

    Raises:
        Refused: a wish cannot be met, or the new options are not at hand for all of them.
    """
    hold(context, [wish.new_sku for wish in wishes] + [line.sku for line in order.lines])
    swaps = tuple(
        swap(line_of(order, wish.number), wish.new_sku, units(wish))
        for wish in {wish.number: wish for wish in wishes}.values()
    )
    wanted = Counter[str]()
    for one in swaps:
        wanted[one.new_sku] += one.quantity
    for sku, quantity in wanted.items():
        require_stock(context.session.get_one(Variant, sku), quantity)
    return swaps


def hold(context: Context, skus: Iterable[str]) -> None:
    """Wait until nobody else takes units of these variants, and read them anew."""
    query = select(Variant).where(Variant.sku.in_(set(skus))).order_by(Variant.sku)
    context.session.scalars(
        query.with_for_update(key_share=True),
        execution_options={"populate_existing": True},
    ).all()


def require_stock(variant: Variant, quantity: int) -> None:
    """Raise where fewer units are at hand.

    Raises:
        Refused: `stock`.
    """
    if variant.stock is not None and variant.stock < quantity:
        raise Refused(
            "stock",
            "check_stock",
            code=variant.product_id,
            sku=variant.sku,
            stock=variant.stock,
            quantity=quantity,
        )


def take(variant: Variant, quantity: int) -> None:
    """Take units off the shelf, or put them back where the number is below zero."""
    if variant.stock is not None:
        variant.stock -= quantity


def settle(
    context: Context, order: Order, difference: Decimal, method_id: str | None, later: int = 0
) -> tuple[tuple[Refund, ...], Decimal, str | None]:
    """Return refunds, charge and means of payment for a change of the price.

    What is cheaper goes back as it was paid; what is dearer is paid by the means named, else as the
    order was.

    Raises:
        Refused: nothing is known to pay with, or a gift card has not enough left.
    """
    if difference < 0:
        back = payments.at_most_paid(order, -difference)
        return (
            refunds_of(context, payments.back_as_paid(order, back), later),
            Decimal(0),
            None,
        )
    if difference == 0:
        return (), Decimal(0), None
    method = payer(context, method_id or order.payment_method_id, difference)
    return (), difference, method.id


def total_difference(swaps: Sequence[Swap]) -> Decimal:
    """Return what all swaps cost more."""
    return sum((one.difference for one in swaps), Decimal(0))
