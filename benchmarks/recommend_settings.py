"""What recommenders are measured on: two public data sets, one of them with two questions.

MovieLens 100K: of each user 80 % of the films at random to learn from; which others the user rated,
whatever the stars, is to be found. Online Retail: what known customers bought before 2011-08-01 to
learn from; what they bought later is to be found: what they had not bought before, or anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analytics.columns import ITEM, RATING, TIMESTAMP, USER
from analytics.recommend.evaluation import random_split, temporal_split

MOVIELENS: Final = Path("movielens_100k") / "ratings.csv.gz"
ONLINE_RETAIL: Final = Path("online_retail") / "online_retail.parquet"
RETAIL_SPLIT: Final = pd.Timestamp("2011-08-01")
SEED: Final = 0


@dataclass(frozen=True)
class Setting:
    """A question to recommenders.

    Attributes:
        train: user_id, item_id, timestamp and what else the set has; what may be learned from.
        test: the same columns; what is to be found.
        exclude_seen: only items that the user did not touch before are to be found.
        by_time: `test` comes after `train`, so that models are to be chosen by time too.
    """

    name: str
    train: pd.DataFrame
    test: pd.DataFrame
    exclude_seen: bool
    by_time: bool

    def validation(self) -> Setting:
        """Return the same question within `train`, to choose models by."""
        if self.by_time:
            learned, held_back = temporal_split(self.train)
        else:
            learned, held_back = random_split(self.train, rng=np.random.default_rng(SEED))
        return Setting(self.name, learned, held_back, self.exclude_seen, self.by_time)


def read_settings(data: Path) -> list[Setting]:
    """Read the data sets from a folder that has one folder for each."""
    rated = random_split(_movielens(data), rng=np.random.default_rng(SEED))
    bought = temporal_split(_online_retail(data), at=RETAIL_SPLIT)
    return [
        Setting("MovieLens 100K", *rated, exclude_seen=True, by_time=False),
        Setting("Online Retail, new items", *bought, exclude_seen=True, by_time=True),
        Setting("Online Retail, all items", *bought, exclude_seen=False, by_time=True),
    ]


def _movielens(data: Path) -> pd.DataFrame:
    """Return the ratings; ids have leading zeros, so that their order is that of the numbers."""
    ratings = pd.read_csv(data / MOVIELENS)
    return pd.DataFrame(
        {
            USER: ratings["user_id"].astype(str).str.zfill(4),
            ITEM: ratings["item_id"].astype(str).str.zfill(4),
            TIMESTAMP: pd.to_datetime(ratings["timestamp"], unit="s"),
            RATING: ratings["rating"].astype(float),
        }
    )


def _online_retail(data: Path) -> pd.DataFrame:
    """Return the lines of known customers; no cancellations, gifts or corrections."""
    lines = pd.read_parquet(data / ONLINE_RETAIL)
    sold = lines["CustomerID"].notna() & (lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)
    lines = lines[sold]
    return pd.DataFrame(
        {
            USER: lines["CustomerID"].astype(int).astype(str),
            ITEM: lines["StockCode"].astype(str),
            TIMESTAMP: lines["InvoiceDate"],
        }
    )
