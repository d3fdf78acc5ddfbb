"""Facts of the running shop that conversations speak of, such as `{order.id}`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import islice, permutations
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.errors import AmbiguousProduct
from analytics.store import catalogue, orders, payments
from analytics.store.models import Customer, Order, Product, Variant
from analytics.store.states import OrderStatus
from tests.assistant import Assistant

TOPICS: Final = {
    "unclear_en": (
        *("delivery", "delivery time", "payment", "ways to pay", "cancellation fee", "refunds"),
        *("shipping", "shipping time", "payment methods", "shop", "sale", "coupons", "about you"),
        *("warranty", "refund policy", "opening hours", "discounts"),
    ),
    "unclear_zh": (
        *(
            "配送",
            "配送时间",
            "付款",
            "付款方式",
            "取消费用",
            "退款",
            "运费",
            "送货",
            "门店",
            "活动",
        ),
        *("保修", "退款政策", "营业时间", "优惠"),
    ),
}
"Two of these in one sentence, and the bot is likely to be in doubt about it."
ARTICLES: Final = frozenset(
    [
        *("delivery_options", "delivery_period", "warranty"),
        *("check_payment_methods", "check_refund_policy", "store_information", "promotions"),
    ]
)
"Requests that an article answers, whoever asks."
CHOICES: Final = {f"/clarify{json.dumps({'meaning': name})}" for name in ARTICLES}

LONG_AGO: Final = 1500
"Days after which no warranty holds any more."
RECENT: Final = 14
"Days in which everything can still be sent back."


def gather(assistant: Assistant) -> dict[str, Any]:
    """Return the facts: demo customers by kind, an order, products and a variant of each.

    `plenty` comes in several colours and `spare` in no options; however many are ordered in the
    conversations, of these two there are enough.
    """
    personas = json.loads((assistant.home / "personas.json").read_text(encoding="utf-8"))
    plenty, spare = _stock_up(assistant)
    with assistant.store.reading() as session:
        product, other = islice(_plain_products(session), 2)
        order = session.scalars(
            select(Order)
            .join(Customer)
            .where(Customer.email.is_not(None), Order.status == OrderStatus.DELIVERED)
            .order_by(Order.id)
        ).first()
        assert order is not None and order.customer is not None
        facts: dict[str, Any] = {
            "order": SimpleNamespace(id=order.id, email=order.customer.email),
            "product": _product(product),
            "other": _product(other),
            "plenty": plenty,
            "spare": spare,
        }
        for name, topics in TOPICS.items():
            # A conversation that needs one fails where there is none.
            if unclear := _unclear(assistant, topics):
                facts[name] = unclear
        for persona in personas["personas"]:
            if persona["customer_id"]:
                newest = orders.of_customer(session, persona["customer_id"], limit=1)
                facts[persona["kind"]] = SimpleNamespace(
                    id=persona["customer_id"], order=newest[0].id if newest else None
                )
    return facts


def _product(product: Product) -> SimpleNamespace:
    return SimpleNamespace(
        id=product.id,
        sku=product.variants[0].sku,
        en=product.title_en,
        zh=product.title_zh,
        second=product.variants[-1].sku,
        option=catalogue.options(product.variants[-1]),
    )


def _stock_up(assistant: Assistant) -> list[SimpleNamespace]:
    """Fill the shelf with two products of which no other conversation speaks."""
    with assistant.store.transaction() as session:
        every = list(islice(_plain_products(session), 2, 40))
        plenty = next(one for one in every if set(one.variants[0].options) == {"colour"})
        spare = next(one for one in every if len(one.variants) == 1)
        for variant in (*plenty.variants, *spare.variants):
            variant.stock = 1000
        return [_product(plenty), _product(spare)]


def _plain_products(session: Session) -> Iterator[Product]:
    """Yield products that are at hand and that their titles name without doubt."""
    for product in session.scalars(select(Product).order_by(Product.id)):
        if all(variant.stock for variant in product.variants):
            try:
                found = {catalogue.resolve(session, title).id for title in _titles(product)}
            except AmbiguousProduct:
                continue
            if found == {product.id}:
                yield product


def _titles(product: Product) -> tuple[str, str]:
    return product.title_en, product.title_zh


def _unclear(assistant: Assistant, topics: Sequence[str]) -> SimpleNamespace | None:
    """Return a sentence about which the bot asks what it means, articles all of it, or None.

    Attributes:
        first, second: the buttons of the question, with `title` and `payload`.
    """
    for text in (*topics, *(" ".join(pair) for pair in permutations(topics, 2))):
        said = assistant.conversation().send(text)["messages"][0]
        buttons = said.get("buttons", [])
        meanings = [button for button in buttons if button["payload"] in CHOICES]
        if len(meanings) > 1 and len(meanings) == len(buttons) - 1:
            first, second = (SimpleNamespace(**button) for button in meanings[:2])
            return SimpleNamespace(text=text, first=first, second=second)
    return None


class FreshOrders:
    """Orders of customers of whom no other conversation speaks, each handed out once."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._left: dict[str, str] = {}
        "Orders not handed out yet, by customer; the newest first."

    def take(self, wanted: str) -> SimpleNamespace:
        """Return the facts of an order such as `pending options`; see `Script.fresh`.

        Attributes:
            id, email, postcode, name, address: of the customer.
            order, total, second: the order; its total; the customer's newest other order that has
                come, or is of the same status as the order where that is `pair`.
            sku, en, zh: of its first line; `sku2`, `en2`, `zh2` of the second.
            option, other: of the first line; another option at hand, with its SKU `other_sku`; and
                one of which too few are, `gone` and `gone_sku`.
            phone, units: of the customer; of the first line.
            amount2, both: what the second line came to; what the first two did together.
            place: the customer's further address, or None.
            card, paypal, gift: last digits or ids of the customer's means of payment, or None;
                `unused` is the id of one by which the order was not paid.
        """
        status, *traits = wanted.split()
        with self._assistant.store.transaction() as session:
            self._left = self._left or self._delivered(session)
            for customer_id, order_id in self._left.items():
                order = session.get_one(Order, order_id)
                if _has(session, order, traits):
                    del self._left[customer_id]
                    partner = next(iter(_partners(session, order)), None)
                    _rewind(order, OrderStatus(status))
                    if partner and "pair" in traits:
                        _rewind(partner, OrderStatus(status))
                    if "old" in traits:
                        _put_back(order, LONG_AGO)
                    elif order.status == OrderStatus.DELIVERED:
                        self._bring_up(order)
                    session.flush()
                    return _mine(session, order, partner)
        raise LookupError(f"no order is {wanted!r} and not taken yet")

    def _bring_up(self, order: Order) -> None:
        """Make an order that came too long ago to be sent back a younger one."""
        came = orders.delivered_at(order)
        days = (self._assistant.settings.now() - came).days if came else 0
        if days > RECENT:
            _put_back(order, RECENT - days)

    def _delivered(self, session: Session) -> dict[str, str]:
        """Return delivered orders, the newest first, one of each customer that is no persona."""
        personas = json.loads((self._assistant.home / "personas.json").read_text("utf-8"))
        known = {one["customer_id"] for one in personas["personas"] if one["customer_id"]}
        query = select(Order.customer_id, Order.id).where(
            Order.status == OrderStatus.DELIVERED,
            Order.customer_id.is_not(None),
            Order.customer_id.not_in(known),
        )
        found: dict[str, str] = {}
        for customer_id, order_id in session.execute(
            query.order_by(Order.placed_at.desc(), Order.id)
        ):
            found.setdefault(customer_id, order_id)
        return found


def _has(session: Session, order: Order, traits: Sequence[str]) -> bool:
    """Return whether no other order of the customer is under way, and this one is as it must be."""
    every = orders.of_customer(session, str(order.customer_id), limit=50)
    if any(one.status in _UNDER_WAY for one in every):
        return False
    if any(line.returned for line in order.lines) or order.returns:
        return False
    if len({line.variant.product_id for line in order.lines}) != len(order.lines):
        return False
    methods = order.customer.payment_methods if order.customer else []
    kinds = [one.kind for one in methods]
    gift = next((one.balance for one in methods if one.kind == "gift_card"), None) or 0
    dearer = [_dearer(order, one) for one in _others(order)]
    checks = {
        "home": bool(order.customer and not order.customer.addresses),
        "old": not any(_shares(order, one) for one in every),
        "norefund": not any(payments.refunds(one) for one in every),
        "nooptions": len(order.lines[0].variant.product.variants) == 1,
        "couple": len(order.lines) == 2,
        "choices": all(len(line.variant.product.variants) > 1 for line in order.lines),
        "alone": not any(_near(order, one) for one in every),
        "many": order.lines[0].quantity > 1 and len(order.lines) == 1,
        "newest": every[0].id == order.id,
        "pair": bool(_partners(session, order)),
        "more": bool(_partners(session, order)),
        "soldout": bool(_gone(order)),
        "places": bool(order.customer and order.customer.addresses)
        and order.address == (order.customer and order.customer.address),
        "cards": kinds.count("card") > 1,
        "two": len(kinds) == 2,
        "single": len(kinds) == 1,
        "enough": gift >= orders.total(order),
        "little": 0 < gift < orders.total(order),
        "same": bool(dearer) and not any(dearer),
        "dearer": bool(dearer) and dearer[0] > 0,
        "cheaper": bool(dearer) and dearer[0] < 0,
        "several": len(order.lines) > 1,
        "one": len(order.lines) == 1,
        "options": bool(_others(order)),
        "card": kinds.count("card") == 1,
        "methods": len(kinds) > 1,
        "gift": "gift_card" in kinds,
        "nogift": "gift_card" not in kinds,
        "english": bool(order.customer and order.customer.language == "en"),
        "chinese": bool(order.customer and order.customer.language == "zh"),
        "subscribed": bool(order.customer and order.customer.marketing_consent),
        "unsubscribed": bool(order.customer and not order.customer.marketing_consent),
    }
    return all(checks[trait] for trait in traits)


_UNDER_WAY: Final = (OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.SHIPPED)


def _near(order: Order, other: Order) -> bool:
    """Return whether another order is so young that both can be sent back."""
    return other is not order and order.placed_at - other.placed_at < timedelta(days=60)


def _shares(order: Order, other: Order) -> bool:
    """Return whether another order holds a product of this one."""
    mine, its = ({line.variant.product_id for line in one.lines} for one in (order, other))
    return other is not order and bool(mine & its)


def _put_back(order: Order, days: int) -> None:
    """Make an order so many days older than it is."""
    for one in (order, *order.history):
        for name in ("placed_at", "at"):
            if hasattr(one, name):
                setattr(one, name, getattr(one, name) - timedelta(days=days))


def _rewind(order: Order, status: OrderStatus) -> None:
    """Take a delivered order back to an earlier status, as if the rest had not happened yet."""
    if status not in _UNDER_WAY:
        return
    order.status = status
    kept = _UNDER_WAY[: _UNDER_WAY.index(status) + 1]
    order.history = [event for event in order.history if event.status in kept]
    if status != OrderStatus.SHIPPED:
        order.carrier = order.tracking_number = None


def _others(order: Order) -> list[Variant]:
    """Return the other options of the order's first line that are at hand."""
    line = order.lines[0]
    return [
        one
        for one in line.variant.product.variants
        if one.sku != line.sku and (one.stock or 0) >= line.quantity
    ]


def _dearer(order: Order, option: Variant) -> Decimal:
    """Return what another option costs more than the order's first line."""
    return option.list_price - order.lines[0].unit_price


def _gone(order: Order) -> list[Variant]:
    """Return the options of the order's first line of which too few are at hand."""
    line = order.lines[0]
    return [
        one
        for one in line.variant.product.variants
        if one.sku != line.sku and (one.stock or 0) < line.quantity
    ]


def _partners(session: Session, order: Order) -> list[Order]:
    """Return the customer's other orders that have come and were kept, the newest first."""
    return [
        one
        for one in orders.of_customer(session, str(order.customer_id), limit=50)
        if one.id != order.id and one.status == OrderStatus.DELIVERED and not one.returns
    ]


def _mine(session: Session, order: Order, partner: Order | None) -> SimpleNamespace:
    customer = order.customer
    assert customer is not None
    first = order.lines[0]
    second = order.lines[1] if len(order.lines) > 1 else first
    other = next(iter(_others(order)), first.variant)
    methods = customer.payment_methods
    kinds = {one.kind: one for one in methods}
    card, gift = kinds.get("card"), kinds.get("gift_card")
    gone = next(iter(_gone(order)), first.variant)
    return SimpleNamespace(
        id=customer.id,
        email=customer.email,
        postcode=customer.postcode,
        name=customer.name,
        address=customer.address,
        phone=customer.phone,
        units=first.quantity,
        order=order.id,
        total=format(orders.total(order).normalize(), "f"),
        second=partner.id if partner else None,
        sku=first.sku,
        en=first.variant.product.title_en,
        zh=first.variant.product.title_zh,
        product_id=first.variant.product_id,
        sku2=second.sku,
        en2=second.variant.product.title_en,
        zh2=second.variant.product.title_zh,
        amount2=f"{second.quantity * second.unit_price:.2f}",
        both=f"{sum(one.quantity * one.unit_price for one in (first, second)):.2f}",
        place=next((one.address for one in customer.addresses), None),
        unused=next((one.id for one in methods if one.id != order.payment_method_id), None),
        option=catalogue.options(first.variant),
        other=catalogue.options(other),
        other_sku=other.sku,
        gone=catalogue.options(gone),
        gone_sku=gone.sku,
        card=card.last_four if card else None,
        method=order.payment_method_id,
        gift=gift.id if gift else None,
        paypal=kinds["paypal"].id if "paypal" in kinds else None,
    )
