"""The backtest, against errors that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.forecast import backtest
from tests.analytics.forecast.series import weekly


def test_a_steady_rise() -> None:
    # One unit more each week: the last value is 1 to 8 too low, 4.5 steps on average.
    result = backtest(weekly(lamp=range(10, 60)), "W-MON", 1, 8)
    assert result["mase_naive"] == 4.5
    assert result["mase"] == pytest.approx(0, abs=0.05)
    assert (result["series"], result["coverage_95"]) == (1, 1.0)


def test_a_season_is_compared_with_the_last_season() -> None:
    # Each year is 4 more than the one before, so last year's value is always 4 too low.
    season = np.array([100, 140, 180, 120])
    demand = weekly(lamp=np.concatenate([season + 4 * year for year in range(8)]))
    assert backtest(demand, "W-MON", 4, 4)["mase_naive"] == 1.0


def test_series_too_short_to_hold_any_out_are_left_out() -> None:
    demand = weekly(lamp=range(10, 60), mug=range(15))
    assert backtest(demand, "W-MON", 1, 8)["series"] == 1
    assert backtest(demand[demand["unique_id"] == "mug"], "W-MON", 1, 8) == {"series": 0}


def test_the_sample_is_drawn_by_the_seed() -> None:
    rng = np.random.default_rng(0)
    demand = weekly(**{f"s{n}": rng.poisson(9 + n, 30) for n in range(12)})
    first = backtest(demand, "W-MON", 1, 4, sample=5, seed=1)
    assert first["series"] == 5
    assert first == backtest(demand, "W-MON", 1, 4, sample=5, seed=1)
    assert first != backtest(demand, "W-MON", 1, 4, sample=5, seed=2)


def test_noise_around_a_level_is_forecast_better_than_by_its_last_value() -> None:
    rng = np.random.default_rng(0)
    result = backtest(weekly(**{f"s{n}": rng.poisson(40, 60) for n in range(40)}), "W-MON", 1, 8)
    # The naive forecast has the noise twice, so its error is larger by the root of 2.
    assert result["mase"] / result["mase_naive"] == pytest.approx(2**-0.5, abs=0.08)
    assert result["coverage_80"] == pytest.approx(0.80, abs=0.06)
    assert result["coverage_95"] == pytest.approx(0.95, abs=0.04)
