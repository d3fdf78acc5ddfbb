"""`salesclerk evaluate recommend`: what the recommender is worth on the shop's own data."""

from __future__ import annotations

import json
from base64 import b64encode
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from analytics.commands.console import Json, open_store, progress_bars, show, text_table
from analytics.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from analytics.online import Online

LONGEST_NAME: Final = 18
TITLE: Final = "Recommendations"
OFFLINE: Final = {
    "latest": "On the last fifth of the interactions, learning from those before; 95% intervals.",
    "random": "On a random fifth of each customer's interactions, learning from the others; 95% "
    "intervals.",
}
RATINGS: Final = "Ratings"
RATINGS_NOTE: Final = (
    "How far off, in stars, on a random fifth of each customer's ratings, learning from the others."
)
ONLINE: Final = "Suggestions shown in the chat"
ONLINE_NOTE: Final = (
    "95% intervals (Wilson). Bought: of those shown long enough ago to tell. Lift: opened how many "
    "times as often as popular products at the same positions."
)
REVENUE: Final = "What suggestions sold"
REVENUE_NOTE: Final = "Each sale is put down to the last suggestion before it, and to one alone."


Shown = tuple[str, str, list[dict[str, Any]]]
"Title, note and rows of a table."


class Split(StrEnum):
    """Which fifth of the interactions is measured on."""

    LATEST = "latest"
    RANDOM = "random"


def recommend(
    output: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the page, tables and plots; reports/recommend in the home without.",
            file_okay=False,
        ),
    ] = None,
    split: Annotated[
        Split, typer.Option(help="Which fifth of the interactions is measured on.")
    ] = Split.LATEST,
    as_json: Json = False,
) -> None:
    """Measure recommendations on a fifth of the shop's interactions, learning from the others.

    Beside it stands what came of the suggestions that the assistant has shown.

    Example: salesclerk evaluate recommend
    """
    import numpy as np

    from analytics.online import evaluate_online
    from analytics.recommend.evaluation import comparison
    from analytics.training import evaluate_ratings, evaluate_recommender

    settings = Settings.from_environment()
    store = open_store(settings)
    with progress_bars() as progress:
        evaluations = evaluate_recommender(store, settings, progress, held_back=split)
    ratings = evaluate_ratings(store, settings)
    offline = comparison(evaluations, rng=np.random.default_rng(0))
    online = evaluate_online(store, settings)
    folder = output or settings.home / "reports" / "recommend"
    beside = _ratings_table(ratings) + _online_tables(online)
    _write(folder, OFFLINE[split], offline, online, beside)
    if as_json:
        tables = {
            "offline": offline,
            "ratings": ratings,
            "online": online.rates,
            "revenue": online.revenue,
        }
        report = {name: _records(table) for name, table in tables.items()}
        print(json.dumps(report, default=str, ensure_ascii=False))  # noqa: T201
        return
    show(_records(offline), as_json)
    console = Console()
    for title, note, rows in beside:
        columns = list(rows[0])
        cells = [list(row.values()) for row in rows]
        text = {"title": title, "note": note, "columns": columns, "words": {0, 1}, "rows": cells}
        console.print(text_table(text))
    if not online.shown:
        console.print("No suggestion was shown in the chat yet.")
    console.print(f"Page, tables and plots: {folder}", highlight=False, soft_wrap=True)


def _write(
    folder: Path, note: str, offline: pd.DataFrame, online: Online, beside: list[Shown]
) -> None:
    from analytics import page
    from analytics.recommend.evaluation import plot
    from analytics.recommend.evaluation.online_plot import plot as plot_online

    folder.mkdir(parents=True, exist_ok=True)
    offline.to_csv(folder / "figures.csv", index=False)
    online.rates.to_csv(folder / "online.csv", index=False)
    pictures = {"figures.png": plot(offline)}
    if online.shown:
        pictures["online.png"] = plot_online(online.rates)
    for name, picture in pictures.items():
        (folder / name).write_bytes(picture)
    tables = [
        page.Table("Measured on the shop's history", note, _text(offline)),
        *(page.Table(*shown) for shown in beside),
    ]
    page.write(folder / "report.html", TITLE, "", list(map(_image, pictures.values())), tables)


def _text(offline: pd.DataFrame) -> list[dict[str, Any]]:
    return _records(offline.round(4).astype(str).replace("nan", ""))


def _image(picture: bytes) -> str:
    content = b64encode(picture).decode()
    return f'<img alt="The tables below as plots" src="data:image/png;base64,{content}">'


def _ratings_table(ratings: pd.DataFrame) -> list[Shown]:
    """Return title, note and rows of text of the errors of ratings, if the shop has enough."""
    rows = _records(ratings.round(3).astype(str))
    return [(RATINGS, RATINGS_NOTE, rows)] if rows else []


def _online_tables(online: Online) -> list[Shown]:
    """Return title, note and rows of text of each table that has anything to show."""
    if not online.shown:
        return []
    rates = [
        {
            "by": row["by"],
            "group": _short(row["group"]),
            "shown": f"{row['shown']:,}",
            "opened": _rate(row, "click_through", "click"),
            "bought": _rate(row, "conversion", "conversion"),
            "lift": "" if row["lift"] is None else f"{row['lift']:.2f}",
        }
        for row in _records(online.rates)
    ]
    sold = [
        {
            "by": row["by"],
            "group": _short(row["group"]),
            "bought": f"{row['bought']:,}",
            "revenue": f"{row['revenue']:,.2f} {row['currency']}",
        }
        for row in _records(online.revenue)
    ]
    tables = [(ONLINE, ONLINE_NOTE, rates), (REVENUE, REVENUE_NOTE, sold)]
    return [table for table in tables if table[2]]


def _short(group: str) -> str:
    """Return a name that fits a table: of a version its day and time, and the end of its hash."""
    return group if len(group) <= LONGEST_NAME else f"{group[:13]}…{group[-4:]}"


def _rate(row: dict[str, Any], rate: str, name: str) -> str:
    if row[rate] is None:
        return "–"
    low, high = (100 * row[f"{name}_{end}"] for end in ("low", "high"))
    return f"{row[rate]:.1%} ({low:.1f}–{high:.1f})"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows, None in the place of NaN, which JSON does not know."""
    import pandas as pd

    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
