"""Measures a trained bot: `python -m rasa_project evaluate` runs this, with its environment set.

Writes `report.json` and `report.html` to a folder. Progress goes to standard error, a line each:
`progress`, how much is done, how much there is, and of what, with tabs between.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from analytics.errors import SalesclerkError
from rasa_project import serving
from rasa_project.evaluation.tables import tables


def main() -> int:
    """Evaluate; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rasa_project evaluate")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="folder of the public sets")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    serving.prepare()
    from rasa_project.evaluation.evaluate import evaluate

    try:
        found = evaluate(options.model, options.data, _progress)
    except SalesclerkError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    # Only now: what draws the plots is not to count among the bot's memory.
    from rasa_project.evaluation.report import html

    shown = tables(found)
    options.output.mkdir(parents=True, exist_ok=True)
    report = {"measures": found, "tables": [asdict(table) for table in shown]}
    text = json.dumps(report, ensure_ascii=False, indent=1)
    (options.output / "report.json").write_text(text + "\n", encoding="utf-8")
    (options.output / "report.html").write_text(html(found, shown), encoding="utf-8")
    return 0


def _progress(what: str, done: int, total: int) -> None:
    print("progress", done, total, what, sep="\t", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
