"""The figures of several models side by side: a table and a plot."""

from __future__ import annotations

import math
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from analytics.recommend.evaluation.evaluation import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS: Final = 3
PANEL_INCHES: Final = (3.2, 2.5)
DPI: Final = 100
SPREAD: Final = 0.3
"How far apart the models of one length of list are drawn."


def comparison(evaluations: Mapping[str, Evaluation], *, rng: np.random.Generator) -> pd.DataFrame:
    """Return model, measure, n, mean, low, high; see `Evaluation.table`.

    Raises:
        InvalidInput: nobody had a relevant item.
    """
    tables = [
        evaluation.table(rng=rng).assign(model=model) for model, evaluation in evaluations.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    return table[["model", "measure", "n", "mean", "low", "high"]]


def plot(table: pd.DataFrame) -> bytes:
    """Return a PNG with a panel for each measure: the models' means and intervals by length.

    Args:
        table: what `comparison` returned.
    """
    # Imported here: matplotlib takes a second, and the command line imports this package.
    from matplotlib.figure import Figure

    measures = table["measure"].unique()
    rows = math.ceil(len(measures) / COLUMNS)
    width, height = PANEL_INCHES
    figure = Figure(figsize=(width * COLUMNS, height * rows), dpi=DPI, layout="constrained")
    panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes, measure in zip(panels, measures, strict=False):
        _draw(axes, table[table["measure"] == measure])
        axes.set_title(measure, fontsize=10)
    for axes in panels[len(measures) :]:
        axes.set_axis_off()
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    picture = BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _draw(axes: Axes, figures: pd.DataFrame) -> None:
    models = figures["model"].unique()
    lengths = figures["n"].unique().tolist()
    for model, shift in zip(models, np.linspace(-SPREAD / 2, SPREAD / 2, len(models)), strict=True):
        own = figures[figures["model"] == model]
        mean = own["mean"].to_numpy()
        # Coverage has no interval.
        bounds = np.nan_to_num([mean - own["low"], own["high"] - mean]).clip(min=0)
        places = np.arange(len(lengths)) + shift
        axes.errorbar(places, mean, yerr=bounds, fmt="o", capsize=3, markersize=4, label=model)
    axes.set_xticks(range(len(lengths)), [f"at {n}" for n in lengths])
    highest = np.nanmax(figures[["mean", "high"]].to_numpy())
    axes.set_ylim(0, 1.08 * highest if highest > 0 else 1)
    axes.tick_params(labelsize=8)
    axes.grid(axis="y", color="#d4d4d8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
