"""What an import tells: a summary, and a file with every row that it refused."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from analytics.errors import InvalidFile

REPORT_COLUMNS: Final = ("file", "line", "reason", "detail", "row")


@dataclass(frozen=True)
class ImportSummary:
    """What an import read, refused and wrote.

    Attributes:
        source: online-retail or csv.
        read: rows in the input, headers not counted.
        rejected: rows refused, by reason; each stands in the report.
        anonymous: accepted sales that name no customer (rows of online-retail, orders of csv).
        added: new rows of the store, by table; a table without any is left out.
        changed: rows of the store that now hold something else, by table.
        report: the file with the refused rows.
    """

    source: str
    read: int
    rejected: dict[str, int]
    anonymous: int
    added: dict[str, int]
    changed: dict[str, int]
    report: Path

    @property
    def accepted(self) -> int:
        """Rows of the input that were not refused."""
        return self.read - sum(self.rejected.values())


class RejectionReport:
    """The CSV file of refused rows, with the columns `REPORT_COLUMNS`.

    Written aside and put in place when the block ends well, so that a failed import leaves the
    report of the import before it. `row` is the refused row as JSON: an object by column name, or
    a list of fields where the row does not fit its header.

    Raises:
        InvalidFile: the report cannot be written there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._draft = path.with_name(f"{path.name}.{os.getpid()}.part")

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.is_dir():
                raise IsADirectoryError("it is a folder")
            self._file = self._draft.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise InvalidFile(
                f"report {self.path}: cannot be written ({error}), accepted is a file name in a "
                "folder that can be written to"
            ) from error
        self._writer = csv.writer(self._file)
        self._writer.writerow(REPORT_COLUMNS)
        return self

    def add(
        self, file: str, line: int, reason: str, detail: str, row: dict[str, Any] | Sequence[Any]
    ) -> None:
        """Record that `line` of `file` is refused."""
        self.counts[reason] += 1
        text = json.dumps(row, ensure_ascii=False, default=str)
        self._writer.writerow((file, line, reason, detail, text))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if error is None:
            self._draft.replace(self.path)
        else:
            self._draft.unlink()
