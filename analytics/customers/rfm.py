"""Recency, frequency and monetary value of each customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from analytics import columns
from analytics.columns import (
    CUSTOMER,
    FREQUENCY,
    MONETARY,
    ORDER,
    QUANTITY,
    RECENCY,
    TIMESTAMP,
    UNIT_PRICE,
)
from analytics.errors import InvalidInput


def rfm(order_lines: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return how lately, how often and for how much each customer bought until `as_of`.

    Later lines and lines without a customer do not count. Times without a zone are UTC.

    Args:
        order_lines: order_id, customer_id, timestamp, item_id, quantity, unit_price.

    Returns:
        customer_id, recency_days (whole days from the last order to `as_of`), frequency (number of
        orders), monetary (sum of quantity times unit price, in the shop's currency); by
        customer_id.

    Raises:
        InvalidInput: a column is missing, or a timestamp is none.
    """
    lines = columns.require(order_lines, columns.ORDER_LINES, "order_lines")
    times = _utc(lines[TIMESTAMP])
    now = _utc(pd.Series([as_of])).iloc[0]
    table = lines.assign(
        timestamp=times,
        amount=lines[QUANTITY].astype(float) * lines[UNIT_PRICE].astype(float),
    )
    bought = table[(times <= now) & table[CUSTOMER].notna()].groupby(CUSTOMER, sort=True)
    return pd.DataFrame(
        {
            RECENCY: (now - bought[TIMESTAMP].max()).dt.days,
            FREQUENCY: bought[ORDER].nunique(),
            MONETARY: bought["amount"].sum(),
        }
    ).reset_index()


def _utc(times: pd.Series[Any]) -> pd.Series[Any]:
    try:
        return pd.to_datetime(times, utc=True, errors="raise")
    except (ValueError, TypeError) as error:
        raise InvalidInput(
            f"order_lines.{TIMESTAMP}", str(error), "a time (UTC) in every row"
        ) from error
