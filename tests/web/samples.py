"""One card of every type, as the assistant sends them."""

from __future__ import annotations

from tests.web.chat_page import Json

PRODUCTS: Json = {
    "type": "products",
    "title": "Chosen for you",
    "items": [
        {
            "id": "P1",
            "sku": "LAMP-OAK",
            "title": "Oak table lamp",
            "category": "Lighting",
            "description": "Turned by hand, with a linen shade.",
            "price": "64.90",
            "currency": "GBP",
            "in_stock": True,
            "stock": 23,
            "reason": "Because you bought the oak side table",
            "image": None,
            "actions": [{"title": "Similar", "payload": '/similar_items{"item_id": "P1"}'}],
        },
        {
            "id": "P2",
            "title": "Wool throw",
            "price": "48.00",
            "currency": "GBP",
            "in_stock": True,
            "stock": 3,
        },
        {
            "id": "P3",
            "title": "Pour-over set",
            "price": "1032.50",
            "currency": "GBP",
            "in_stock": False,
            "stock": 0,
        },
        {"id": "P4", "title": "Gift card", "price": "20.00", "currency": "GBP", "in_stock": None},
    ],
}

COMPARISON: Json = {
    "type": "comparison",
    "items": [
        {
            "id": "P1",
            "sku": "LAMP-OAK",
            "title": "Oak table lamp",
            "price": "64.90",
            "currency": "GBP",
        },
        {
            "id": "P2",
            "sku": "LAMP-BRASS",
            "title": "Brushed brass table lamp",
            "price": "48.00",
            "currency": "GBP",
        },
        {
            "id": "P3",
            "sku": "FLOOR",
            "title": "Arched floor lamp",
            "price": "120.00",
            "currency": "GBP",
        },
    ],
    "rows": [
        {"title": "Price", "values": ["£64.90", "£48.00", "from £120.00"]},
        {"title": "Rating", "values": ["4.6 of 5 (12)", None, "4.1 of 5 (3)"]},
        {"title": "Category", "values": ["Lighting", "Lighting", "Lighting"]},
        {"title": "colour", "values": ["oak", "gold, silver, black", "black"]},
    ],
}

ORDER: Json = {
    "type": "order",
    "id": "10482",
    "status": "shipped",
    "status_text": "On its way",
    "placed_at": "2026-08-12T09:30:00+00:00",
    "currency": "GBP",
    "total": "146.90",
    "carrier": "DPD",
    "tracking_number": "DPD1Z99",
    "expected_on": "2026-08-19",
    "lines": [
        {
            "sku": "LAMP-OAK-M",
            "title": "Oak table lamp",
            "quantity": 1,
            "unit_price": "64.90",
            "total": "64.90",
            "options": {"size": "M"},
        },
        {
            "sku": "THROW",
            "title": "Wool throw",
            "quantity": 2,
            "unit_price": "41.00",
            "total": "82.00",
            "status_text": "Return arranged",
        },
    ],
    "history": [
        {"status": "pending", "status_text": "Received", "at": "2026-08-12T09:30:00+00:00"},
        {"status": "shipped", "status_text": "Handed over", "at": "2026-08-14T16:45:00+00:00"},
    ],
}

QUOTE: Json = {
    "type": "quote",
    "id": "Q-7",
    "status": "open",
    "currency": "GBP",
    "valid_until": "2026-09-16",
    "net": "459.00",
    "tax": "91.80",
    "total": "550.80",
    "approval": False,
    "lines": [
        {
            "sku": "85123A",
            "title": "T-light holder",
            "quantity": 200,
            "list_price": "2.55",
            "unit_price": "2.295",
            "net": "459.00",
            "discounts": [{"reason": "volume", "text": "from 200 pieces", "rate": "0.10"}],
        }
    ],
}

FORECAST: Json = {
    "type": "forecast",
    "item_id": "P1",
    "title": "T-light holder",
    "freq": "W-MON",
    "unit": "pieces a week",
    "history": [
        {"ds": "2026-07-06", "y": 0},
        {"ds": "2026-07-13", "y": 40},
        {"ds": "2026-07-20", "y": 80},
    ],
    "forecast": [
        {"ds": "2026-07-27", "mean": 50, "lo-80": 30, "hi-80": 70, "lo-95": 20, "hi-95": 80},
        {"ds": "2026-08-03", "mean": 60, "lo-80": 30, "hi-80": 90, "lo-95": 10, "hi-95": 100},
    ],
}

SEGMENT: Json = {
    "type": "segment",
    "customer_id": "C00042",
    "segment": "champions",
    "name": "Champions",
    "description": "Bought recently and buy often.",
    "recency_days": 12,
    "frequency": 34,
    "monetary": "4821.37",
    "currency": "GBP",
    "size": 212,
    "share": 0.106,
}

CUSTOMER: Json = {
    "type": "customer",
    "id": "C00042",
    "name": "Anna Schmidt",
    "country": "Germany",
    "since": "2024-03-02",
    "orders": 34,
    "spent": "4821.37",
    "currency": "GBP",
    "last_order_at": "2026-08-12T09:30:00+00:00",
    "segment": SEGMENT,
}

INVOICE: Json = {
    "type": "invoice",
    "id": "INV-10482",
    "order_id": "10482",
    "issued_on": "2026-08-12",
    "total": "1146.90",
    "currency": "GBP",
    "url": "/chat/files/aa.bb-b.cc_c",
}

HANDOFF: Json = {
    "type": "handoff",
    "ticket_id": "T-1042",
    "state": "requested",
    "position": 2,
    "wait_minutes": 10,
    "actions": [{"title": "No longer needed", "payload": "/cancel_handoff"}],
}
JOINED: Json = {"type": "handoff", "ticket_id": "T-1042", "state": "human", "agent": "Maria"}
RELEASED: Json = {**JOINED, "state": "closed", "outcome": "released"}

CSAT: Json = {"type": "csat", "scale": 5, "about": "handoff"}
STARS: list[Json] = [
    *(
        {"title": "★" * score, "payload": f'/inform{{"choice": "{score}"}}'}
        for score in range(1, 6)
    ),
    {"title": "Not now", "payload": '/inform{"choice": "skip"}'},
]

CARDS = [PRODUCTS, COMPARISON, ORDER, QUOTE, FORECAST, SEGMENT, CUSTOMER, INVOICE, HANDOFF]
