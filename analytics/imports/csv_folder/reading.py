"""Reading a CSV file of the folder row by row, each checked against its declared columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from pydantic import ValidationError

from analytics.errors import InvalidFile
from analytics.imports.csv_folder.schema import Row, accepted
from analytics.imports.spreadsheet import csv_rows

_EVERY: Final = 10_000


@dataclass(frozen=True)
class Refused:
    """A row that does not fit its file: why, and its cells as they stand there."""

    line: int
    reason: str
    detail: str
    cells: dict[str, str] | list[str]


@dataclass(frozen=True)
class Accepted:
    """A row that fits its file, with its cells as they stand there."""

    line: int
    row: Row
    cells: dict[str, str]


class CsvFile:
    """An open file of the folder.

    Attributes:
        header: its columns, in its order.

    Raises:
        InvalidFile: not UTF-8 text, no header, a column missing, unknown or there twice.
    """

    def __init__(self, path: Path, kind: type[Row], file: TextIO) -> None:
        self._kind = kind
        self._name = path.name
        self._records = csv_rows(_text(file, path), path)
        _, fields = next(self._records, (0, ()))
        self.header = [str(field).strip() for field in fields]
        _check_header(self.header, kind)

    def rows(self) -> Iterator[Accepted | Refused]:
        """Yield each row that is not blank."""
        width = len(self.header)
        for line, fields in self._records:
            if not any(fields):
                continue
            if len(fields) != width:
                detail = f"{len(fields)} fields where the header has {width}"
                yield Refused(line, "malformed_row", detail, list(fields))
            else:
                yield self._checked(line, dict(zip(self.header, fields, strict=True)))

    def _checked(self, line: int, cells: dict[str, str]) -> Accepted | Refused:
        stripped = {column: cell.strip() for column, cell in cells.items()}
        given = {column: cell for column, cell in stripped.items() if cell}
        try:
            return Accepted(line, self._kind.model_validate(given), cells)
        except ValidationError as error:
            first = error.errors()[0]
        if not first["loc"]:
            return Refused(line, "contradiction", str(first["ctx"]["error"]), cells)
        column = str(first["loc"][0])
        found = repr(given[column]) if column in given else "nothing"
        detail = f"{column}: found {found}, accepted is {accepted(self._kind, column)}"
        return Refused(line, f"invalid_{column}", detail, cells)


def _text(file: TextIO, path: Path) -> Iterator[str]:
    try:
        for line in file:
            if "\0" in line:
                raise InvalidFile(f"{path}: found binary content, accepted is CSV in UTF-8")
            yield line
    except UnicodeDecodeError as error:
        raise InvalidFile(f"{path}: found text that is not UTF-8, accepted is UTF-8") from error


def _check_header(header: Sequence[str], kind: type[Row]) -> None:
    fields = kind.model_fields
    missing = [name for name, field in fields.items() if field.is_required() and name not in header]
    problems = [f"no column {name}" for name in missing]
    problems += [f"an unknown column {name!r}" for name in header if name not in fields]
    problems += [f"the column {name} twice" for name in set(header) if header.count(name) > 1]
    if problems:
        optional = [name for name, field in fields.items() if not field.is_required()]
        required = [name for name in fields if name not in optional]
        raise InvalidFile(
            f"{kind.file}: found {problems[0]}, accepted are the columns {', '.join(required)}"
            f" (required) and {', '.join(optional) or 'no other'}"
        )
