"""What the demo shop's customers paid, sent back and got back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.demo.catalogue import Ints
from analytics.demo.fulfilment import RETURN_DAYS
from analytics.demo.orders import Orders
from analytics.demo.period import SECONDS_OF_A_DAY, Period
from analytics.store.models import PaymentKind, PaymentStatus
from analytics.store.states import OrderStatus

REFUND_DAYS: Final = (1, 5)
"How long after a cancellation, or after the parcel is back, the money is."
ANNOUNCED_DAYS: Final = (0.5, 1.5)
"How long before the parcel is back its return was asked for; less than the least RETURN_DAYS."
REASONS: Final = {
    "no_longer_needed": 0.45,
    "not_as_described": 0.25,
    "faulty": 0.2,
    "wrong_item": 0.1,
}
UNOPENED_SHARE: Final = 0.6
"Of what came back and was not faulty; the rest was opened."


@dataclass(frozen=True)
class Payments:
    """The money of the orders, and the returns that some of it is for.

    Attributes:
        returns: order (position), reason, condition, moment (when it was asked for); by order.
        payments: order (position), number (within the order), kind, pence, moment, status, due
            (day; -1 for what is not pending), back (whether it is for a return); by order.
    """

    returns: pd.DataFrame
    payments: pd.DataFrame


def make_payments(orders: Orders, period: Period, rng: np.random.Generator) -> Payments:
    """Let every order be paid in full at once, and what was cancelled or came back be refunded."""
    lines, n = orders.lines, len(orders.orders)
    bought, back = (
        np.bincount(lines["order"], lines["pence"] * lines[units], minlength=n).astype(np.int64)
        for units in ("quantity", "returned")
    )
    fee = orders.orders["fee"].to_numpy()
    cancelled = (orders.orders["status"] == OrderStatus.CANCELLED).to_numpy()
    returned = (back > 0) & ~cancelled
    gone = _gone(orders, returned, rng)
    payments = pd.DataFrame(
        {
            "order": np.arange(n),
            "number": 1,
            "kind": PaymentKind.PAYMENT,
            "pence": bought + fee,
            "moment": orders.orders["moment"],
            "status": PaymentStatus.DONE,
            "due": -1,
            "back": False,
        }
    )
    refunds = _refunds(np.where(cancelled, back + fee, back), gone, returned, period, rng)
    both = pd.concat([payments, refunds], ignore_index=True)
    return Payments(
        returns=_returns(np.flatnonzero(returned), gone, rng),
        payments=both.sort_values(["order", "number"], ignore_index=True),
    )


def _gone(orders: Orders, returned: NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    """Return when each order was cancelled or its parcel was back; 0 for all others."""
    events = orders.events[
        orders.events["status"].isin([OrderStatus.CANCELLED, OrderStatus.RETURNED])
    ]
    # Where only a part came back, the history does not tell when.
    after = (rng.uniform(*RETURN_DAYS, len(returned)) * SECONDS_OF_A_DAY).astype(np.int64)
    gone = np.zeros(len(returned), dtype=np.int64)
    gone[returned] = orders.delivered[returned] + after[returned]
    gone[events["order"]] = events["moment"]
    return gone


def _refunds(
    pence: Ints, gone: Ints, returned: NDArray[np.bool_], period: Period, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the refunds of the orders with `pence` to give back; pending where the period ends."""
    order = np.flatnonzero(pence)
    least, most = REFUND_DAYS
    delay = rng.integers(least * SECONDS_OF_A_DAY, most * SECONDS_OF_A_DAY, len(order))
    paid = gone[order] + delay
    done = paid < period.end
    return pd.DataFrame(
        {
            "order": order,
            "number": 2,
            "kind": PaymentKind.REFUND,
            "pence": pence[order],
            "moment": np.where(done, paid, gone[order]),
            "status": np.where(done, PaymentStatus.DONE, PaymentStatus.PENDING),
            "due": np.where(done, -1, gone[order] // SECONDS_OF_A_DAY + most),
            "back": returned[order],
        }
    )


def _returns(order: Ints, gone: Ints, rng: np.random.Generator) -> pd.DataFrame:
    n = len(order)
    reason = rng.choice(list(REASONS), n, p=list(REASONS.values())).astype(object)
    condition = np.where(rng.random(n) < UNOPENED_SHARE, "unopened", "opened").astype(object)
    before = (rng.uniform(*ANNOUNCED_DAYS, n) * SECONDS_OF_A_DAY).astype(np.int64)
    return pd.DataFrame(
        {
            "order": order,
            "reason": reason,
            "condition": np.where(reason == "faulty", "faulty", condition),
            "moment": gone[order] - before,
        }
    )
