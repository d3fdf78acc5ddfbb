"""New models that are clearly worse, or learned from too little, do not serve."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analytics import artifacts
from analytics.artifacts import Artifact
from analytics.columns import ITEM, TIMESTAMP, USER
from analytics.errors import NotPublished
from analytics.recommend import ItemKNN, Model, Popularity, Recommender
from analytics.serving import RECOMMEND
from analytics.training_guard import require_data, require_no_worse, serving

TASTES = [["tea", "cup", "pot"], ["pen", "ink", "pad"], ["rug", "bed", "mat"]]
ITEMS = pd.DataFrame({ITEM: sorted(item for items in TASTES for item in items)})


def touched(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[USER, ITEM, "day"])
    times = pd.Timestamp("2026-01-01") + pd.to_timedelta(table.pop("day"), unit="D")
    return table.assign(**{TIMESTAMP: times})


def shop() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers of three tastes; twenty of each come back for what is left of their taste."""
    past, future = [], []
    for number, items in enumerate(TASTES):
        past += [(f"old-{number}-{k}", item, k) for k in range(10) for item in items]
        past += [(f"new-{number}-{k}", item, 10) for k in range(20) for item in items[:2]]
        future += [(f"new-{number}-{k}", items[2], 20) for k in range(20)]
    return touched(past), touched(future)


PAST, FUTURE = shop()


def published(root: Path, model: Model) -> Artifact:
    def write(folder: Path) -> dict[str, Any]:
        Recommender(model, Popularity()).fit(PAST, ITEMS).save(folder / RECOMMEND)
        return {"data": {"interactions": len(PAST)}}

    artifacts.publish(root, write)
    current = serving(root)
    assert current is not None
    return current


def test_nothing_serves_before_the_first() -> None:
    assert serving(Path("none")) is None


def test_a_clearly_worse_model_is_refused_and_both_figures_are_told(tmp_path: Path) -> None:
    current = published(tmp_path, ItemKNN())
    popularity = Popularity().fit(PAST, ITEMS)
    with pytest.raises(NotPublished, match=r"NDCG at 10 of 0\.\d+, 1\.000 of the .*--force"):
        require_no_worse(current, popularity, PAST, FUTURE, ITEMS)


def test_a_better_model_and_an_equal_one_pass(tmp_path: Path) -> None:
    neighbors = ItemKNN().fit(PAST, ITEMS)
    require_no_worse(published(tmp_path / "a", Popularity()), neighbors, PAST, FUTURE, ITEMS)
    require_no_worse(published(tmp_path / "b", ItemKNN()), neighbors, PAST, FUTURE, ITEMS)


def test_nobody_to_compare_on_is_no_reason_to_refuse(tmp_path: Path) -> None:
    popularity = Popularity().fit(PAST, ITEMS)
    require_no_worse(published(tmp_path, ItemKNN()), popularity, PAST, FUTURE[:0], ITEMS)


def test_models_that_cannot_be_read_any_more_are_not_compared_with(tmp_path: Path) -> None:
    current = published(tmp_path, ItemKNN())
    for path in (current.folder / RECOMMEND).rglob("*.json"):
        path.unlink()
    require_no_worse(current, Popularity().fit(PAST, ITEMS), PAST, FUTURE, ITEMS)


def test_half_the_data_gone_is_a_fault_of_the_data(tmp_path: Path) -> None:
    current = published(tmp_path, ItemKNN())
    require_data(current, PAST[: len(PAST) // 2], 0.5)
    with pytest.raises(NotPublished, match=f"{len(PAST) // 2 - 1} interactions to learn from"):
        require_data(current, PAST[: len(PAST) // 2 - 1], 0.5)


def test_of_two_trainings_the_second_waits(tmp_path: Path) -> None:
    events: list[str] = []

    def second() -> None:
        with artifacts.training(tmp_path):
            events.append("second")

    thread = threading.Thread(target=second)
    with artifacts.training(tmp_path):
        thread.start()
        time.sleep(0.2)
        events.append("first")
    thread.join(5)
    assert events == ["first", "second"]
