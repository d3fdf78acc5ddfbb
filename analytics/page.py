"""A report as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 0.25rem 0.75rem; text-align: left; border-bottom: 1px solid #ddd;
  font-variant-numeric: tabular-nums; vertical-align: top; }
.wide { overflow-x: auto; }
figure { display: inline-block; margin: 0 1rem 1rem 0; max-width: 100%; vertical-align: top; }
svg, img { max-width: 100%; height: auto; }
p { max-width: 45rem; }
"""


@dataclass(frozen=True)
class Table:
    """A table of what a report found, its rows all with the same fields."""

    title: str
    note: str
    rows: Sequence[dict[str, Any]]


def write(path: Path, title: str, note: str, plots: Sequence[str], tables: Sequence[Table]) -> None:
    """Write the page.

    Args:
        plots: elements of HTML or SVG.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html(title, note, plots, tables), encoding="utf-8")


def html(title: str, note: str, plots: Sequence[str], tables: Sequence[Table]) -> str:
    """Return the page; every text is escaped."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style>",
            "</head><body>",
            f"<h1>{escape(title)}</h1><p>{escape(note)}</p>",
            *(f"<figure>{svg}</figure>" for svg in plots),
            *map(_table, tables),
            "</body></html>\n",
        ]
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in (table.rows[0] if table.rows else ()))
    body = [
        f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row.values())}</tr>"
        for row in table.rows
    ]
    return "\n".join(
        [
            f"<h2>{escape(table.title)}</h2><p>{escape(table.note)}</p>",
            f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>',
            *body,
            "</tbody></table></div>",
        ]
    )


def _cell(value: object) -> str:
    lines = value if isinstance(value, list) else ["" if value is None else value]
    return "<br>".join(
        escape(f"{one:.2f}" if isinstance(one, float) else str(one)) for one in lines
    )
