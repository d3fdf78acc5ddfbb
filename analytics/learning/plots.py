"""The reports' plots, as SVG to stand in a page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE: Final = "#1f5fbf"
GREY: Final = "#767676"
COLOURS: Final = (BLUE, "#b3261e", "#2e7d32", "#9a6700", GREY, "#6a3fa0")
_SIZE: Final = (5.2, 3.6)
"Inches."


def bars(title: str, values: Mapping[str, float], axis: str) -> str:
    """Plot a bar for each name, the first at the top."""
    figure, axes = _figure(title, max(_SIZE[1], 0.32 * len(values) + 1))
    names = list(values)
    axes.barh(range(len(names)), list(values.values()), color=BLUE)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel(axis)
    return _svg(figure)


def days(title: str, series: Mapping[str, Mapping[date, float]], axis: str) -> str:
    """Plot a line for each name over the days."""
    figure, axes = _figure(title)
    for colour, (name, values) in zip(COLOURS * len(series), series.items(), strict=False):
        at = sorted(values)
        axes.plot(
            np.array(at, dtype="datetime64[D]"),
            [values[one] for one in at],
            "o-",
            markersize=3,
            color=colour,
            label=name,
        )
    axes.set_ylabel(axis)
    axes.set_ylim(bottom=0)
    axes.tick_params(axis="x", labelrotation=30)
    if len(series) > 1:
        axes.legend(frameon=False)
    return _svg(figure)


def columns(title: str, names: Sequence[str], values: Sequence[float], axis: str) -> str:
    """Plot a column for each name, with its value above it."""
    figure, axes = _figure(title)
    drawn = axes.bar(range(len(names)), list(values), color=BLUE)
    axes.bar_label(drawn, fmt="%g", padding=2)
    axes.set_xticks(range(len(names)), list(names))
    axes.set_ylabel(axis)
    return _svg(figure)


def _figure(title: str, height: float = _SIZE[1]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_SIZE[0], height), constrained_layout=True)
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure) -> str:
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    return text[text.index("<svg") :]
