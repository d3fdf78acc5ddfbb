from __future__ import annotations

import pandas as pd
import pytest

from analytics import columns
from analytics.errors import InvalidInput


def test_require_returns_the_columns_in_order() -> None:
    table = pd.DataFrame({"y": [1.0], "more": [0], "ds": ["2024-01-01"], "unique_id": ["A"]})
    assert list(columns.require(table, columns.DEMAND, "demand")) == ["unique_id", "ds", "y"]


def test_require_names_the_missing_column() -> None:
    table = pd.DataFrame({"user_id": ["u"], "item_id": ["i"]})
    with pytest.raises(InvalidInput, match=r"interactions\.timestamp") as error:
        columns.require(table, columns.INTERACTIONS, "interactions")
    assert error.value.values["field"] == "interactions.timestamp"
    assert "user_id, item_id, timestamp" in str(error.value)
