from __future__ import annotations

import pandas as pd
import pytest

from tests.analytics.recommend import data


@pytest.fixture
def checkerboard() -> pd.DataFrame:
    return data.checkerboard()
