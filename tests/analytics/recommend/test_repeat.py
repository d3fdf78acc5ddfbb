from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from analytics.recommend import RepeatPurchase
from tests.analytics.recommend.data import interactions

DAYS = 200


def bought(user: str, item: str, days: list[int]) -> pd.DataFrame:
    table = interactions([(user, item)] * len(days))
    return table.assign(timestamp=table["timestamp"] + pd.to_timedelta(days, unit="D"))


def every(user: str, item: str, interval: int, start: int = 0) -> pd.DataFrame:
    return bought(user, item, list(range(start, DAYS, interval)))


def shop(*more: pd.DataFrame) -> pd.DataFrame:
    """Thirty come one after the other, buy a lamp, and coffee every ten days from then on."""
    crowd = [
        part
        for n in range(30)
        for part in (every(f"u{n}", "coffee", 10, 6 * n), bought(f"u{n}", "lamp", [6 * n]))
    ]
    return pd.concat([*crowd, *more], ignore_index=True)


def first(model: RepeatPurchase, user: str) -> str:
    return str(model.recommend([user], n=1, exclude_seen=False)["item_id"][0])


def test_what_is_bought_again_and_again_comes_before_what_is_bought_once() -> None:
    once = pd.concat([bought("me", "coffee", [180]), bought("me", "lamp", [180])])
    model = RepeatPurchase().fit(shop(once))
    assert first(model, "me") == "coffee"
    coffee, lamp = model.matrix_.columns_of(["coffee", "lamp"])
    assert model.loyalty_[coffee] > 1 > model.loyalty_[lamp]


def test_the_interval_of_an_item_is_that_of_its_buyers() -> None:
    model = RepeatPurchase().fit(shop())
    coffee = model.matrix_.columns_of(["coffee"])[0]
    assert model.intervals_[coffee] == pytest.approx(10)


def test_what_is_due_comes_before_what_was_abandoned() -> None:
    left = [every(f"v{n}", "tea", 10, n % 10) for n in range(30)]
    # Half of the tea drinkers stop after a hundred days, and go on with coffee.
    left = [
        part[part["timestamp"] < "2024-08-09"] if n % 2 else part for n, part in enumerate(left)
    ]
    go_on = [every(f"v{n}", "coffee", 10, n % 10) for n in range(30)]
    model = RepeatPurchase().fit(shop(*left, *go_on))
    assert first(model, "v1") == "coffee"
    tea = model.matrix_.columns_of(["tea"])[0]
    rows = model.matrix_.users.get_indexer(["v0", "v1"])
    due, abandoned = model.scores(rows)[:, tea]
    assert due > 2 * abandoned


def test_without_history_the_number_of_purchases_decides() -> None:
    table = pd.concat([bought("me", "often", [0, 1, 2]), bought("me", "once", [1])])
    model = RepeatPurchase().fit(table)
    assert first(model, "me") == "often"
    assert model.scores(np.array([0]))[0].tolist() == pytest.approx([3 / 13, 1 / 11])


def test_what_is_new_counts_at_once() -> None:
    table = pd.concat([bought("me", "a", [0]), bought("you", "b", [0])])
    model = RepeatPurchase().fit(table)
    a, b = model.matrix_.columns_of(["a", "b"])
    recent = csr_array(([1.0, 2.0], ([0, 0], [a, b])), shape=(1, 2))
    me = model.matrix_.users.get_indexer(["me"])
    assert model.scores(me, recent)[0, [a, b]].tolist() == pytest.approx([2 / 12, 2 / 12])
    assert model.scores(np.array([-1]), recent)[0, [a, b]].tolist() == pytest.approx(
        [1 / 11, 2 / 12]
    )
    assert model.contributions(me[0], np.array([b]), recent)[0, b] == pytest.approx(2 / 12)
