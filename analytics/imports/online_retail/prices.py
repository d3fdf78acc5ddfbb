"""Price history of a shop that kept none, told by what its customers paid."""

from __future__ import annotations

import pandas as pd


def history(sales: pd.DataFrame) -> pd.DataFrame:
    """Return the list prices that `sales` reveal, at most one a month and code.

    The list price of a calendar month (UTC) is the unit price on most lines, of two equally
    frequent ones the higher: large orders get a discount, single units rarely do. Lines without a
    customer speak only for codes that have no others, since the shop's anonymous web orders are
    booked at another, gross price. Month after month, only a price that differs from the one
    before is kept.

    Args:
        sales: sku, unit_price, at, customer_id.

    Returns:
        sku, since (first sale at that price in its month), price; by sku and time.
    """
    named = sales["customer_id"].notna()
    speaks = named | ~sales["sku"].isin(sales.loc[named, "sku"])
    spoken = sales.loc[speaks, ["sku", "unit_price", "at"]]
    spoken["month"] = spoken["at"].dt.year * 12 + spoken["at"].dt.month
    groups = spoken.groupby(["sku", "month", "unit_price"], sort=False)["at"]
    prices = groups.agg(lines="size", since="min").reset_index()
    prices = prices.sort_values(["sku", "month", "lines", "unit_price"])
    monthly = prices.drop_duplicates(["sku", "month"], keep="last")
    changes = monthly["unit_price"] != monthly.groupby("sku")["unit_price"].shift()
    return (
        monthly.loc[changes, ["sku", "since", "unit_price"]]
        .rename(columns={"unit_price": "price"})
        .reset_index(drop=True)
    )
