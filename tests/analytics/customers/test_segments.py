from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from analytics.customers import CustomerSegment, Segments, train_segments
from analytics.errors import ArtifactError, NotEnoughHistory

AS_OF = datetime(2024, 6, 30, tzinfo=UTC)


def order_lines(orders: dict[str, list[int]]) -> pd.DataFrame:
    """Return one order of 2 units at 5 each for each customer and day of June 2024."""
    rows = [
        (f"{customer}-{day}", customer, pd.Timestamp(2024, 6, day))
        for customer, days in orders.items()
        for day in days
    ]
    table = pd.DataFrame(rows, columns=["order_id", "customer_id", "timestamp"])
    return table.assign(item_id="i", quantity=2, unit_price=5.0)


@pytest.fixture
def lines() -> pd.DataFrame:
    return order_lines(
        {
            **{f"often{n}": [3, 9, 15, 21, 25] for n in range(4)},
            **{f"once lately{n}": [30] for n in range(4)},
            **{f"long ago{n}": [1] for n in range(4)},
        }
    )


def test_everybody_who_bought_has_a_segment(lines: pd.DataFrame, tmp_path: Path) -> None:
    metrics = train_segments(lines, AS_OF, tmp_path / "customers")
    segments = Segments.load(tmp_path / "customers")
    assert metrics == {"customers": 12, "segments": 3}
    assert segments.of("often1") == CustomerSegment("often1", "loyal", 5, 5, 50.0)
    assert segments.of("once lately3") == CustomerSegment("once lately3", "new", 0, 1, 10.0)
    assert segments.of("long ago0") == CustomerSegment("long ago0", "lapsed", 29, 1, 10.0)
    assert segments.describe()["segment"].tolist() == ["loyal", "new", "lapsed"]


def test_who_bought_nothing_has_none(lines: pd.DataFrame, tmp_path: Path) -> None:
    train_segments(lines, AS_OF, tmp_path)
    with pytest.raises(NotEnoughHistory, match="nobody"):
        Segments.load(tmp_path).of("nobody")


def test_only_guests_make_no_segments(lines: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(NotEnoughHistory, match="customers"):
        train_segments(lines.assign(customer_id=None), AS_OF, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_load_names_what_is_wrong(lines: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no segments"):
        Segments.load(tmp_path)
    train_segments(lines, AS_OF, tmp_path)
    (tmp_path / "segmenter.npz").unlink()
    with pytest.raises(ArtifactError, match=r"segmenter\.npz"):
        Segments.load(tmp_path)
    (tmp_path / "segments.parquet").write_bytes(b"PAR1")
    with pytest.raises(ArtifactError, match="no segments"):
        Segments.load(tmp_path)
