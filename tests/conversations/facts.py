"""Facts of the running shop that conversations speak of, such as `{order.id}`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.errors import AmbiguousProduct
from analytics.store import catalogue, orders
from analytics.store.models import Customer, Order, OrderStatus, Product
from tests.assistant import Assistant


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
            "product": SimpleNamespace(
                id=product.id,
                sku=product.variants[0].sku,
                en=product.title_en,
                zh=product.title_zh,
            ),
        }
        facts["other"] = SimpleNamespace(id=other.id)
        for persona in personas["personas"]:
            if persona["customer_id"]:
                newest = orders.of_customer(session, persona["customer_id"], limit=1)
                facts[persona["kind"]] = SimpleNamespace(
                    id=persona["customer_id"], order=newest[0].id if newest else None
                )
    return facts


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
