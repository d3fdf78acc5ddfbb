"""Import of a shop's own data: a folder with one CSV file a table, as docs/importing.md has it."""

from __future__ import annotations

from io import TextIOWrapper
from itertools import batched
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from analytics.errors import InvalidFile
from analytics.imports.csv_folder.reading import Accepted, CsvFile, Refused
from analytics.imports.csv_folder.schema import TABLES, Row, ShopRow
from analytics.imports.csv_folder.upsert import Upsert
from analytics.imports.report import ImportSummary, RejectionReport
from analytics.imports.target import claim
from analytics.progress import Progress, silent
from analytics.store import Store, catalogue, consents
from analytics.store.models import Shop

SOURCE: Final = "csv"
BATCH: Final = 2_000


def import_csv(
    store: Store,
    path: Path,
    report: Path,
    progress: Progress = silent,
    *,
    replace: bool = False,
) -> ImportSummary:
    """Bring the files of a folder into the store, in one transaction.

    A row whose key the store knows changes that row, in the columns that the file has; any other
    is added; nothing is deleted. Memory holds the keys of a file, and not its rows.

    Args:
        store: migrated.
        path: a folder with some of the files of `schema.TABLES`; and with shop.csv, unless the
            store has the shop already.
        report: where to write the refused rows.
        replace: empty the store first, whatever shop it holds.

    Raises:
        InvalidFile: a file cannot be used, the report not be written, or the store holds another
            shop; nothing has changed then.
        StoreUnavailable: the database does not answer, or another import runs.
    """
    files = _files(path)
    shop = _read_shop(files[ShopRow.file]) if ShopRow.file in files else None
    read = 0
    written: list[Upsert] = []
    with store.transaction() as session, RejectionReport(report) as rejections:
        shop = shop or _held_shop(session, path, replace)
        claim(session, shop, replace=replace)
        for kind in TABLES:
            if kind.file in files:
                upsert = Upsert(session, kind, shop.currency)
                read += _import_file(files[kind.file], kind, upsert, rejections, progress)
                written.append(upsert)
        consents.mark_marketing(session)
        catalogue.reindex(session)
    return ImportSummary(
        source=SOURCE,
        read=read,
        rejected=dict(rejections.counts),
        anonymous=sum(upsert.anonymous for upsert in written),
        added={upsert.table: upsert.added for upsert in written if upsert.added},
        changed={upsert.table: upsert.changed for upsert in written if upsert.changed},
        report=report,
    )


def _import_file(
    path: Path, kind: type[Row], upsert: Upsert, rejections: RejectionReport, progress: Progress
) -> int:
    """Write the rows of one file; return how many it has."""
    size = path.stat().st_size
    read = 0
    with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
        table = CsvFile(path, kind, file)
        for batch in batched(table.rows(), BATCH):
            good = [row for row in batch if isinstance(row, Accepted)]
            refused = [row for row in batch if isinstance(row, Refused)]
            refused += upsert.write(good, table.header)
            for row in sorted(refused, key=lambda one: one.line):
                rejections.add(path.name, row.line, row.reason, row.detail, row.cells)
            read += len(batch)
            progress(f"importing {path.name}", raw.tell(), size)
    return read


def _files(folder: Path) -> dict[str, Path]:
    """Return the CSV files of the folder by name."""
    known = [ShopRow.file, *(kind.file for kind in TABLES)]
    accepted = f"accepted is a folder with some of {', '.join(known)}"
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing there"
        raise InvalidFile(f"{folder}: found {found}, {accepted}")
    files = {path.name: path for path in folder.iterdir() if path.suffix.lower() == ".csv"}
    if not files:
        raise InvalidFile(f"{folder}: found no CSV file, {accepted}")
    if unknown := sorted(files.keys() - set(known)):
        raise InvalidFile(f"{folder}: found {unknown[0]}, {accepted}")
    return files


def _read_shop(path: Path) -> Shop:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(CsvFile(path, ShopRow, file).rows())
    if len(rows) != 1 or isinstance(rows[0], Refused):
        problem = rows[0].detail if rows and isinstance(rows[0], Refused) else f"{len(rows)} rows"
        raise InvalidFile(f"{path}: {problem}; accepted is one row with name and currency")
    return Shop(**rows[0].row.model_dump(), source=SOURCE)


def _held_shop(session: Session, folder: Path, replace: bool) -> Shop:
    """Return the shop of the store for a folder that does not tell of one."""
    held = None if replace else catalogue.shop(session)
    if held is None:
        raise InvalidFile(f"{folder}: found no {ShopRow.file}, which tells the new shop's name")
    return Shop(name=held.name, currency=held.currency, source=SOURCE)
