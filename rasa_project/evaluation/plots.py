"""The report's plots, as SVG to stand in a page."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE: Final = "#1f5fbf"
GREY: Final = "#767676"
RED: Final = "#b3261e"
_SIZE: Final = (5.2, 3.9)
"Inches."


def reliability(calibration: Mapping[str, Any]) -> str:
    """Plot how often the bot is right at each confidence (Guo et al. 2017)."""
    figure, axes = _figure("confidence", "right")
    bins = calibration["bins"]
    left = [one["above"] for one in bins]
    width = [one["to"] - one["above"] for one in bins]
    right = [one["accuracy"] for one in bins]
    axes.bar(left, right, width, align="edge", color=BLUE, edgecolor="white", label="right")
    axes.plot([0, 1], [0, 1], "--", color=GREY, label="calibrated")
    sentences = calibration["sentences"]
    axes.plot(
        [one["confidence"] for one in bins],
        [one["sentences"] / sentences for one in bins],
        "o-", color=RED, markersize=3, linewidth=1, label="share of the sentences",
    )  # fmt: skip
    axes.set_title(f"Calibration: expected error {100 * calibration['ece']:.1f} %")
    axes.legend(loc="upper left", frameon=False)
    return _svg(figure)


def trade_off(curve: Mapping[str, Any], shipped: Mapping[str, float]) -> str:
    """Plot the shares refused at every threshold, and those that the bot refuses as it is."""
    figure, axes = _figure("in scope, refused", "out of scope, refused")
    axes.plot(curve["in_scope"], curve["out_of_scope"], color=BLUE, label="every threshold")
    for at in range(20, 100, 10):
        point = (curve["in_scope"][at], curve["out_of_scope"][at])
        axes.plot(*point, "o", color=BLUE, markersize=3)
        axes.annotate(
            f"{curve['threshold'][at]:.1f}", point, xytext=(4, -11), textcoords="offset points",
            color=BLUE, fontsize=8,
        )  # fmt: skip
    axes.plot(
        shipped["false_alarm"], shipped["recall"], "D", color=RED, markersize=6, label="as shipped"
    )
    axes.axvline(0.05, linestyle="--", color=GREY, linewidth=1, label="5 % of those in scope")
    axes.set_xlim(0, 0.5)
    axes.set_title("What a refusal threshold costs and brings")
    axes.legend(loc="lower right", frameon=False)
    return _svg(figure)


def _figure(x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE, constrained_layout=True)
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y, xlim=(0, 1), ylim=(0, 1.02))
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure) -> str:
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    text = file.getvalue()
    return text[text.index("<svg") :]
