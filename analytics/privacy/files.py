"""A person's data in the files of the home: logs, reports, tables, invoices, published models."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Final

import numpy as np
import pandas as pd

from analytics import artifacts
from analytics.identity import FILES_FOLDER
from analytics.privacy.traces import Traces
from analytics.settings import Settings

LOGS: Final = "*.log"
LINES: Final = frozenset({".log", ".txt", ".jsonl"})
"Files of which the lines are dropped that tell of the person."
TEXTS: Final = frozenset({".json", ".html", ".md", ".yml", ".yaml", ".svg", ".xml"})
"Files in which the person is blotted out."
_IDS: Final = ("id", "customer_id", "user_id")
"Columns in which the id stands alone."


def documents(settings: Settings) -> Iterator[Path]:
    """Yield the files of the home that anybody may have written about customers."""
    apart = {settings.artifacts, settings.bot_models, settings.home / FILES_FOLDER}
    for path in sorted(settings.home.rglob("*")):
        inside = apart.isdisjoint(path.parents)
        if path.is_file() and not path.is_symlink() and inside and path.name != "secrets.json":
            yield path


def clean(path: Path, traces: Traces, *, dry_run: bool = False) -> bool:
    """Take the person out of a file; return whether it told of the person.

    Files of kinds that nothing here writes about customers, such as databases, stay.
    """
    kind = path.suffix.lower()
    if kind == ".parquet":
        return _clean_table(path, traces, dry_run)
    change = _change(path)
    if change is None:
        return False
    before = path.read_bytes()
    after = change(before.decode("utf-8", errors="surrogateescape"), traces).encode(
        "utf-8", errors="surrogateescape"
    )
    if after == before:
        return False
    if not dry_run:
        _rewrite(path, after, in_place=kind in LINES)
    return True


def mentions(path: Path, traces: Traces) -> list[str]:
    """Return the lines of a log that tell of the person."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return [line for line in text.splitlines() if line in traces]


def invoices(settings: Settings, keys: frozenset[str]) -> list[Path]:
    """Return the published files of these keys that are still there."""
    folder = settings.home / FILES_FOLDER
    return [path for key in sorted(keys) if (path := folder / f"{key}.pdf").is_file()]


def unshared_invoices(settings: Settings, shared: frozenset[str]) -> list[Path]:
    """Return the published files to which no conversation of anybody else links."""
    folder = settings.home / FILES_FOLDER
    return [path for path in sorted(folder.glob("*.pdf")) if path.stem not in shared]


def versions_about(root: Path, traces: Traces) -> list[str]:
    """Return the published versions of the models in which the person is."""
    return [
        version
        for version in artifacts.versions(root)
        if any(_tells(path, traces) for path in (root / version).rglob("*") if path.is_file())
    ]


def _tells(path: Path, traces: Traces) -> bool:
    kind = path.suffix.lower()
    if kind == ".parquet":
        return bool(_about(pd.read_parquet(path), traces).any())
    if kind == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return any(
                bool((arrays[name].astype(str) == traces.customer_id).any())
                for name in arrays.files
                if arrays[name].dtype.kind in "SU"
            )
    text = path.read_text("utf-8", errors="replace") if kind in LINES | TEXTS else ""
    return text in traces or json.dumps(traces.customer_id) in text


def _about(table: pd.DataFrame, traces: Traces) -> pd.Series[bool]:
    """Return which rows of a table are about the person."""
    found = pd.Series(False, index=table.index)
    for name in table.columns:
        column = table[name]
        if not pd.api.types.is_numeric_dtype(column):
            found |= column.map(
                lambda cell: (
                    isinstance(cell, str) and (cell == traces.customer_id or cell in traces)
                )
            ).astype(bool)
    return found


def _clean_table(path: Path, traces: Traces, dry_run: bool) -> bool:
    table = pd.read_parquet(path)
    about = _about(table, traces)
    if about.any() and not dry_run:
        content = io.BytesIO()
        table[~about].to_parquet(content, index=False)
        _rewrite(path, content.getvalue(), in_place=False)
    return bool(about.any())


def _change(path: Path) -> Callable[[str, Traces], str] | None:
    """Return how a file of this kind is cleaned, or None."""
    if path.name == "personas.json":
        return _without_persona
    kind = path.suffix.lower()
    if kind == ".csv":
        return _without_rows
    if kind in LINES:
        return _without_lines
    return _blotted if kind in TEXTS else None


def _without_lines(text: str, traces: Traces) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if line not in traces)


def _blotted(text: str, traces: Traces) -> str:
    return str(traces.without(text))


def _without_rows(text: str, traces: Traces) -> str:
    # One row may span lines, where a cell has quotes.
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = rows[0] if rows else []
    ids = [at for at, name in enumerate(header) if name in _IDS]
    kept = [
        row
        for row in rows
        if not any(cell in traces for cell in row)
        and not any(at < len(row) and row[at] == traces.customer_id for at in ids)
    ]
    if len(kept) == len(rows):
        return text
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(kept)
    return written.getvalue()


def _without_persona(text: str, traces: Traces) -> str:
    document = json.loads(text)
    kept = [one for one in document["personas"] if one["customer_id"] != traces.customer_id]
    if len(kept) == len(document["personas"]):
        return text
    return json.dumps({**document, "personas": kept}, ensure_ascii=False, indent=1)


def _rewrite(path: Path, content: bytes, *, in_place: bool) -> None:
    """Write a file anew; in place where another process may go on writing to it."""
    if in_place:
        with path.open("r+b") as file:
            file.write(content)
            file.truncate()
        return
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        draft.write_bytes(content)
        shutil.copymode(path, draft)
        os.replace(draft, path)  # noqa: PTH105
    finally:
        draft.unlink(missing_ok=True)
