from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend.evaluation import random_split
from tests.analytics.recommend.data import interactions

TABLE = interactions(
    [("v", "a"), ("u", "a"), ("u", "b"), ("v", "c"), ("u", "c"), ("u", "d"), ("v", "b"), ("u", "e")]
)


def test_users_are_shuffled_in_order_by_one_generator() -> None:
    rng = np.random.default_rng(0)
    first_u, first_v = [1, 2, 4, 5, 7], [0, 3, 6]
    rng.shuffle(first_u)
    rng.shuffle(first_v)
    train, test = random_split(TABLE, rng=np.random.default_rng(0))
    assert train.index.tolist() == sorted(first_u[:4] + first_v[:2])
    assert test.index.tolist() == sorted(first_u[4:] + first_v[2:])


def test_each_row_is_on_one_side_whatever_the_index() -> None:
    table = TABLE.set_index(pd.Index([7] * len(TABLE)))
    train, test = random_split(table, rng=np.random.default_rng(1), test_share=0.5)
    assert (len(train), len(test)) == (3, 5)
    both = pd.concat([train, test]).sort_values(["user_id", "item_id"])
    assert both.equals(table.sort_values(["user_id", "item_id"]))


def test_a_share_is_counted_exactly() -> None:
    # In floating point (1 - 0.9) * 10 is just below 1.
    table = interactions([("u", str(number)) for number in range(10)])
    train, _ = random_split(table, rng=np.random.default_rng(0), test_share=0.9)
    assert len(train) == 1


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_a_share_that_leaves_nothing_is_refused(share: float) -> None:
    with pytest.raises(InvalidInput, match="test_share"):
        random_split(TABLE, rng=np.random.default_rng(0), test_share=share)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"interactions\.timestamp"):
        random_split(TABLE.drop(columns="timestamp"), rng=np.random.default_rng(0))
