"""How the demo shop's orders travel: packed, shipped, delivered; cancelled or sent back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.demo.catalogue import Ints
from analytics.demo.period import SECONDS_OF_A_DAY, Period
from analytics.demo.vocabulary import Carrier
from analytics.store.states import OrderStatus

STEPS: Final = tuple(OrderStatus)
EXPRESS_SHARE: Final = 0.12
STANDARD_DAYS: Final = 6
EXPRESS_DAYS: Final = 3
"Days until a parcel is expected."
CANCELLED_SHARE: Final = 0.035
RETURNED_SHARE: Final = 0.04
DELAYED_SHARE: Final = 0.07
RETURN_DAYS: Final = (2, 20)
"How long after delivery a parcel comes back."
_HOUR: Final = 3600
_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Fulfilment:
    """How far N orders have come.

    Attributes:
        reached: the moment at which an order reached each of STEPS; the largest integer for a
            step that it did not reach (N, steps).
        carrier: position of who takes the parcel (N).
        express: whether the customer paid for speed (N).
    """

    reached: Ints
    carrier: Ints
    express: NDArray[np.bool_]

    @property
    def status(self) -> NDArray[np.object_]:
        """The newest step of each order."""
        newest = np.where(self.reached == _NEVER, -1, self.reached).argmax(axis=1)
        return np.array(STEPS, dtype=object)[newest]

    def moment(self, step: OrderStatus) -> Ints:
        """Return when each order reached the step; far in the future where it did not."""
        return self.reached[:, STEPS.index(step)]

    def has(self, step: OrderStatus) -> NDArray[np.bool_]:
        return self.moment(step) < _NEVER

    def events(self) -> pd.DataFrame:
        """Return every step reached: order (position), status, moment; by order and time."""
        order, step = np.nonzero(self.reached < _NEVER)
        moment = self.reached[order, step]
        sequence = np.lexsort((moment, order))
        status = np.array(STEPS, dtype=object)[step]
        return pd.DataFrame({"order": order, "status": status, "moment": moment}).iloc[sequence]


def fulfil(
    placed: Ints, carriers: tuple[Carrier, ...], period: Period, rng: np.random.Generator
) -> Fulfilment:
    """Let orders placed at these moments take their course until the period ends."""
    n = len(placed)
    carrier = rng.integers(len(carriers), size=n)
    express = rng.random(n) < EXPRESS_SHARE
    slowest = np.array([one.transit_days for one in carriers])[carrier]
    transit = np.where(express, rng.uniform(0.5, 1, n), rng.uniform(slowest[:, 0], slowest[:, 1]))
    transit += np.where(rng.random(n) < DELAYED_SHARE, rng.uniform(2, 6, n), 0)
    processing = _in_working_hours(placed + rng.integers(_HOUR, 10 * _HOUR, n))
    shipped = _in_working_hours(processing + rng.integers(4 * _HOUR, 12 * _HOUR, n))
    delivered = _in_working_hours(shipped + (transit * SECONDS_OF_A_DAY).astype(np.int64))
    after = rng.uniform(*RETURN_DAYS, n) * SECONDS_OF_A_DAY
    returned = _in_working_hours(delivered + after.astype(np.int64))
    cancelled = placed + ((shipped - placed) * rng.uniform(0.05, 0.95, n)).astype(np.int64)

    fate = rng.random(n)
    cancels = fate < CANCELLED_SHARE
    returns = ~cancels & (fate < CANCELLED_SHARE + RETURNED_SHARE)
    packed_first = ~cancels | (processing < cancelled)
    moments = {
        OrderStatus.PENDING: placed,
        OrderStatus.PROCESSING: np.where(packed_first, processing, _NEVER),
        OrderStatus.SHIPPED: np.where(cancels, _NEVER, shipped),
        OrderStatus.DELIVERED: np.where(cancels, _NEVER, delivered),
        OrderStatus.CANCELLED: np.where(cancels, cancelled, _NEVER),
        OrderStatus.RETURNED: np.where(returns, returned, _NEVER),
    }
    reached = np.column_stack([moments[step] for step in STEPS])
    return Fulfilment(np.where(reached < period.end, reached, _NEVER), carrier, express)


def _in_working_hours(moment: Ints) -> Ints:
    """Move moments of the night forward to the next morning, between eight and about nine."""
    second = moment % SECONDS_OF_A_DAY
    open_, close = 8 * _HOUR, 19 * _HOUR
    early = np.where(second < open_, open_ - second + second // 8, 0)
    late = SECONDS_OF_A_DAY + open_ - second + (second - close) // 5
    return moment + np.where(second > close, late, early)
