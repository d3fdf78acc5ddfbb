"""Writing checked rows: new ones are added, known ones changed where the file says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    column,
    insert,
    inspect,
    literal,
    select,
    update,
    values,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from analytics.imports.csv_folder.reading import Accepted, Refused
from analytics.imports.csv_folder.schema import Row
from analytics.store.contacts import Contact
from analytics.store.models import Base

type Key = tuple[Any, ...]
IDENTITY: Final = "(identity)"
"Where a changed row carries its primary key; no column is called so."


class Stored(NamedTuple):
    """A row that the store has: its primary key, and the columns asked for."""

    identity: tuple[Any, ...]
    values: tuple[Any, ...]


class Upsert:
    """Writes the rows of one file to its table.

    Attributes:
        table: the table's name.
        added, changed: rows of the table so far.
        anonymous: rows written so far that could name a customer and do not.
    """

    def __init__(self, session: Session, kind: type[Row], currency: str) -> None:
        self.table = kind.table.__tablename__
        self.added = 0
        self.changed = 0
        self.anonymous = 0
        self._session = session
        self._kind = kind
        self._constants = {"currency": currency} if hasattr(kind.table, "currency") else {}
        self._empty = (
            session.scalars(select(literal(1)).select_from(kind.table).limit(1)).first() is None
        )
        self._identity = list(inspect(kind.table).primary_key)
        self._seen: set[Key] = set()
        self._known = {column: _keys(session, table) for column, table in kind.refers.items()}
        self._keys = (
            None if kind.keys is None else {tuple(key) for key in session.execute(kind.keys)}
        )

    def write(self, rows: Sequence[Accepted], header: Sequence[str]) -> list[Refused]:
        """Write `rows`; return those that repeat a key of the file or refer to nothing.

        Args:
            header: the columns that the file has; of a known row only these change.
        """
        good: dict[Key, dict[str, Any]] = {}
        refused = []
        for accepted in rows:
            row = accepted.row.model_dump()
            key = tuple(row[name] for name in self._kind.key)
            if refusal := self._refusal(row, key):
                refused.append(Refused(accepted.line, *refusal, accepted.cells))
            else:
                self._seen.add(key)
                good[key] = row
        columns = [*self._kind.key, *(name for name in header if name not in self._kind.key)]
        stored = self._stored(list(good), columns)
        new = [row | self._constants for key, row in good.items() if key not in stored]
        other = [
            row | {IDENTITY: stored[key].identity}
            for key, row in good.items()
            if key in stored and stored[key].values != tuple(row[name] for name in columns)
        ]
        if new:
            self._session.connection().execute(insert(self._kind.table), new)
        if other:
            self._update(other, columns)
        self.added += len(new)
        self.changed += len(other)
        self.anonymous += sum(row.get("customer_id", "") is None for row in good.values())
        return refused

    def _refusal(self, row: dict[str, Any], key: Key) -> tuple[str, str] | None:
        """Return reason and detail where the row cannot be written."""
        if key in self._seen:
            return "duplicate", f"an earlier line has the same {', '.join(self._kind.key)}"
        for name, known in self._known.items():
            if row[name] is not None and row[name] not in known:
                table = self._kind.refers[name].__tablename__
                return f"unknown_{name}", f"{name}: found {row[name]!r}, not in {table}"
        if self._keys is not None and key not in self._keys:
            name = self._kind.key[-1]
            return f"unknown_{name}", f"{name}: found {row[name]!r}, not one of {key[0]!r}"
        return None

    def _stored(self, keys: list[Key], names: list[str]) -> dict[Key, Stored]:
        """Return the rows that have one of `keys`, maybe others too, by their keys.

        Args:
            names: columns, those of the key first.
        """
        if self._empty or not keys:
            return {}
        columns = [self._column(name) for name in names]
        width = len(self._kind.key)
        # A join with the keys uses the index; (a, b) IN (...) would scan the table on SQLite.
        # Contact data may be encrypted, each time otherwise: they are compared here, not there.
        compared = [at for at in range(width) if not isinstance(columns[at].type, Contact)]
        listed = values(*(column(columns[at].key, columns[at].type) for at in compared)).data(
            list(dict.fromkeys(tuple(key[at] for at in compared) for key in keys))
        )
        sought = listed.cte("sought")
        same = [_equal(columns[at], sought.c[columns[at].key]) for at in compared]
        query = select(*self._identity, *columns).join(sought, and_(*same))
        own = len(self._identity)
        return {
            tuple(row[own : own + width]): Stored(tuple(row[:own]), tuple(row[own:]))
            for row in self._session.execute(query)
        }

    def _update(self, rows: list[dict[str, Any]], columns: list[str]) -> None:
        key = self._kind.key
        same = and_(*(one == bindparam(f"own_{one.key}") for one in self._identity))
        sets: dict[str, Any] = {name: bindparam(name) for name in columns if name not in key}
        parameters = [
            {
                f"own_{one.key}": value
                for one, value in zip(self._identity, row[IDENTITY], strict=True)
            }
            | {name: row[name] for name in sets}
            for row in rows
        ]
        statement = update(self._kind.table).where(same).values(sets)
        self._session.connection().execute(statement, parameters)

    def _column(self, name: str) -> InstrumentedAttribute[Any]:
        attribute: InstrumentedAttribute[Any] = getattr(self._kind.table, name)
        return attribute


def _equal(ours: InstrumentedAttribute[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that both are the same, or both missing."""
    # Not for every column, since PostgreSQL uses no index then.
    if ours.nullable:
        return ours.is_not_distinct_from(other)
    return ours == other


def _keys(session: Session, table: type[Base]) -> set[str]:
    """Return every primary key of `table`."""
    return set(session.scalars(select(*inspect(table).primary_key)))
