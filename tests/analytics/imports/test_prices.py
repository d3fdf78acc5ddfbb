"""The list prices that sales reveal."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from analytics.imports.online_retail.prices import history

type Sale = tuple[str, str, str | None]
"Day, price and customer."


def revealed(*sales: Sale, sku: str = "85123A") -> list[tuple[str, str]]:
    """Return day and price of each entry of the history."""
    table = pd.DataFrame(
        [
            {
                "sku": sku,
                "at": pd.Timestamp(day, tz="UTC"),
                "unit_price": Decimal(price),
                "customer_id": customer,
            }
            for day, price, customer in sales
        ]
    )
    found = history(table)
    return [(f"{row.since:%Y-%m-%d}", str(row.price)) for row in found.itertuples()]


def test_the_price_on_most_lines_of_a_month_counts() -> None:
    assert revealed(
        ("2010-12-01", "2.55", "1"), ("2010-12-02", "2.95", "1"), ("2010-12-03", "2.95", "2")
    ) == [("2010-12-02", "2.95")]


def test_of_two_as_frequent_the_higher_counts() -> None:
    assert revealed(("2010-12-01", "2.95", "1"), ("2010-12-02", "2.55", "1")) == [
        ("2010-12-01", "2.95")
    ]


def test_only_changes_are_kept() -> None:
    assert revealed(
        ("2010-12-01", "2.95", "1"),
        ("2011-01-05", "2.95", "1"),
        ("2011-03-09", "3.25", "1"),
        ("2011-04-02", "2.95", "1"),
    ) == [("2010-12-01", "2.95"), ("2011-03-09", "3.25"), ("2011-04-02", "2.95")]


def test_anonymous_web_orders_speak_only_for_codes_without_others() -> None:
    web = [("2010-12-01", "5.91", None), ("2010-12-02", "5.91", None)]

    assert revealed(*web, ("2010-12-03", "2.95", "1")) == [("2010-12-03", "2.95")]
    assert revealed(*web) == [("2010-12-01", "5.91")]
