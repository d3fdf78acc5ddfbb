"""The report as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from rasa_project.evaluation import plots
from rasa_project.evaluation.tables import Table

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 0.25rem 0.75rem; text-align: right; border-bottom: 1px solid #ddd;
  font-variant-numeric: tabular-nums; vertical-align: top; }
td.words, th.words { text-align: left; }
.wide { overflow-x: auto; }
figure { display: inline-block; margin: 0 1rem 1rem 0; max-width: 100%; }
svg { max-width: 100%; height: auto; }
p { max-width: 45rem; }
"""


def html(found: Mapping[str, Any], tables: Sequence[Table]) -> str:
    """Return the page of what `evaluate` found."""
    left_out = [
        f"<p>Left out, as it was not at hand: {escape(one)}.</p>" for one in found["left_out"]
    ]
    drawn = [
        plots.trade_off(found["trade_off"], found["scope"]["both"]["shipped"]),
        plots.reliability(found["calibration"]),
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>How well the assistant understands</title><style>{_STYLE}</style>",
            "</head><body>",
            "<h1>How well the assistant understands</h1>",
            f"<p>Model {escape(found['model'])}, measured {escape(found['made'])}.</p>",
            *left_out,
            *(f"<figure>{svg}</figure>" for svg in drawn),
            *map(_table, tables),
            "</body></html>\n",
        ]
    )


def _table(table: Table) -> str:
    rows = [_row("td", row, table.words) for row in table.rows]
    head = _row("th", table.columns, table.words)
    return "\n".join(
        [
            f"<h2>{escape(table.title)}</h2><p>{escape(table.note)}</p>",
            f'<div class="wide"><table><thead>{head}</thead><tbody>',
            *rows,
            "</tbody></table></div>",
        ]
    )


def _row(tag: str, cells: Sequence[str], words: Sequence[int]) -> str:
    kinds = (' class="words"' if at in words else "" for at in range(len(cells)))
    shown = (
        f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True)
    )
    return f"<tr>{''.join(shown)}</tr>"
