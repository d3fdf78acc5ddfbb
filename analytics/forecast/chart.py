"""A forecast as a picture, for channels that cannot draw one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from analytics.columns import PERIOD, VALUE
from analytics.forecast.forecasts import ItemForecast

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE_INCHES: Final = (6.4, 3.6)
DPI: Final = 100
DATES_SHOWN: Final = 6
MAX_TITLE: Final = 60
"Characters that fit above the chart."
SOLD_COLOUR: Final = "#1f3a5f"
FORECAST_COLOUR: Final = "#c2410c"
LATIN_FONT: Final = "DejaVu Sans"
"Comes with matplotlib."
HAN_FONTS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Noto Sans CJK JP",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Arial Unicode MS",
)


@dataclass(frozen=True)
class PlotLabels:
    """The words of the chart, in the reader's language.

    Attributes:
        demand: the vertical axis, such as "Units a week".
        history: the line of what was sold.
        forecast: the line of what is expected. The intervals are called by their levels.
    """

    demand: str
    history: str
    forecast: str


def plot(item_forecast: ItemForecast, title: str, labels: PlotLabels) -> bytes:
    """Return a PNG of 640 by 360 pixels: history, mean and intervals.

    The axes hold digits only, which every machine can draw. A text with characters that no
    installed font has (Chinese, on a server without such fonts) is left out rather than drawn
    as boxes; the message beside the picture says it anyway.
    """
    # Imported here: matplotlib takes a second, and the command line imports this module.
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, layout="constrained")
    axes = figure.subplots()
    _draw(axes, item_forecast, labels)
    _dress(axes, item_forecast)
    fonts = list(_fonts())
    axes.set_ylabel(_drawable(labels.demand), fontfamily=fonts, fontsize=9, parse_math=False)
    figure.suptitle(_drawable(_shortened(title)), fontfamily=fonts, fontsize=11, parse_math=False)
    figure.legend(
        loc="outside lower center",
        ncols=4,
        frameon=False,
        prop={"family": fonts, "size": 9},
    )
    picture = BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _draw(axes: Axes, item: ItemForecast, labels: PlotLabels) -> None:
    history, forecast = item.history, item.forecast
    axes.plot(history[PERIOD], history[VALUE], color=SOLD_COLOUR, label=_drawable(labels.history))
    axes.plot(
        forecast[PERIOD],
        forecast["mean"],
        color=FORECAST_COLOUR,
        marker="o",
        markersize=3,
        label=_drawable(labels.forecast),
    )
    levels = sorted(int(name[3:]) for name in forecast.columns if name.startswith("lo-"))
    for level, shade in zip(levels, np.linspace(0.35, 0.15, len(levels)), strict=True):
        axes.fill_between(
            forecast[PERIOD],
            forecast[f"lo-{level}"],
            forecast[f"hi-{level}"],
            color=FORECAST_COLOUR,
            alpha=shade,
            linewidth=0,
            label=f"{level} %",
        )


def _dress(axes: Axes, item: ItemForecast) -> None:
    from matplotlib.ticker import StrMethodFormatter

    periods = pd.concat([item.history[PERIOD], item.forecast[PERIOD]])
    shown = periods.iloc[:: math.ceil(len(periods) / DATES_SHOWN)]
    axes.set_xticks(shown, shown.dt.strftime("%Y-%m-%d"))
    highest = max(item.history[VALUE].max(), item.forecast.drop(columns=PERIOD).to_numpy().max())
    axes.set_ylim(0, highest * 1.05 if highest > 0 else 1)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}" if highest >= 10 else "{x:g}"))
    axes.tick_params(labelsize=8)
    axes.grid(axis="y", color="#d4d4d8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def _shortened(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1]}…"


def _drawable(text: str) -> str:
    """Return `text`, or nothing where a character of it is in none of the fonts."""
    glyphs = _glyphs()
    return (
        text if all(character.isspace() or ord(character) in glyphs for character in text) else ""
    )


@cache
def _fonts() -> tuple[str, ...]:
    from matplotlib.font_manager import get_font_names

    installed = set(get_font_names())
    return (LATIN_FONT, *(name for name in HAN_FONTS if name in installed))


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(code for name in _fonts() for code in get_font(findfont(name)).get_charmap())
