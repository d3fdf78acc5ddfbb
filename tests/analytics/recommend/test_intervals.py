from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend.evaluation import bootstrap, intervals

FIGURES = pd.DataFrame({"half": [0.0, 1.0] * 200, "same": 0.3})


def test_the_interval_is_that_of_the_normal_law() -> None:
    # The mean of 400 users, half of them 1, has the standard error 0.5 / 20.
    low, high = bootstrap(FIGURES, rng=np.random.default_rng(0), resamples=20_000)
    assert low["half"] == pytest.approx(0.5 - 1.96 * 0.025, abs=0.002)
    assert high["half"] == pytest.approx(0.5 + 1.96 * 0.025, abs=0.002)
    assert (low["same"], high["same"]) == pytest.approx((0.3, 0.3))


def test_the_generator_alone_decides_not_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bootstrap(FIGURES, rng=np.random.default_rng(3), resamples=100)
    monkeypatch.setattr(intervals, "DRAWS_AT_ONCE", 2_000)
    parts = bootstrap(FIGURES, rng=np.random.default_rng(3), resamples=100)
    assert parts.low.to_numpy() == pytest.approx(whole.low.to_numpy())
    assert parts.high.to_numpy() == pytest.approx(whole.high.to_numpy())


@pytest.mark.parametrize(
    ("figures", "level", "resamples", "field"),
    [(FIGURES[:0], 0.95, 10, "figures"), (FIGURES, 1.0, 10, "level"), (FIGURES, 0.9, 0, "resam")],
)
def test_what_gives_no_interval_is_refused(
    figures: pd.DataFrame, level: float, resamples: int, field: str
) -> None:
    with pytest.raises(InvalidInput, match=field):
        bootstrap(figures, rng=np.random.default_rng(0), level=level, resamples=resamples)
