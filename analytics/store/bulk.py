"""Rows between tables of pandas and tables of the store, in chunks, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd
from sqlalchemy import insert
from sqlalchemy.orm import Session

from analytics.progress import Progress
from analytics.store.models import Base

CHUNK: Final = 10_000


def chunks[T](values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Yield `values` in order, `size` at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def tuples(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `columns` as plain Python values."""
    return zip(*(table[column].tolist() for column in columns), strict=True)


def insert_frame(
    session: Session, model: type[Base], rows: pd.DataFrame, progress: Progress
) -> None:
    """Insert `rows`, whose columns are columns of the model's table; NaN and NaT become NULL."""
    names = [str(name) for name in rows.columns]
    for start in range(0, len(rows), CHUNK):
        chunk = rows.iloc[start : start + CHUNK].astype(object)
        chunk[chunk.isna()] = None
        records = [dict(zip(names, row, strict=True)) for row in tuples(chunk, *names)]
        session.connection().execute(insert(model), records)
        progress(f"writing {model.__tablename__}", start + len(records), len(rows))
