"""Facts of the running shop that conversations speak of, such as `{order.id}`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.errors import AmbiguousProduct
from analytics.store import catalogue, orders
from analytics.store.models import Customer, Order, Product
from analytics.store.states import OrderStatus
from tests.assistant import Assistant

TOPICS: Final = {
    "unclear_en": (
        *("invoice", "see invoice", "delivery", "delivery time", "payment", "ways to pay"),
        *("warranty", "refund policy", "opening hours", "discounts"),
    ),
    "unclear_zh": (
        *("发票", "看发票", "配送", "配送时间", "付款", "付款方式"),
        *("保修", "退款政策", "营业时间", "优惠"),
    ),
}
"Two of these in one sentence, and the bot is likely to be in doubt about it."
ARTICLES: Final = frozenset(
    [
        *("check_invoice", "get_invoice", "delivery_options", "delivery_period", "warranty"),
        *("check_payment_methods", "check_refund_policy", "store_information", "promotions"),
    ]
)
"Requests that an article answers, whoever asks."
CHOICES: Final = {f"/clarify{json.dumps({'meaning': name})}" for name in ARTICLES}


def gather(assistant: Assistant) -> dict[str, Any]:
    """Return the facts: demo customers by kind, an order, a product and its variant."""
    personas = json.loads((assistant.home / "personas.json").read_text(encoding="utf-8"))
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
    )


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
