"""`salesclerk evaluate recommend`: what the recommender is worth on the shop's own data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analytics.commands.console import Json, open_store, progress_bars, show
from analytics.settings import Settings


def recommend(
    output: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the table and the plot; reports/recommend in the home without.",
            file_okay=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure recommendations on the shop's last interactions, learning from those before.

    Example: salesclerk evaluate recommend
    """
    import numpy as np

    from analytics.recommend.evaluation import comparison, plot
    from analytics.training import evaluate_recommender

    settings = Settings.from_environment()
    with progress_bars() as progress:
        evaluations = evaluate_recommender(open_store(settings), settings, progress)
    table = comparison(evaluations, rng=np.random.default_rng(0))
    folder = output or settings.home / "reports" / "recommend"
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "figures.csv", index=False)
    (folder / "figures.png").write_bytes(plot(table))
    # Through JSON, which knows no NaN: coverage has no interval.
    show(json.loads(table.to_json(orient="records")), as_json)
    if not as_json:
        Console().print(f"Table and plot: {folder}", highlight=False, soft_wrap=True)
