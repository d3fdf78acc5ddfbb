"""What the demo shop has at hand when its story ends."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.demo.catalogue import Catalogue, Floats, Ints
from analytics.demo.demand import Demand

RECENT_DAYS: Final = 28
COVER_DAYS: Final = 45
"Mean number of days that the stock of a variant lasts at its recent demand."
SOLD_OUT_SHARE: Final = 0.04


def make_stock(
    expected: Floats, catalogue: Catalogue, demand: Demand, rng: np.random.Generator
) -> Ints:
    """Return the units at hand of each variant (V); none of a product that is not sold any more.

    Stock never kept anybody from buying: the sales show the whole demand.
    """
    daily = expected[:, -RECENT_DAYS:].mean(axis=1)[catalogue.item] * demand.variant_share
    cover = rng.gamma(2.0, COVER_DAYS / 2, len(daily))
    sold_out = rng.random(len(daily)) < SOLD_OUT_SHARE
    ended = demand.ended < expected.shape[1]
    return np.where(sold_out | ended[catalogue.item], 0, np.ceil(daily * cover)).astype(np.int64)
