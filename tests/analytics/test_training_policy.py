"""When the models learn anew, by the shop's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics.errors import InvalidFile
from analytics.training_policy import DEFAULT_POLICY, TrainingPolicy, load_training_policy

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def policy(tmp_path: Path, old: str, new: str) -> TrainingPolicy:
    path = tmp_path / "training.yml"
    path.write_text(DEFAULT_POLICY.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return load_training_policy(path)


def test_ours_is_at_night_and_a_purchase_counts_for_a_week() -> None:
    ours = load_training_policy(Path("none"))
    assert ours.next_training(NOON) == datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert ours.next_training(NOON.replace(hour=2)) == datetime(2026, 3, 1, 3, tzinfo=UTC)
    # At the very time, the next is tomorrow's.
    assert ours.next_training(NOON.replace(hour=3)) == datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert ours.bought_within == timedelta(days=7)


def test_the_night_is_the_shops(tmp_path: Path) -> None:
    shop = policy(tmp_path, "time_zone: UTC", "time_zone: Asia/Shanghai")
    assert shop.next_training(NOON) == datetime(2026, 3, 1, 19, tzinfo=UTC)
    assert shop.next_training(NOON.replace(hour=20)) == datetime(2026, 3, 2, 19, tzinfo=UTC)


def test_the_hour_follows_the_shops_clock_through_the_summer(tmp_path: Path) -> None:
    shop = policy(tmp_path, "time_zone: UTC", "time_zone: Europe/London")
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert shop.next_training(saturday) == datetime(2026, 3, 29, 2, tzinfo=UTC)


def test_off_is_never(tmp_path: Path) -> None:
    assert policy(tmp_path, '"03:00"', "off").next_training(NOON) is None


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"03:00"', "25:00", "retrain_at"),
        ("time_zone: UTC", "time_zone: Nowhere", "time_zone"),
        ("least_data: 0.5", "least_data: 2", "least_data"),
        ("bought_within_days: 7", "bought_within_days: 0", "bought_within_days"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, field: str) -> None:
    with pytest.raises(InvalidFile, match=rf"training\.yml: {field}"):
        policy(tmp_path, old, new)
