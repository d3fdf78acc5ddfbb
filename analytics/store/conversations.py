"""The Rasa server's own tables: what was said and answered, by conversation.

They stand in a database of their own, or beside the shop's tables on PostgreSQL. Which ones there
are is read from the database: every table, other than the shop's, that names a conversation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import MetaData, Table, delete, select

from analytics.store.bulk import chunks
from analytics.store.engine import Store
from analytics.store.models import Base

NAMES: Final = ("sender_id", "conversation_id")
"What a column is called that names the conversation."
TIMES: Final = ("timestamp", "at")
"What a column is called that holds the time, in seconds since 1970."
_BATCH: Final = 500


@dataclass(frozen=True)
class Said:
    """One row about a conversation."""

    table: str
    conversation_id: str
    values: dict[str, Any]


class Conversations:
    """Everything that the Rasa server keeps of conversations.

    Args:
        url: of its database, as `Settings.conversations_url`.
    """

    def __init__(self, url: str) -> None:
        self._store = Store(url, contact_keys=())

    def said(self, conversations: Collection[str] | None = None) -> Iterator[Said]:
        """Yield the rows of these conversations, or of all, each table by time."""
        for table, name in self._tables().items():
            query = select(table).order_by(*table.primary_key)
            with self._store.reading() as session:
                parts = [None] if conversations is None else chunks(sorted(conversations), _BATCH)
                for part in parts:
                    asked = query if part is None else query.where(table.c[name].in_(part))
                    for row in session.execute(asked).yield_per(_BATCH):
                        values = dict(row._mapping)
                        yield Said(table.name, str(values[name]), values)

    def delete(self, conversations: Collection[str]) -> Counter[str]:
        """Delete everything of these conversations; return the rows of each table."""
        done: Counter[str] = Counter()
        with self._store.transaction() as session:
            for table, name in self._tables().items():
                for part in chunks(sorted(conversations), _BATCH):
                    gone = session.connection().execute(
                        delete(table).where(table.c[name].in_(part))
                    )
                    done[table.name] += gone.rowcount
        return done

    def replace(self, changed: Collection[Said]) -> None:
        """Write rows that `said` gave and that have changed since."""
        tables = {table.name: table for table in self._tables()}
        with self._store.transaction() as session:
            for row in changed:
                table = tables[row.table]
                own = [key == row.values[key.name] for key in table.primary_key]
                session.connection().execute(table.update().where(*own).values(row.values))

    def delete_before(self, moment: datetime, *, dry_run: bool = False) -> Counter[str]:
        """Delete what was said before a moment; return the rows of each table."""
        done: Counter[str] = Counter()
        with self._store.transaction() as session:
            for table in self._tables():
                for time in (table.c[one] for one in TIMES if one in table.c):
                    old = time < moment.timestamp()
                    count = select(table.c[next(iter(table.primary_key)).name]).where(old)
                    done[table.name] += len(session.execute(count).all())
                    if not dry_run:
                        session.connection().execute(delete(table).where(old))
        return done

    def scrub(self) -> None:
        """See `Store.scrub`."""
        self._store.scrub()

    def close(self) -> None:
        self._store.close()

    def _tables(self) -> dict[Table, str]:
        """Return each table with the column that names the conversation."""
        metadata = MetaData()
        with self._store.reading() as session:
            ours = Base.metadata.tables.keys()
            metadata.reflect(
                session.connection(), only=lambda name, _: name not in ours, resolve_fks=False
            )
        return {
            table: name for table in metadata.sorted_tables for name in NAMES if name in table.c
        }
