"""The column names of the tables that go into and come out of the models.

A table is a pandas DataFrame; every id in it is text, every time is UTC. The tuples name the
columns that a table must have; it may have more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from analytics.errors import InvalidInput

USER: Final = "user_id"
ITEM: Final = "item_id"
CUSTOMER: Final = "customer_id"
ORDER: Final = "order_id"
TIMESTAMP: Final = "timestamp"

RATING: Final = "rating"
"Optional in interactions: 1 to 5."

TITLE: Final = "title"
CATEGORY: Final = "category"
BRAND: Final = "brand"
PRICE: Final = "price"
DESCRIPTION: Final = "description"

QUANTITY: Final = "quantity"
UNIT_PRICE: Final = "unit_price"
"In the shop's currency, for one unit."

SCORE: Final = "score"
RANK: Final = "rank"
"1 for the best."

RECENCY: Final = "recency_days"
FREQUENCY: Final = "frequency"
MONETARY: Final = "monetary"
SEGMENT: Final = "segment"

SERIES: Final = "unique_id"
PERIOD: Final = "ds"
VALUE: Final = "y"

INTERACTIONS: Final = (USER, ITEM, TIMESTAMP)
ITEMS: Final = (ITEM, TITLE, CATEGORY, BRAND, PRICE, DESCRIPTION)
ORDER_LINES: Final = (ORDER, CUSTOMER, TIMESTAMP, ITEM, QUANTITY, UNIT_PRICE)
RECOMMENDATIONS: Final = (USER, ITEM, SCORE, RANK)
RFM: Final = (CUSTOMER, RECENCY, FREQUENCY, MONETARY)
DEMAND: Final = (SERIES, PERIOD, VALUE)


def require(table: pd.DataFrame, columns: Sequence[str], name: str) -> pd.DataFrame:
    """Return `columns` of `table`, in that order.

    Args:
        name: what the table is called in the error, such as "interactions".

    Raises:
        InvalidInput: a column is missing; the error's field names the first such column.
    """
    for column in columns:
        if column not in table.columns:
            raise InvalidInput(
                f"{name}.{column}",
                [str(found) for found in table.columns],
                f"a table with the columns {', '.join(columns)}",
            )
    return table[list(columns)]
