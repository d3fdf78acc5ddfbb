"""The online rates as a picture."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANELS: Final = {
    "rung": "by what they rest on",
    "position": "by position",
    "version": "by version of the models",
    "week": "by week",
}
RATES: Final = (("click_through", "click", "opened"), ("conversion", "conversion", "bought"))
COLORS: Final = ("#2563eb", "#d97706")
SIZE: Final = (10.0, 6.4)
DPI: Final = 100
SPREAD: Final = 0.12
"How far the two rates of a group are drawn from its middle."
MOST_LABELS: Final = 6
LONGEST_LABEL: Final = 13
"Of a version's name so much is shown: its day and time."


def plot(rates: pd.DataFrame) -> bytes:
    """Return a PNG of the shares opened and bought, with their intervals, by each kind of group.

    Args:
        rates: what `online.rates` returned.
    """
    # Imported here: matplotlib takes a second, and the command line imports this package.
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    panels = figure.subplots(2, 2).ravel()
    for axes, (by, title) in zip(panels, PANELS.items(), strict=True):
        _draw(axes, rates[rates["by"] == by])
        axes.set_title(title, fontsize=10)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.suptitle("Suggestions shown that were opened, and bought", fontsize=12)
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    picture = BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _draw(axes: Axes, groups: pd.DataFrame) -> None:
    places = np.arange(len(groups))
    for (rate, name, label), color, shift in zip(RATES, COLORS, (-SPREAD, SPREAD), strict=True):
        share = groups[rate].to_numpy(dtype=float)
        low, high = (groups[f"{name}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        off = np.clip([share - low, high - share], 0, None)
        axes.errorbar(
            places + shift, share, yerr=off, fmt="o", color=color, capsize=3, markersize=4,
            label=label,
        )  # fmt: skip
    step = max(1, -(-len(groups) // MOST_LABELS))
    names = [
        f"{str(group)[:LONGEST_LABEL]}\n{shown:,} shown"
        for group, shown in zip(groups["group"], groups["shown"], strict=True)
    ]
    axes.set_xticks(places[::step], names[::step])
    axes.set_xlim(-0.6, max(len(groups) - 0.4, 0.6))
    axes.set_ylim(bottom=0)
    axes.tick_params(labelsize=7)
    axes.grid(axis="y", color="#d4d4d8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
