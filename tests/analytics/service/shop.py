"""A small constructed shop, and a counter at which changes are asked for.

Each customer has an order in each status, once with its payments and once from before the shop's
payments were connected (`-old`): two red M shirts and a lamp, sent for 3.95. Ann has more of them,
each with one peculiarity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from analytics.service import (
    Actor,
    ChangeKind,
    Plan,
    Proposal,
    ServiceDesk,
    ServicePolicy,
    Who,
    load_service_policy,
)
from analytics.store import Store, orders, payments
from analytics.store.models import (
    Base,
    Category,
    Customer,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Quote,
    QuoteLine,
    Return,
    Shop,
    Variant,
)

AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
"The time that it is."
DAY = timedelta(days=1)
PLACED = AT - 20 * DAY
DELIVERED = AT - 10 * DAY

ANN = Actor(Who.CUSTOMER, "customer:C1", "C1")
BOB = Actor(Who.CUSTOMER, "customer:C2", "C2")
NEW = Actor(Who.CUSTOMER, "customer:C3", "C3")
"Has an account, and nothing else."
ANN_AS_GUEST = Actor(Who.GUEST, "guest:g1", "C1")
STRANGER = Actor(Who.GUEST, "guest:g2", None)
AGENT_FOR_ANN = Actor(Who.AGENT, "agent:a1", "C1")
AGENT = Actor(Who.AGENT, "agent:a1", None)

SHIRTS = (
    ("SHIRT-RED-M", "red", "M", "20.00", 5),
    ("SHIRT-RED-L", "red", "L", "22.50", 5),
    ("SHIRT-BLUE-M", "blue", "M", "18.00", 0),
    ("SHIRT-BLUE-L", "blue", "L", "20.00", None),
)
STEPS = {
    "pending": ["pending"],
    "processing": ["pending", "processing"],
    "shipped": ["pending", "processing", "shipped"],
    "delivered": ["pending", "processing", "shipped", "delivered"],
    "cancelled": ["pending", "cancelled"],
    "returned": ["pending", "processing", "shipped", "delivered", "returned"],
}
DAYS = {
    "pending": 0,
    "processing": 1,
    "shipped": 2,
    "delivered": 10,
    "cancelled": 1,
    "returned": 15,
}
USUAL = [("SHIRT-RED-M", 2, "20.00"), ("LAMP", 1, "65.00")]

REQUESTS: Mapping[ChangeKind, dict[str, Any]] = {
    ChangeKind.CANCEL_ORDER: {"order_id": "C1-pending"},
    ChangeKind.CHANGE_ADDRESS: {"order_id": "C1-pending", "address": "9 New Road"},
    ChangeKind.CHANGE_LINES: {
        "order_id": "C1-pending",
        "lines": [{"number": 1, "new_sku": "SHIRT-RED-L"}],
    },
    ChangeKind.CHANGE_PAYMENT: {"order_id": "C1-pending", "method_id": "C1-paypal"},
    ChangeKind.PLACE_ORDER: {
        "items": [{"sku": "SHIRT-RED-M", "quantity": 2}],
        "method_id": "C1-card",
    },
    ChangeKind.RETURN_ITEMS: {
        "order_id": "C1-delivered",
        "lines": [{"number": 1, "quantity": 1}],
        "reason": "does_not_fit",
        "condition": "opened",
    },
    ChangeKind.EXCHANGE_ITEMS: {
        "order_id": "C1-delivered",
        "lines": [{"number": 1, "new_sku": "SHIRT-RED-L", "quantity": 1}],
    },
    ChangeKind.EDIT_ACCOUNT: {"field": "phone", "value": "020 7946 0000"},
    ChangeKind.ADD_ADDRESS: {"address": "9 New Road", "postcode": "n1 9gu"},
    ChangeKind.NEWSLETTER: {"subscribed": True},
    ChangeKind.DELETE_ACCOUNT: {},
    ChangeKind.REVIEW: {"product_id": "SHIRT", "rating": 4, "text": "Soft."},
    ChangeKind.COMPLAINT: {"text": "A seam is torn.", "order_id": "C1-delivered"},
}
"A valid request of Ann's of each kind."
OF_ORDERS = [kind for kind, request in REQUESTS.items() if "order_id" in request]


def fill(session: Session) -> None:
    """Put the shop into an empty store."""
    session.add(Shop(name="Linden & Oak", currency="GBP", source="csv"))
    for one in ("clothing", "electronics", "care"):
        session.add(Category(id=one, title_en=one.title(), title_zh=one))
    session.add_all(
        [
            _product("SHIRT", "Cotton shirt", "棉衬衫", "clothing", SHIRTS),
            _product("LAMP", "Desk lamp", "台灯", "electronics", [("LAMP", "", "", "65.00", 3)]),
            _product(
                "SOAP",
                "Olive soap",
                "橄榄皂",
                "care",
                [("SOAP-S", "", "S", "2.50", 20), ("SOAP-L", "", "L", "3.10", 20)],
            ),
        ]
    )
    for customer_id, name, postcode in (("C1", "Ann Lee", "SW1A 1AA"), ("C2", "Bob Ng", "M1 1AE")):
        session.add(
            Customer(
                id=customer_id,
                name=name,
                email=f"{name.split()[0].lower()}@example.com",
                phone="020 7946 0999",
                address="1 High Street",
                postcode=postcode,
                country="United Kingdom",
                created_at=PLACED,
            )
        )
        for kind, balance in (("card", None), ("paypal", None), ("gift_card", Decimal(30))):
            session.add(
                PaymentMethod(
                    id=f"{customer_id}-{kind.split('_')[0]}",
                    customer_id=customer_id,
                    kind=kind,
                    balance=balance,
                    currency="GBP",
                )
            )
    session.add(Customer(id="C3", created_at=PLACED))
    session.add(PaymentMethod(id="C3-card", customer_id="C3", kind="card", currency="GBP"))
    session.flush()
    for customer_id in ("C1", "C2"):
        for status in STEPS:
            order(session, f"{customer_id}-{status}", status)
            order(session, f"{customer_id}-{status}-old", status, paid=[])
    split = [("C1-gift", "10.00"), ("C1-paypal", "20.00"), ("C1-card", "78.95")]
    order(session, "C1-pending-split", "pending", paid=split)
    order(session, "C1-delivered-split", "delivered", paid=split)
    order(session, "C1-unknown", "pending", method=None, paid=[])
    order(session, "C1-delivered-unknown", "delivered", method=None, paid=[])
    order(session, "C1-fine", "delivered", lines=[("SOAP-S", 3, "2.2950"), ("SOAP-L", 1, "3.0049")])
    _quotes(session)


def order(
    session: Session,
    order_id: str,
    status: str,
    lines: Sequence[tuple[str, int, str]] = USUAL,
    method: str | None = "card",
    paid: Sequence[tuple[str, str]] | None = None,
) -> Order:
    """Add an order of the customer whom its number begins with.

    Args:
        lines: SKU, quantity, unit price.
        method: the means of payment on the order.
        paid: means and amount of each payment; by `method` where nothing is said.
    """
    customer_id = order_id.split("-", maxsplit=1)[0]
    method_id = f"{customer_id}-{method}" if method else None
    placed = Order(
        id=order_id,
        customer_id=customer_id,
        placed_at=PLACED,
        status=status,
        currency="GBP",
        shipping_fee=Decimal("3.95"),
        fees=Decimal(0),
        payment_method_id=method_id,
        history=[
            OrderEvent(status=step, at=PLACED + DAYS[step] * DAY, actor="shop")
            for step in STEPS[status]
        ],
        lines=[
            OrderLine(
                number=number,
                sku=sku,
                quantity=quantity,
                returned=quantity if status in ("cancelled", "returned") else 0,
                unit_price=Decimal(price),
            )
            for number, (sku, quantity, price) in enumerate(lines, start=1)
        ],
    )
    goods = sum(line.quantity * line.unit_price for line in placed.lines)
    if paid is None:
        paid = [(method_id or "", str(goods + placed.shipping_fee))]
    for number, (means, amount) in enumerate(paid):
        _money(placed, "payment", means, Decimal(amount), PLACED + number * timedelta(minutes=1))
        if status == "cancelled":
            _money(placed, "refund", means, Decimal(amount), PLACED + DAY)
        elif status == "returned":
            _money(placed, "refund", means, Decimal(goods), PLACED + 15 * DAY)
    session.add(placed)
    session.flush()
    return placed


def policy(**parts: Mapping[str, Any]) -> ServicePolicy:
    """Return the policy that comes with Salesclerk, with other values in some of its parts."""
    values = _default_policy().model_dump()
    for name, part in parts.items():
        values[name] = {**values[name], **part}
    return ServicePolicy.model_validate(values)


@cache
def _default_policy() -> ServicePolicy:
    return load_service_policy(Path("no copy of the shop's"))


@dataclass
class Counter:
    """A service desk, its store, and the time that it is; each step is one transaction."""

    store: Store
    desk: ServiceDesk
    at: datetime = AT

    def propose(
        self, kind: ChangeKind, request: dict[str, Any], actor: Actor = ANN
    ) -> tuple[Proposal, Any]:
        with self.store.reading() as session:
            return self.desk.propose(session, kind, request, actor, self.at, "conversation")

    def confirm(self, proposal: Proposal, actor: Actor = ANN) -> tuple[Plan, bool]:
        with self.store.transaction() as session:
            return self.desk.carry_out(session, proposal, actor, self.at, "conversation")

    def change(self, kind: ChangeKind, request: dict[str, Any], actor: Actor = ANN) -> Any:
        """Propose and confirm, and return what was done."""
        proposal, _ = self.propose(kind, request, actor)
        plan, _ = self.confirm(proposal, actor)
        return plan

    def usual(self, kind: ChangeKind, actor: Actor = ANN, **request: Any) -> Any:
        """Do what `REQUESTS` has, with other values in some of its fields."""
        return self.change(kind, {**REQUESTS[kind], **request}, actor)

    def under(self, **parts: Mapping[str, Any]) -> Counter:
        """Return the same counter under another policy."""
        return Counter(self.store, ServiceDesk(policy(**parts)), self.at)

    def after(self, time: timedelta) -> Counter:
        """Return the same counter later."""
        return Counter(self.store, self.desk, self.at + time)

    def order(self, order_id: str) -> Order:
        """Return an order with all that belongs to it."""
        with self.store.reading() as session:
            found = orders.find(session, order_id)
            assert found is not None
            for payment in found.payments:
                assert payment.method is None or payment.method.id
            return found

    def stock(self, sku: str) -> int | None:
        with self.store.reading() as session:
            return session.get_one(Variant, sku).stock

    def gift_card(self, method_id: str = "C1-gift") -> Decimal | None:
        """Return what is left on a gift card."""
        with self.store.reading() as session:
            return session.get_one(PaymentMethod, method_id).balance

    def table(self, model: type[Base]) -> list[Any]:
        """Return all rows of a table."""
        with self.store.reading() as session:
            return list(session.scalars(select(model).order_by(*model.__table__.primary_key)))


def money(order: Order) -> list[tuple[Any, ...]]:
    """Return kind, means, amount and status of the order's payments, in their order."""
    return [(one.kind, one.method_id, one.amount, one.status) for one in order.payments]


def rows(store: Store, *customer_ids: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows by table; only those of some customers if any are named, and no catalogue."""
    found = {}
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            query = select(table).order_by(*table.primary_key)
            if customer_ids:
                if table.name == "customers":
                    query = query.where(table.c.id.in_(customer_ids))
                elif "customer_id" in table.c:
                    query = query.where(table.c.customer_id.in_(customer_ids))
                elif "order_id" in table.c:
                    query = query.join(Order).where(Order.customer_id.in_(customer_ids))
                else:
                    continue
            found[table.name] = [tuple(row) for row in session.execute(query)]
    return found


def wrong_books(store: Store) -> list[str]:
    """Return the orders of which payments less refunds are not the total, or less than nothing."""
    with store.reading() as session:
        return [
            one.id
            for one in all_orders(session)
            if payments.balance(one) != orders.total(one) or payments.balance(one) < 0
        ]


def all_orders(session: Session) -> Sequence[Order]:
    """Return every order with all that is needed to check it."""
    parts = (Order.lines, Order.payments, Order.history)
    returned = selectinload(Order.returns).selectinload(Return.lines)
    query = select(Order).options(returned, *(selectinload(part) for part in parts))
    return session.scalars(query.order_by(Order.id)).all()


def _product(
    product_id: str,
    english: str,
    chinese: str,
    category_id: str,
    variants: Sequence[tuple[str, str, str, str, int | None]],
) -> Product:
    return Product(
        id=product_id,
        title_en=english,
        title_zh=chinese,
        category_id=category_id,
        variants=[
            Variant(
                sku=sku,
                options={
                    name: value for name, value in (("colour", colour), ("size", size)) if value
                },
                list_price=Decimal(price),
                currency="GBP",
                stock=stock,
            )
            for sku, colour, size, price, stock in variants
        ],
    )


def _money(placed: Order, kind: str, method_id: str, amount: Decimal, at: datetime) -> None:
    number = len(placed.payments) + 1
    placed.payments.append(
        Payment(
            id=f"{placed.id}-{number}",
            kind=kind,
            amount=amount,
            method_id=method_id,
            status="done",
            at=at,
        )
    )


def _quotes(session: Session) -> None:
    """Three soaps at 2.2950, rounded to 6.89; and quotes of which each has one fault."""
    for name, customer_id, status, days in (
        ("Q-OPEN", "C1", "open", 7),
        ("Q-OVER", "C1", "open", -1),
        ("Q-USED", "C1", "accepted", 7),
        ("Q-WAITS", "C1", "needs_approval", 7),
        ("Q-BOB", "C2", "open", 7),
    ):
        quote(session, name, customer_id, [("SOAP-S", 3, "2.2950")], "6.89", status, days)


def quote(
    session: Session,
    quote_id: str,
    customer_id: str,
    lines: Sequence[tuple[str, int, str]],
    total: str,
    status: str = "open",
    days: int = 7,
) -> None:
    """Add a quote that holds for some days."""
    session.add(
        Quote(
            id=quote_id,
            customer_id=customer_id,
            created_by=f"customer:{customer_id}",
            created_at=PLACED,
            valid_until=AT + days * DAY,
            status=status,
            currency="GBP",
            net=Decimal(total),
            tax=Decimal(0),
            total=Decimal(total),
            lines=[
                QuoteLine(
                    number=number,
                    sku=sku,
                    quantity=quantity,
                    list_price=Decimal("2.50"),
                    unit_price=Decimal(price),
                    net=quantity * Decimal(price),
                )
                for number, (sku, quantity, price) in enumerate(lines, start=1)
            ],
        )
    )
    session.flush()
