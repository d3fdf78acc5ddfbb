"""Cards: the typed JSON in a reply's `custom`. Money is text with two decimals, times ISO 8601."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from actions.texts import Texts
from analytics.store import catalogue, orders
from analytics.store.models import Order, OrderLine, Product

_CENT: Final = Decimal("0.01")


def amount(value: Decimal) -> str:
    """Return money with two decimals, halves rounded up."""
    return str(value.quantize(_CENT, ROUND_HALF_UP))


def payload(intent: str, code: str) -> str:
    """Return what a button sends to ask `intent` about one product or order."""
    return f"/{intent}{json.dumps({'code': code})}"


def read_payload(payload: str) -> tuple[str, str] | None:
    """Return the intent and code of what `payload` made, or None for another text."""
    intent, brace, rest = payload.removeprefix("/").partition("{")
    if not brace:
        return None
    code = json.loads(brace + rest).get("code")
    return (intent, str(code)) if code else None


def product(texts: Texts, item: Product, reason: str | None = None) -> dict[str, Any]:
    """Return one item of a products card."""
    variant = catalogue.variant_for(item, item.id)
    stocks = [one.stock for one in item.variants if one.stock is not None]
    return {
        "id": item.id,
        "sku": variant.sku,
        "title": catalogue.title(item, texts.language),
        "category": catalogue.title(item.category, texts.language) if item.category else None,
        "description": catalogue.description(item, texts.language) or None,
        "price": amount(catalogue.price(item)),
        "currency": variant.currency,
        "in_stock": catalogue.in_stock(item),
        "stock": sum(stocks) if stocks else None,
        "reason": reason,
        "actions": [
            {
                "title": texts.get(f"utter_button_{intent}"),
                "payload": payload(intent, item.id),
            }
            for intent in ("similar_items", "request_quote")
        ],
    }


def products(items: list[dict[str, Any]], title: str | None = None) -> dict[str, Any]:
    """Return a products card."""
    return {"type": "products", "title": title, "items": items}


def comparison(
    texts: Texts, items: Sequence[Product], rows: Sequence[tuple[str, Sequence[str | None]]]
) -> dict[str, Any]:
    """Return a card of products side by side.

    Args:
        rows: what each row tells, and what it is of each product; None where it is not known.
    """
    return {
        "type": "comparison",
        "items": [product(texts, one) for one in items],
        "rows": [{"title": title, "values": list(values)} for title, values in rows],
    }


def order(texts: Texts, placed: Order) -> dict[str, Any]:
    """Return an order card."""
    return {
        "type": "order",
        "id": placed.id,
        "status": placed.status,
        "status_text": texts.get(f"utter_status_{placed.status}"),
        "placed_at": placed.placed_at.isoformat(),
        "currency": placed.currency,
        "total": amount(orders.total(placed)),
        "carrier": placed.carrier,
        "tracking_number": placed.tracking_number,
        "expected_on": placed.expected_on.isoformat() if placed.expected_on else None,
        "lines": [
            {
                "sku": line.sku,
                "title": catalogue.title(line.variant.product, texts.language),
                "quantity": line.quantity,
                "unit_price": amount(line.unit_price),
                "total": amount(line.quantity * line.unit_price),
                "options": line.variant.options,
                "status_text": _line_status(texts, placed, line),
            }
            for line in placed.lines
        ],
        "history": [
            {
                "status": event.status,
                "status_text": texts.get(f"utter_status_{event.status}"),
                "at": event.at.isoformat(),
            }
            for event in placed.history
        ],
    }


def _line_status(texts: Texts, placed: Order, line: OrderLine) -> str | None:
    """Return what became of a line, where that is not what became of the whole order."""
    status = orders.line_status(placed, line)
    name = f"utter_line_{status}"
    return texts.get(name) if texts.has(name) else None
