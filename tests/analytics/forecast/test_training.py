"""Forecasts of a whole shop: written, read again, and shown."""

from __future__ import annotations

import json
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.errors import ArtifactError, InvalidInput, NotEnoughHistory
from analytics.forecast import (
    DemandForecaster,
    Forecasts,
    ItemForecast,
    PlotLabels,
    chart,
    plot,
    train_forecasts,
)
from tests.analytics.forecast.series import weekly

ENGLISH = PlotLabels("Units a week", "Sold", "Forecast")
CHINESE = PlotLabels("每周销量", "已售", "预测")


def shop() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return weekly(
        lamp=rng.poisson(20, 60),
        mug=[0, 7, 0, 0, 5, 0] * 10,
        jar=[4, 6, 5, 7, 4],
        new=[1, 2],
    ).assign(ds=lambda table: _ending_together(table))


def _ending_together(table: pd.DataFrame) -> pd.Series:
    behind = table.groupby("unique_id").cumcount(ascending=False)
    return pd.Timestamp("2026-03-02") - pd.to_timedelta(behind * 7, unit="D")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "forecast"
    train_forecasts(shop(), folder, horizon=4)
    return folder


@pytest.fixture(scope="module")
def lamp(trained: Path) -> ItemForecast:
    return Forecasts.load(trained).of("lamp")


def test_metrics_tell_what_was_done(tmp_path: Path) -> None:
    metrics = train_forecasts(shop(), tmp_path, horizon=4)
    assert (metrics["series"], metrics["too_short"]) == (3, 1)
    assert metrics["methods"] == {"AutoETS": 1, "HistoricAverage": 1, "IMAPA": 1}
    assert metrics["backtest"]["series"] == 2
    assert 0 < metrics["backtest"]["mase"] < metrics["backtest"]["mase_naive"]
    meta = json.loads((tmp_path / "meta.json").read_text())
    assert meta["metrics"] == metrics
    assert (meta["freq"], meta["horizon"], meta["level"]) == ("W-MON", 4, [80, 95])


def test_training_twice_writes_the_same(trained: Path, tmp_path: Path) -> None:
    train_forecasts(shop(), tmp_path, horizon=4)
    for name in ("forecasts.parquet", "history.parquet", "meta.json"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


def test_an_item_is_read_as_it_was_forecast(lamp: ItemForecast) -> None:
    demand = shop().query("unique_id == 'lamp'")
    expected = DemandForecaster("W-MON", 52).fit(demand).predict(4).drop(columns="unique_id")
    pd.testing.assert_frame_equal(lamp.forecast, expected)
    assert list(lamp.history["y"]) == list(demand["y"].tail(52))
    assert (lamp.item_id, lamp.freq) == ("lamp", "W-MON")
    assert lamp.history["ds"].max() == pd.Timestamp("2026-03-02")


def test_an_item_that_stopped_selling_goes_on_to_the_shops_last_period(tmp_path: Path) -> None:
    train_forecasts(weekly(lamp=[5] * 12, mug=[9] * 6), tmp_path, horizon=2)
    mug = Forecasts.load(tmp_path).of("mug")
    assert list(mug.history["y"]) == [9] * 6 + [0] * 6
    assert mug.forecast["ds"].min() == pd.Timestamp("2025-03-31")


@pytest.mark.parametrize("item_id", ["new", "unheard of"])
def test_an_item_without_a_forecast_is_named(trained: Path, item_id: str) -> None:
    with pytest.raises(NotEnoughHistory, match=item_id):
        Forecasts.load(trained).of(item_id)


def test_a_shop_without_history_is_trained_and_forecasts_nothing(tmp_path: Path) -> None:
    metrics = train_forecasts(weekly(new=[1, 2]), tmp_path)
    assert metrics == {"series": 0, "too_short": 1, "methods": {}, "backtest": {"series": 0}}
    with pytest.raises(NotEnoughHistory):
        Forecasts.load(tmp_path).of("new")
    train_forecasts(shop().head(0), tmp_path)
    with pytest.raises(NotEnoughHistory):
        Forecasts.load(tmp_path).of("lamp")


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    demand = weekly(**{f"s{n:03}": [1, 2, 3, 4] for n in range(250)})
    train_forecasts(demand, tmp_path, progress=lambda *report: told.append(report))
    assert told == [("forecast", 0, 250), ("forecast", 200, 250), ("forecast", 250, 250)]


def test_malformed_demand_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "forecast"
    with pytest.raises(InvalidInput, match=r"demand\.y"):
        train_forecasts(shop().assign(y=-1), folder)
    assert not folder.exists()


@pytest.mark.parametrize("name", ["forecasts.parquet", "history.parquet", "meta.json"])
def test_a_missing_or_damaged_file_is_told(trained: Path, tmp_path: Path, name: str) -> None:
    for file in trained.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(ArtifactError, match="train again"):
        Forecasts.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ArtifactError, match="train again"):
        Forecasts.load(tmp_path)


def test_the_page_gets_plain_values(lamp: ItemForecast) -> None:
    custom = json.loads(json.dumps(lamp.to_custom("Desk lamp"), allow_nan=False))
    assert list(custom) == ["type", "item_id", "title", "freq", "history", "forecast"]
    assert (custom["type"], custom["title"], custom["freq"]) == ("forecast", "Desk lamp", "W-MON")
    assert custom["history"][-1] == {"ds": "2026-03-02", "y": lamp.history["y"].iloc[-1]}
    assert [row["ds"] for row in custom["forecast"]] == [
        "2026-03-09",
        "2026-03-16",
        "2026-03-23",
        "2026-03-30",
    ]
    first = custom["forecast"][0]
    assert list(first) == ["ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95"]
    assert first["mean"] == round(lamp.forecast["mean"].iloc[0], 2)


@pytest.fixture
def without_han_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(chart, "HAN_FONTS", ())
    for cached in (chart._fonts, chart._glyphs):
        cached.cache_clear()
    yield
    for cached in (chart._fonts, chart._glyphs):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("title", "labels"),
    [("Desk lamp $5 and $6 _^{", ENGLISH), ("x" * 500, ENGLISH), ("台灯", CHINESE), ("", ENGLISH)],
)
def test_the_picture_is_a_png_of_640_by_360(
    lamp: ItemForecast, title: str, labels: PlotLabels
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = plot(lamp, title, labels)
    assert picture.startswith(b"\x89PNG\r\n")
    assert struct.unpack(">II", picture[16:24]) == (640, 360)
    assert picture == plot(lamp, title, labels)


@pytest.mark.usefixtures("without_han_fonts")
def test_texts_that_no_font_can_draw_are_left_out(lamp: ItemForecast) -> None:
    silent = plot(lamp, "", PlotLabels("", "", ""))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plot(lamp, "台灯", CHINESE) == silent
    assert plot(lamp, "Lamp", ENGLISH) != silent


def test_nothing_sold_and_nothing_expected_can_be_drawn(tmp_path: Path) -> None:
    train_forecasts(weekly(lamp=[0] * 12), tmp_path, horizon=1)
    assert plot(Forecasts.load(tmp_path).of("lamp"), "Lamp", ENGLISH).startswith(b"\x89PNG")
