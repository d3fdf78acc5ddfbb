"""The segment of every customer, written for those who only read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analytics import columns
from analytics.columns import CUSTOMER, FREQUENCY, MONETARY, RECENCY, SEGMENT
from analytics.customers.rfm import rfm
from analytics.customers.segmenter import Segmenter
from analytics.errors import ArtifactError, NotEnoughHistory

MEMBERS_FILE: Final = "segments.parquet"


@dataclass(frozen=True)
class CustomerSegment:
    """One customer's segment, and the figures behind it.

    Attributes:
        segment: one of `Segment`.
        recency_days: whole days from the customer's last order to the last order of the shop.
        frequency: orders.
        monetary: what they paid in all, in the shop's currency.
    """

    customer_id: str
    segment: str
    recency_days: int
    frequency: int
    monetary: float


class Segments:
    """The segments that `train_segments` wrote; made by `load`."""

    def __init__(self, segmenter: Segmenter, members: pd.DataFrame) -> None:
        self.segmenter = segmenter
        self._members = members.set_index(CUSTOMER)

    @classmethod
    def load(cls, folder: Path) -> Segments:
        """Read a folder that `train_segments` wrote.

        Raises:
            ArtifactError: a file is missing or is not what was written.
        """
        try:
            members = pd.read_parquet(folder / MEMBERS_FILE)
            columns.require(members, (*columns.RFM, SEGMENT), MEMBERS_FILE)
        except (OSError, ValueError) as error:
            raise ArtifactError(f"{folder}: no segments ({error}): train again") from error
        return cls(Segmenter.load(folder), members)

    def of(self, customer_id: str) -> CustomerSegment:
        """Return the segment of one customer.

        Raises:
            NotEnoughHistory: the customer had bought nothing when the segments were made.
        """
        try:
            member = self._members.loc[customer_id]
        except KeyError:
            raise NotEnoughHistory(customer_id) from None
        return CustomerSegment(
            customer_id=customer_id,
            segment=str(member[SEGMENT]),
            recency_days=int(member[RECENCY]),
            frequency=int(member[FREQUENCY]),
            monetary=float(member[MONETARY]),
        )

    def describe(self) -> pd.DataFrame:
        """Return the segments, best customers first; see `Segmenter.describe`."""
        return self.segmenter.describe()


def train_segments(order_lines: pd.DataFrame, as_of: datetime, folder: Path) -> dict[str, Any]:
    """Segment every customer with an order until `as_of`, and write what `Segments.load` reads.

    Returns:
        Metrics: customers, segments (their numbers).

    Raises:
        InvalidInput: the order lines are malformed.
        NotEnoughHistory: no customer has an order.
    """
    table = rfm(order_lines, as_of)
    segmenter = Segmenter().fit(table)
    segmenter.save(folder)
    members = table.assign(**{SEGMENT: segmenter.names(segmenter.labels_)})
    members.to_parquet(folder / MEMBERS_FILE, index=False)
    return {"customers": len(members), "segments": len(segmenter.names_)}
