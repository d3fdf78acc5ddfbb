"""Finding the purchase that a cancellation takes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

import pandas as pd

from analytics.store.bulk import tuples

GOODS: Final = ["customer_id", "sku", "unit_price"]

type Goods = tuple[str, str, Decimal]
"Customer, stock code and unit price."
type Applied = Collection[tuple[str | None, str, Decimal, datetime]]
"Goods and time of each cancellation that the store knows already."


@dataclass
class Matches:
    """What cancellations take back.

    Attributes:
        returned: units taken back, by index of the purchase line.
        steps: the orders from which something was taken, with the time, each once and by time.
        unmatched: index of each cancellation without its order.
    """

    returned: dict[int, int] = field(default_factory=dict)
    steps: list[tuple[str, datetime]] = field(default_factory=list)
    unmatched: list[int] = field(default_factory=list)


@dataclass
class _Purchase:
    line: int
    order_id: str
    at: datetime
    quantity: int
    left: int


def match(purchases: pd.DataFrame, cancellations: pd.DataFrame, applied: Applied) -> Matches:
    """Return what `cancellations` take back of `purchases`, earlier cancellations first.

    A cancellation is met whole or not at all, by purchases of the same customer, stock code and
    unit price that are not later: by the latest untouched line of exactly its quantity, else by
    units of the latest lines. One that is in `applied` takes nothing again; where the units that
    its goods already have as returned do not account for it, it is one that had no order before
    either, since an order event tells the order and the time but not the line.

    Args:
        purchases: order_id, customer_id, sku, unit_price, at, quantity, returned.
        cancellations: customer_id, sku, unit_price, at, quantity (below zero).
    """
    shelves = _shelves(purchases, cancellations)
    matches = Matches()
    steps: dict[tuple[str, datetime], None] = {}
    counted = {goods: sum(p.quantity - p.left for p in shelf) for goods, shelf in shelves.items()}
    ordered = cancellations.sort_values("at", kind="stable").reset_index(names="line")
    for line, at, quantity, *key in tuples(ordered, "line", "at", "quantity", *GOODS):
        goods, wanted = (*key,), -int(quantity)
        if (*goods, at) in applied:
            if wanted <= counted.get(goods, 0):
                counted[goods] -= wanted
            else:
                matches.unmatched.append(line)
            continue
        earlier = [p for p in shelves.get(goods, ()) if p.at <= at and p.left]
        taken = _take(earlier, wanted)
        if not taken:
            matches.unmatched.append(line)
        for purchase, units in taken:
            purchase.left -= units
            matches.returned[purchase.line] = matches.returned.get(purchase.line, 0) + units
            steps[purchase.order_id, at] = None
    matches.steps = list(steps)
    return matches


def _take(purchases: list[_Purchase], units: int) -> list[tuple[_Purchase, int]]:
    """Return how many units to take of which purchase; nothing where there are too few."""
    for purchase in reversed(purchases):
        if purchase.left == purchase.quantity == units:
            return [(purchase, units)]
    taken = []
    for purchase in reversed(purchases):
        part = min(units, purchase.left)
        taken.append((purchase, part))
        units -= part
        if not units:
            return taken
    return []


def _shelves(purchases: pd.DataFrame, cancellations: pd.DataFrame) -> dict[Goods, list[_Purchase]]:
    """Return the purchases that may be meant, by goods, by time."""
    wanted = cancellations[GOODS].dropna().drop_duplicates()
    found = purchases.reset_index(names="line").merge(wanted, on=GOODS)
    found["left"] = found["quantity"] - found["returned"]
    found = found.sort_values(["at", "line"])
    shelves: dict[Goods, list[_Purchase]] = defaultdict(list)
    columns = ("line", "order_id", "at", "quantity", "left")
    for customer_id, sku, unit_price, *purchase in tuples(found, *GOODS, *columns):
        shelves[customer_id, sku, unit_price].append(_Purchase(*purchase))
    return shelves
