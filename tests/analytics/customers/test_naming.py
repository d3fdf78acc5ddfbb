from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.customers import Segment
from analytics.customers.naming import TYPICAL, name_segments, standings


def test_every_name_has_a_typical_standing_of_its_own() -> None:
    assert set(TYPICAL) == set(Segment)
    assert name_segments(np.array(list(TYPICAL.values()))) == list(TYPICAL)


@pytest.mark.parametrize(
    ("standing", "name"),
    [
        ((0.95, 0.95, 0.95), "champions"),
        ((0.9, 0.1, 0.1), "new"),
        ((0.1, 0.8, 0.8), "at_risk"),
        ((0.05, 0.1, 0.1), "lapsed"),
    ],
)
def test_clear_cases(standing: tuple[float, float, float], name: str) -> None:
    assert name_segments(np.array([standing])) == [name]


def test_the_better_fit_gets_the_name() -> None:
    champions, nearly = (0.9, 0.9, 0.9), (0.8, 0.85, 0.8)
    assert name_segments(np.array([nearly, champions])) == ["loyal", "champions"]


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1, max_size=len(Segment)).map(np.array))
def test_names_are_unique(mean_standings: np.ndarray) -> None:
    names = name_segments(mean_standings)
    assert len(set(names)) == len(mean_standings)


def test_standing_is_the_share_that_a_customer_is_ahead_of() -> None:
    table = pd.DataFrame(
        {
            "recency_days": [1, 10, 100, 1000],
            "frequency": [4, 1, 1, 1],
            "monetary": [10.0, 40.0, 30.0, 20.0],
        }
    )
    expected = [
        (0.875, 0.875, 0.125),
        (0.625, 0.375, 0.875),
        (0.375, 0.375, 0.625),
        (0.125, 0.375, 0.375),
    ]
    assert standings(table) == pytest.approx(np.array(expected))
