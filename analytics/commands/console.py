"""What every command needs: its errors, bars and tables, and the shop that it works on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from analytics.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

errors = Console(stderr=True)


def open_store(settings: Settings) -> Any:
    """Return the shop's database, its tables up to date."""
    from analytics.store import Store

    store = Store(settings.database_url)
    store.migrate()
    return store


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that draws one bar for each thing done; silent without a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield progress


def show(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows as JSON, as a table, or a single row as a list of its fields."""
    if as_json:
        print(json.dumps(rows, default=str, ensure_ascii=False))  # noqa: T201
        return
    table = Table()
    if len(rows) == 1:
        table.add_column("field")
        table.add_column("value")
        for name, value in rows[0].items():
            table.add_row(name, cell(value))
    else:
        for name in rows[0] if rows else ():
            table.add_column(str(name))
        for row in rows:
            table.add_row(*(cell(value) for value in row.values()))
    Console().print(table)


def text_table(text: dict[str, Any]) -> Table:
    """Return a table whose cells are text already; `words` are the columns of words."""
    table = Table(title=text["title"], caption=text["note"])
    table.title_justify = table.caption_justify = "left"
    for at, name in enumerate(text["columns"]):
        table.add_column(name, justify="left" if at in text["words"] else "right")
    for row in text["rows"]:
        table.add_row(*map(escape, row))
    return table


def flat(measures: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every figure of nested measures with its dotted name."""
    for name, value in measures.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"
    return str(value)
