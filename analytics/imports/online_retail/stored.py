"""What the store already knows of the sales that a file tells."""

from __future__ import annotations

from typing import Final

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.imports.online_retail.cancellations import Applied
from analytics.store.models import Order, OrderEvent, OrderLine
from analytics.store.states import OrderStatus

SALE: Final = ["order_id", "sku", "quantity", "unit_price"]
"What makes a line of an invoice; a second such line is a second sale."


def order_lines(session: Session) -> pd.DataFrame:
    """Return every order line with its order's time and customer.

    Returns:
        order_id, number, sku, quantity, returned, unit_price (Decimal), at (datetime64 UTC),
        customer_id.
    """
    query = select(
        OrderLine.order_id,
        OrderLine.number,
        OrderLine.sku,
        OrderLine.quantity,
        OrderLine.returned,
        OrderLine.unit_price,
        Order.placed_at,
        Order.customer_id,
    ).join(Order, Order.id == OrderLine.order_id)
    rows = session.execute(query.order_by(OrderLine.order_id, OrderLine.number)).fetchall()
    columns = [*SALE, "number", "returned", "at", "customer_id"]
    names = ["order_id", "number", "sku", "quantity", "returned", "unit_price", "at", "customer_id"]
    lines = pd.DataFrame.from_records(rows, columns=names)[columns]
    numbers = {"quantity": "int64", "number": "int64", "returned": "int64"}
    return lines.assign(at=pd.to_datetime(lines["at"], utc=True)).astype(numbers)


def applied_cancellations(session: Session) -> Applied:
    """Return customer, code, unit price and time of each cancellation imported before."""
    query = (
        select(Order.customer_id, OrderLine.sku, OrderLine.unit_price, OrderEvent.at)
        .join(OrderEvent, OrderEvent.order_id == Order.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            OrderEvent.actor == "customer:" + Order.customer_id,
            OrderEvent.status.in_((OrderStatus.RETURNED, OrderStatus.CANCELLED)),
            OrderLine.returned > 0,
        )
    )
    return {(customer, sku, price, at) for customer, sku, price, at in session.execute(query)}


def missing(sales: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of `sales` that are not in `stored`, numbered on within their orders.

    Of equal lines of one invoice, as many are missing as the store has fewer.
    """
    ordinal = sales.groupby(SALE, sort=False).cumcount()
    known = stored[SALE].assign(ordinal=stored.groupby(SALE, sort=False).cumcount())
    marked = (
        sales.assign(ordinal=ordinal)
        .reset_index(names="line")
        .merge(known, on=[*SALE, "ordinal"], how="left", indicator="where")
    )
    new = marked.loc[marked["where"] == "left_only"].drop(columns=["where", "ordinal"])
    last = new["order_id"].map(stored.groupby("order_id")["number"].max()).fillna(0)
    number = last.astype(int) + new.groupby("order_id", sort=False).cumcount() + 1
    return new.assign(number=number, returned=0).set_index("line")
