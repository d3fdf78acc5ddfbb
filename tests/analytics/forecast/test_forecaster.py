"""The forecaster: known answers, and what holds for every series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import InvalidInput, NotEnoughHistory, NotFittedError
from analytics.forecast import DemandForecaster
from tests.analytics.forecast.series import weekly

COLUMNS = ["unique_id", "ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95"]
AMOUNTS = COLUMNS[2:]


def forecast(demand: pd.DataFrame, h: int = 4, season_length: int = 1) -> pd.DataFrame:
    return DemandForecaster("W-MON", season_length).fit(demand).predict(h)


def assert_sound(table: pd.DataFrame) -> None:
    """Check that all is finite, not negative, and that the intervals nest around the mean."""
    assert np.isfinite(table[AMOUNTS].to_numpy()).all()
    order = table[["lo-95", "lo-80", "mean", "hi-80", "hi-95"]].to_numpy()
    assert (order[:, 0] >= 0).all()
    assert (np.diff(order, axis=1) >= 0).all()


def test_the_table_follows_each_series_own_end() -> None:
    demand = weekly(mug=[5, 3, 8, 6, 7, 4, 6, 5, 7], lamp=[4, 6, 5, 7, 4, 5])
    table = forecast(demand, h=2)
    assert list(table.columns) == COLUMNS
    assert list(table["unique_id"]) == ["lamp", "lamp", "mug", "mug"]
    assert list(table["ds"].dt.strftime("%Y-%m-%d")) == [
        "2025-02-17",
        "2025-02-24",
        "2025-03-10",
        "2025-03-17",
    ]
    assert_sound(table)


def test_constant_demand_goes_on_for_certain() -> None:
    table = forecast(weekly(lamp=[5] * 20))
    assert table[AMOUNTS].to_numpy() == pytest.approx(5)


def test_a_trend_goes_on() -> None:
    table = forecast(weekly(lamp=range(10, 50)))
    assert table["mean"].to_numpy() == pytest.approx([50, 51, 52, 53], rel=0.01)


def test_a_falling_trend_ends_at_nothing() -> None:
    table = forecast(weekly(lamp=range(24, 1, -1)), h=8)
    assert table["mean"].iloc[-1] == 0
    assert_sound(table)


def test_a_season_seen_twice_comes_again() -> None:
    season = [100, 120, 150, 90]
    demand = weekly(lamp=season * 4, mug=season[:3] * 2)
    model = DemandForecaster("W-MON", 4).fit(demand)
    assert model.method_.to_dict() == {"lamp": "SeasonalAutoETS", "mug": "HistoricAverage"}
    lamp = model.predict(4).query("unique_id == 'lamp'")
    assert lamp["mean"].to_numpy() == pytest.approx(season, rel=0.02)


def test_a_season_seen_less_than_twice_or_too_long_is_left_out() -> None:
    demand = weekly(lamp=np.random.default_rng(0).poisson(20, 60))
    for season_length in (31, 30, 25):
        methods = DemandForecaster("W-MON", season_length).fit(demand).method_
        assert list(methods) == ["AutoETS"]


def test_intermittent_demand() -> None:
    # Every other period 6: 3 a period, and nine of ten periods lie between 0 and 6.
    model = DemandForecaster("W-MON", 1).fit(weekly(lamp=[6, 0] * 20))
    assert list(model.method_) == ["IMAPA"]
    table = model.predict(2)
    assert table["mean"].to_numpy() == pytest.approx([3, 3], rel=0.1)
    assert (table[["lo-80", "hi-80", "lo-95", "hi-95"]] == [0, 6, 0, 6]).all(axis=None)


def test_a_rare_sale_stays_inside_the_interval_of_its_mean() -> None:
    table = forecast(weekly(lamp=[0] * 5 + [90] + [0] * 34))
    assert (table["mean"] > 0).all()
    assert (table["hi-80"] == table["mean"]).all()
    assert_sound(table)


def test_demand_that_ended_is_forecast_as_none() -> None:
    table = forecast(weekly(lamp=[0] * 12))
    assert (table[AMOUNTS] == 0).all(axis=None)


def test_a_short_history_gets_its_mean_and_students_interval() -> None:
    # Mean 5, deviation 2.581989, t of three degrees 1.637744 (90 %), 3.182446 (97.5 %).
    table = forecast(weekly(lamp=[2, 4, 6, 8]), h=1)
    expected = [5, 0.272242, 9.727758, 0, 14.186931]
    assert table[AMOUNTS].to_numpy()[0] == pytest.approx(expected, abs=1e-4)


def test_periods_missing_inside_a_series_have_no_demand() -> None:
    gaps = weekly(lamp=[6, 0] * 20)
    pd.testing.assert_frame_equal(
        forecast(gaps), forecast(gaps[(gaps["y"] > 0) | (gaps.index == 39)])
    )


def test_neither_order_nor_repetition_changes_the_answer() -> None:
    rng = np.random.default_rng(1)
    demand = weekly(lamp=rng.poisson(20, 30), mug=rng.poisson(1, 30), jar=[3, 4, 5, 6])
    pd.testing.assert_frame_equal(
        forecast(demand), forecast(demand.sample(frac=1.0, random_state=2))
    )


def test_integer_periods() -> None:
    demand = weekly(lamp=[5] * 12).assign(ds=range(1, 13))
    assert list(DemandForecaster(1, 1).fit(demand).predict(2)["ds"]) == [13, 14]


def test_levels_are_the_callers() -> None:
    table = DemandForecaster("W-MON", 1, level=[50]).fit(weekly(lamp=[5] * 12)).predict(1)
    assert list(table.columns) == ["unique_id", "ds", "mean", "lo-50", "hi-50"]


def test_too_little_history_names_the_series() -> None:
    with pytest.raises(NotEnoughHistory) as caught:
        forecast(weekly(lamp=[5] * 12, mug=[1, 2, 3]))
    assert caught.value.values["subject"] == "mug"


def test_nothing_is_forecast_before_fit() -> None:
    with pytest.raises(NotFittedError, match="DemandForecaster"):
        DemandForecaster("W-MON", 1).predict(1)


def test_settings_and_tables_that_are_refused() -> None:
    demand = weekly(lamp=[5] * 12)
    with pytest.raises(InvalidInput, match="season_length"):
        DemandForecaster("W-MON", 0)
    for level in ((), (0,), (100,)):
        with pytest.raises(InvalidInput, match="level"):
            DemandForecaster("W-MON", 1, level)
    with pytest.raises(InvalidInput, match="at least one series"):
        forecast(demand.head(0))
    with pytest.raises(InvalidInput, match="freq"):
        DemandForecaster("weekly", 1).fit(demand)
    with pytest.raises(InvalidInput, match=r"demand\.y"):
        forecast(demand.drop(columns="y"))
    with pytest.raises(InvalidInput, match="h: found 0"):
        forecast(demand, h=0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 30) | st.just(0) | st.integers(0, 10**7), min_size=4, max_size=40),
    st.sampled_from([1, 2, 4, 12]),
)
def test_every_forecast_is_sound(values: list[int], season_length: int) -> None:
    table = forecast(weekly(lamp=values), season_length=season_length)
    assert len(table) == 4
    assert_sound(table)
