"""Opening the shop's database, migrating it, and one transaction at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from analytics.errors import SettingsError, StoreUnavailable
from analytics.store.synonyms import Synonyms

BUSY_SECONDS: Final = 4.0
"How long a statement waits for a lock: well below the time a conversation may take."
_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class Store:
    """The shop's database: SQLite in WAL mode, or PostgreSQL.

    Args:
        url: a SQLAlchemy URL; `postgresql://` picks the psycopg 3 driver.
        synonyms: words that mean the same, for the search; the embedded ones by default.

    Raises:
        SettingsError: the URL is of no database that Salesclerk keeps a shop in.
    """

    def __init__(self, url: str, synonyms: Synonyms | None = None) -> None:
        self.engine = _engine(url)
        self._info = {"synonyms": synonyms}

    def migrate(self) -> None:
        """Bring the tables to the newest revision; does nothing where they are."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self._translated(), self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session whose changes are all kept at the end, or none when an error leaves.

        Raises:
            StoreUnavailable: the database does not answer, or stays locked for `BUSY_SECONDS`.
        """
        session = Session(self.engine, expire_on_commit=False, info=self._info)
        with self._translated(), session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that only reads; on SQLite it waits for no writer and delays none.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        engine = self.engine.execution_options(read_only=True)
        session = Session(engine, expire_on_commit=False, info=self._info)
        with self._translated(), session:
            yield session

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise StoreUnavailable(f"the shop's database does not answer: {error.orig}") from error


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError("DATABASE_URL", "an unreadable URL", "sqlite or postgresql") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        milliseconds = int(BUSY_SECONDS * 1000)
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": int(BUSY_SECONDS),
                "options": f"-c lock_timeout={milliseconds} -c timezone=UTC",
            },
        )
    raise SettingsError("DATABASE_URL", backend, "sqlite or postgresql")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # pysqlite's own transaction handling is off: it would begin late and lose isolation.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could not wait for another writer.
    reads = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
