"""Online rates of constructed suggestions, against known values."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import InvalidInput
from analytics.recommend.evaluation import online
from analytics.recommend.evaluation.online_plot import plot

NOON = datetime(2026, 3, 4, 12)  # noqa: DTZ001 - as pandas keeps it
"A Wednesday."
WEEK = timedelta(days=7)


def shown(*rows: dict[str, Any], **common: Any) -> pd.DataFrame:
    usual = {
        "rung": "customer", "position": 1, "model_version": "v1", "shown_at": NOON,
        "clicked": False, "bought": False, "currency": None, "revenue": Decimal(0),
    }  # fmt: skip
    table = pd.DataFrame([{**usual, **common, **row} for row in rows], columns=list(online.SHOWN))
    types = {"shown_at": "datetime64[ns]", "clicked": bool, "bought": bool, "position": int}
    return table.astype(types)


def times(count: int, opened: int, **values: Any) -> list[dict[str, Any]]:
    return [{**values, "clicked": number < opened} for number in range(count)]


def row(table: pd.DataFrame, by: str, group: str) -> pd.Series[Any]:
    (found,) = table[(table["by"] == by) & (table["group"] == group)].index
    return table.loc[found]


def test_the_interval_of_three_in_a_hundred() -> None:
    low, high = online.wilson([3], [100])
    # The example rounds the quantile of the normal distribution to 1.96.
    assert (low[0], high[0]) == pytest.approx((0.010254, 0.084521), abs=2e-6)


def test_the_interval_of_nothing_is_unknown_and_of_no_success_begins_at_0() -> None:
    low, high = online.wilson([0, 0, 4], [0, 10, 4])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] == pytest.approx(0)
    # z^2 / (n + z^2)
    assert high[1] == pytest.approx(3.841459 / 13.841459, abs=1e-6)
    assert high[2] == pytest.approx(1)
    with pytest.raises(InvalidInput):
        online.wilson([1], [2], level=1)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate_and_is_that_of_the_failures_mirrored(
    counts: tuple[int, int],
) -> None:
    successes, trials = counts
    low, high = online.wilson([successes, trials - successes], [trials, trials])
    assert -1e-12 <= low[0] <= successes / trials + 1e-12
    assert high[0] >= successes / trials - 1e-12
    assert (low[0], high[0]) == pytest.approx((1 - high[1], 1 - low[1]))


def test_rates_of_every_kind_of_group() -> None:
    table = online.rates(
        shown(
            {"clicked": True, "bought": True, "currency": "GBP", "revenue": Decimal("9.90")},
            {"position": 2, "rung": "popular"},
            {"position": 1, "model_version": "v2", "shown_at": NOON + WEEK, "clicked": True},
            {"position": 2, "model_version": "v2", "shown_at": NOON + WEEK},
        ),
        as_of=NOON + 2 * WEEK,
        window=WEEK,
    )
    assert list(table["by"].unique()) == ["all", "rung", "position", "version", "week"]
    everything = row(table, "all", "all")
    assert (everything["shown"], everything["clicked"], everything["click_through"]) == (4, 2, 0.5)
    assert (everything["closed"], everything["bought"], everything["conversion"]) == (4, 1, 0.25)
    low, high = online.wilson([2, 1], [4, 4])
    assert (everything["click_low"], everything["conversion_high"]) == (low[0], high[1])
    assert row(table, "position", "2")["clicked"] == 0
    assert row(table, "version", "v2")["click_through"] == 0.5
    assert row(table, "week", "2026-03-09")["shown"] == 2


def test_a_purchase_counts_once_the_window_of_all_is_over() -> None:
    both = shown({"bought": True, "currency": "GBP"}, {"shown_at": NOON + WEEK, "bought": True})
    early = online.rates(both, as_of=NOON, window=WEEK).iloc[0]
    assert (early["closed"], early["bought"]) == (0, 0)
    assert np.isnan([early["conversion"], early["conversion_low"]]).all()
    later = online.rates(both, as_of=NOON + WEEK, window=WEEK).iloc[0]
    assert (later["closed"], later["bought"], later["conversion"]) == (1, 1, 1)


def test_lift_compares_at_equal_positions() -> None:
    # At each position the model is opened twice as often; it only stands lower more often.
    table = shown(
        *times(10, 8, rung="customer", position=1),
        *times(100, 20, rung="customer", position=2),
        *times(100, 40, rung="popular", position=1),
        *times(10, 1, rung="popular", position=2),
        *times(50, 50, rung="customer", position=3),
    )
    found = online.rates(table, as_of=NOON, window=WEEK)
    assert row(found, "rung", "customer")["lift"] == pytest.approx(2)
    assert np.isnan(row(found, "rung", "popular")["lift"])
    assert found.loc[found["by"] != "rung", "lift"].isna().all()


def test_lift_is_unknown_without_anything_to_compare() -> None:
    alone = shown(*times(3, 1, rung="customer"))
    assert np.isnan(row(online.rates(alone, as_of=NOON, window=WEEK), "rung", "customer")["lift"])


def test_revenue_is_exact_and_by_currency() -> None:
    table = online.revenue(
        shown(
            {"bought": True, "currency": "GBP", "revenue": Decimal("0.10")},
            {"bought": True, "currency": "GBP", "revenue": Decimal("0.20"), "position": 2},
            {"bought": True, "currency": "EUR", "revenue": Decimal("5.00")},
            {},
        )
    )
    everything = table[table["by"] == "all"].set_index("currency")
    assert dict(everything["revenue"]) == {"EUR": Decimal("5.00"), "GBP": Decimal("0.30")}
    assert dict(everything["bought"]) == {"EUR": 1, "GBP": 2}


def test_only_the_newest_versions_are_told_apart() -> None:
    table = shown(
        *({"model_version": f"v{n:02}", "shown_at": NOON + n * WEEK} for n in range(15)),
    )
    found = online.rates(table, as_of=NOON, window=WEEK)
    assert list(found.loc[found["by"] == "version", "group"]) == [f"v{n:02}" for n in range(5, 15)]
    assert len(found[found["by"] == "week"]) == 15


def test_nothing_shown_is_an_empty_table_but_for_the_whole() -> None:
    nothing = shown()
    (whole,) = online.rates(nothing, as_of=NOON, window=WEEK).to_dict("records")
    assert (whole["shown"], whole["clicked"], whole["bought"]) == (0, 0, 0)
    assert online.revenue(nothing).empty
    with pytest.raises(InvalidInput, match="shown"):
        online.rates(nothing.drop(columns="rung"), as_of=NOON, window=WEEK)


def test_the_plot_is_a_picture() -> None:
    table = shown(*times(9, 2), *times(8, 1, rung="popular", position=2))
    picture = plot(online.rates(table, as_of=NOON, window=WEEK))
    assert picture.startswith(b"\x89PNG")
    assert picture == plot(online.rates(table, as_of=NOON, window=WEEK))
