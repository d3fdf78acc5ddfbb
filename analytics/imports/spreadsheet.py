"""Reading one table from a CSV, XLSX or Parquet file, cell by cell as it stands there."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import pandas as pd
import pyarrow.parquet as pq
from openpyxl.reader.excel import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pyarrow.lib import ArrowException

from analytics.errors import InvalidFile
from analytics.progress import Progress

FILE: Final = "file"
LINE: Final = "line"
RAGGED: Final = "ragged"
"None, or all fields of a row that has more or fewer of them than the header."

ACCEPTED: Final = "a CSV, XLSX or Parquet file"
ENCODINGS: Final = ("utf-8-sig", "cp1252", "latin-1")
_EVERY: Final = 50_000
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"

type Aliases = Mapping[str, Sequence[str]]
type Row = tuple[int, Sequence[Any]]


def read_table(path: Path, columns: Aliases, progress: Progress) -> pd.DataFrame:
    """Return the file's rows; what kind of file it is, its content says and not its name.

    Args:
        columns: for each column wanted, the headers accepted for it; other columns are left out.

    Returns:
        `FILE` (with the sheet's name for a workbook of several), `LINE` (of the CSV file, row of
        the sheet, or row of the Parquet table counted from 1), `RAGGED`, and the columns wanted,
        holding texts (CSV) or whatever the file holds. Rows without any content are left out.

    Raises:
        InvalidFile: no such file, none of the accepted kinds, damaged, empty, a column missing.
    """
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing there"
        raise InvalidFile(f"{path}: found {found}, accepted is {ACCEPTED}")
    with path.open("rb") as file:
        magic = file.read(4)
    if not magic:
        raise InvalidFile(f"{path}: found an empty file, accepted is {ACCEPTED}")
    if magic == b"PAR1":
        table = _read_parquet(path, columns)
    elif magic.startswith(b"PK"):
        table = _read_workbook(path, columns, progress)
    elif magic == _OLD_EXCEL:
        raise InvalidFile(f"{path}: found an Excel 97 file (.xls), accepted is {ACCEPTED}")
    else:
        table = _read_csv(path, columns, progress)
    if table.empty:
        raise InvalidFile(f"{path}: found a header and no rows, accepted is {ACCEPTED} with rows")
    progress("reading", len(table), len(table))
    return table


def pick(header: Sequence[str], columns: Aliases, name: str) -> dict[str, int]:
    """Return where in `header` each column stands.

    Raises:
        InvalidFile: a column is in the header under none of its names.
    """
    places = {}
    for column, names in columns.items():
        here = [header.index(alias) for alias in names if alias in header]
        if not here:
            wanted = ", ".join(" or ".join(aliases) for aliases in columns.values())
            found = ", ".join(header)[:300] or "nothing"
            raise InvalidFile(
                f"{name}: no column {' or '.join(names)}; found the header {found}, accepted is "
                f"{ACCEPTED} with the columns {wanted}"
            )
        places[column] = here[0]
    return places


def csv_rows(lines: Iterable[str], path: Path) -> Iterator[Row]:
    """Yield the line on which each record of a CSV file begins, and its fields.

    Raises:
        InvalidFile: a field never ends.
    """
    reader = csv.reader(lines)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidFile(f"{path}: the record in line {line} is not CSV: {error}") from error


def _read_parquet(path: Path, columns: Aliases) -> pd.DataFrame:
    with _damage_named(path), pq.ParquetFile(path) as file:
        header = file.schema_arrow.names
        names = {
            header[place]: column for column, place in pick(header, columns, path.name).items()
        }
        table: pd.DataFrame = file.read(columns=list(names)).to_pandas(ignore_metadata=True)
    table = table.rename(columns=names)[list(columns)]
    return table.assign(**{FILE: path.name, LINE: table.index + 1, RAGGED: None})


def _read_csv(path: Path, columns: Aliases, progress: Progress) -> pd.DataFrame:
    content = path.read_bytes()
    if b"\0" in content:
        raise InvalidFile(f"{path}: found binary content, accepted is {ACCEPTED}")
    # latin-1 gives every byte a meaning, so one of the encodings always reads the file.
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    return _table(
        csv_rows(io.StringIO(text, newline=""), path),
        columns,
        path.name,
        text.count("\n"),
        progress,
    )


def _read_workbook(path: Path, columns: Aliases, progress: Progress) -> pd.DataFrame:
    """Read every sheet that has content: the public file comes in one sheet or in two."""
    tables = []
    with _damage_named(path):
        workbook = load_workbook(path, read_only=True, data_only=True)
        for sheet in workbook.worksheets:
            name = path.name if len(workbook.worksheets) == 1 else f"{path.name}#{sheet.title}"
            total = sheet.max_row or 0
            sheet.reset_dimensions()
            rows = enumerate(sheet.iter_rows(values_only=True), start=1)
            table = _table(rows, columns, name, total, progress)
            # A sheet leaves empty cells out at the end of a row.
            tables.append(table.assign(**{RAGGED: None}))
        workbook.close()
    filled = [table for table in tables if not table.empty] or tables[:1]
    return pd.concat(filled, ignore_index=True)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Turn what the libraries raise for a damaged file into an InvalidFile."""
    damage = (ArrowException, InvalidFileException, BadZipFile, zlib.error, ParseError, KeyError)
    try:
        yield
    except InvalidFile:
        raise
    except (*damage, OSError, EOFError, ValueError, RuntimeError) as error:
        raise InvalidFile(
            f"{path}: found a damaged or another file ({error}), accepted is {ACCEPTED}"
        ) from error


def _table(
    rows: Iterator[Row], columns: Aliases, name: str, total: int, progress: Progress
) -> pd.DataFrame:
    """Turn a header and rows into the table of `read_table`."""
    full = ((line, row) for line, row in rows if any(cell not in (None, "") for cell in row))
    _, header = next(full, (0, None))
    names = [*columns, FILE, LINE, RAGGED]
    if header is None:
        return pd.DataFrame(columns=names)
    places = list(pick([str(cell).strip() for cell in header], columns, name).values())
    width = len(header)
    cells: list[list[Any]] = []
    for line, row in full:
        fits = len(row) == width
        picked = [row[place] if place < len(row) else None for place in places]
        cells.append([*picked, name, line, None if fits else list(row)])
        if len(cells) % _EVERY == 0:
            progress("reading", len(cells), max(total, len(cells)))
    return pd.DataFrame(cells, columns=names, dtype=object)
