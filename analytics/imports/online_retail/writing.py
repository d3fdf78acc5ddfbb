"""Writing the sales of an online-retail file to the store."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Final

import pandas as pd
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from analytics.progress import Progress
from analytics.store.bulk import chunks, insert_frame, tuples
from analytics.store.models import (
    Base,
    Customer,
    Order,
    OrderEvent,
    OrderLine,
    Price,
    PriceReason,
    Product,
    Variant,
)
from analytics.store.states import OrderStatus

CURRENCY: Final = "GBP"


class Writer:
    """Writes to one session, and counts the rows added and changed by table."""

    def __init__(self, session: Session, progress: Progress) -> None:
        self.session = session
        self.progress = progress
        self.added: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()

    def customers(self, new: pd.DataFrame) -> None:
        """Add the customers of the lines `new`; set back when known ones first bought."""
        named = new[new["customer_id"].notna()].sort_values("at", kind="stable")
        first = named.drop_duplicates("customer_id")[["customer_id", "country", "at"]]
        first = first.rename(columns={"customer_id": "id", "at": "created_at"})
        known = dict(self.session.execute(select(Customer.id, Customer.created_at)).all())
        fresh = first[~first["id"].isin(list(known))]
        self._add(Customer, fresh.assign(language="en", marketing_consent=False))
        earlier = [
            {"key": customer_id, "created_at": at}
            for customer_id, at in tuples(first, "id", "created_at")
            if customer_id in known and at < known[customer_id]
        ]
        self._change(Customer.id, earlier)

    def products(self, sales: pd.DataFrame, prices: pd.DataFrame) -> None:
        """Add a product with its one variant for each new code; set the list prices.

        Args:
            sales: sku, title; the most frequent title of a code becomes the product's.
            prices: sku, since, price of the codes that have new sales; the last is the list price.
        """
        latest = dict(tuples(prices, "sku", "price"))
        known = dict(self.session.execute(select(Variant.sku, Variant.list_price)).all())
        titles = _most_frequent_titles(sales)
        fresh = [sku for sku in latest if sku not in known]
        products = [
            {
                "id": sku,
                "title_en": titles.get(sku, sku),
                "title_zh": titles.get(sku, sku),
                "description_en": "",
                "description_zh": "",
                "attributes": {},
                "active": True,
            }
            for sku in fresh
        ]
        variants = [
            {
                "sku": sku,
                "product_id": sku,
                "options": {},
                "list_price": latest[sku],
                "currency": CURRENCY,
            }
            for sku in fresh
        ]
        self._add(Product, pd.DataFrame(products))
        self._add(Variant, pd.DataFrame(variants))
        repriced = [
            {"key": sku, "list_price": price}
            for sku, price in latest.items()
            if sku in known and known[sku] != price
        ]
        self._change(Variant.sku, repriced)

    def price_history(self, prices: pd.DataFrame) -> None:
        """Make `prices` (sku, since, price) the whole history of list prices of their codes."""
        wanted = set(tuples(prices, "sku", "since", "price"))
        held: dict[tuple[Any, ...], int] = {}
        for skus in chunks(sorted({sku for sku, _, _ in wanted})):
            query = select(Price.id, Price.sku, Price.since, Price.price).where(
                Price.sku.in_(skus), Price.reason == PriceReason.LIST
            )
            for key, *price in self.session.execute(query):
                held[(*price,)] = key
        over = [key for price, key in held.items() if price not in wanted]
        for keys in chunks(over):
            self.session.execute(delete(Price).where(Price.id.in_(keys)))
        self.changed[Price.__tablename__] += len(over)
        fresh = pd.DataFrame(sorted(wanted - held.keys()), columns=["sku", "since", "price"])
        self._add(Price, fresh.assign(currency=CURRENCY, reason=PriceReason.LIST.value))

    def orders(self, new: pd.DataFrame, statuses: dict[str, str]) -> None:
        """Add the lines `new` and those of their orders that the store lacks.

        Args:
            statuses: by order id, of the orders, new or known, that are no longer delivered.
        """
        known = set(self.session.scalars(select(Order.id)))
        first = new.sort_values("at", kind="stable").drop_duplicates("order_id")
        first = first.loc[~first["order_id"].isin(known), ["order_id", "customer_id", "at"]]
        delivered = OrderStatus.DELIVERED.value
        orders = first.rename(columns={"order_id": "id", "at": "placed_at"})
        orders["status"] = [statuses.get(order_id, delivered) for order_id in orders["id"]]
        constants: dict[str, Any] = {"currency": CURRENCY, "shipping_fee": Decimal(0)}
        self._add(Order, orders.assign(**constants))
        events = first[["order_id", "at"]].assign(status=delivered, actor="shop")
        self._add(OrderEvent, events)
        columns = ["order_id", "number", "sku", "quantity", "returned", "unit_price"]
        self._add(OrderLine, new[columns])
        changed = [{"key": key, "status": to} for key, to in statuses.items() if key in known]
        self._change(Order.id, changed)

    def returns(self, lines: pd.DataFrame) -> None:
        """Set what was taken back of known `lines` (order_id, number, returned)."""
        statement = (
            update(OrderLine)
            .where(OrderLine.order_id == bindparam("order"), OrderLine.number == bindparam("line"))
            .values(returned=bindparam("units"))
        )
        rows = [
            {"order": order_id, "line": number, "units": units}
            for order_id, number, units in tuples(lines, "order_id", "number", "returned")
        ]
        if rows:
            self.session.connection().execute(statement, rows)
            self.changed[OrderLine.__tablename__] += len(rows)

    def order_events(self, events: pd.DataFrame) -> None:
        """Add `events` (order_id, status, at, actor)."""
        self._add(OrderEvent, events)

    def _add(self, model: type[Base], rows: pd.DataFrame) -> None:
        insert_frame(self.session, model, rows, self.progress)
        self.added[model.__tablename__] += len(rows)

    def _change(self, key: InstrumentedAttribute[str], rows: list[dict[str, Any]]) -> None:
        """Set columns of the rows whose `key` is each record's item of that name."""
        if rows:
            columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "key"}
            statement = update(key.class_).where(key == bindparam("key")).values(columns)
            self.session.connection().execute(statement, rows)
            self.changed[key.class_.__tablename__] += len(rows)


def _most_frequent_titles(sales: pd.DataFrame) -> dict[str, str]:
    """Return the title on most lines of each code; of two, the first by alphabet."""
    counts = sales.groupby(["sku", "title"]).size().rename("lines").reset_index()
    ranked = counts.sort_values(["sku", "lines", "title"], ascending=[True, False, True])
    return dict(tuples(ranked.drop_duplicates("sku"), "sku", "title"))
