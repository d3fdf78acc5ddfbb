"""Opening the shop's database, migrating it, and one transaction at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from analytics.errors import SettingsError, StoreUnavailable
from analytics.settings import Settings
from analytics.store import contacts, encryption
from analytics.store.synonyms import Synonyms

BUSY_SECONDS: Final = 4.0
"How long a statement waits for a lock: well below the time a conversation may take."
_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class Store:
    """The shop's database: SQLite in WAL mode, or PostgreSQL.

    Args:
        url: a SQLAlchemy URL; `postgresql://` picks the psycopg 3 driver.
        synonyms: words that mean the same, for the search; the embedded ones by default.
        contact_keys: encrypt the contact columns, newest first; those of the settings by default,
            so that nobody writes plain text among encrypted rows by mistake.

    Raises:
        SettingsError: the URL is of no database that Salesclerk keeps a shop in, or a key is none.
    """

    def __init__(
        self,
        url: str,
        synonyms: Synonyms | None = None,
        contact_keys: Sequence[str] | None = None,
    ) -> None:
        self.engine = _engine(url)
        keys = Settings.from_environment().contact_keys if contact_keys is None else contact_keys
        contacts.use_keys(self.engine.dialect, keys)
        self._info = {"synonyms": synonyms}

    def migrate(self) -> None:
        """Bring the tables to the newest revision; does nothing where they are.

        Raises:
            WrongContactKey: contacts are encrypted, and no key at hand opens them.
            StoreUnavailable: the database does not answer.
        """
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self._translated(), self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        with self.reading() as session:
            encryption.require_keys(session)

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

    def scrub(self) -> None:
        """Let no byte of what was deleted or changed stay in the file; PostgreSQL sees to its own.

        Raises:
            StoreUnavailable: somebody kept reading or writing for `BUSY_SECONDS`; try again.
        """
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("VACUUM")
            # The log of writes holds the old pages until it is cut to nothing.
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"the file could not be made anew: {error}") from error
        finally:
            connection.close()
        if busy:
            raise StoreUnavailable("the file could not be made anew: somebody reads it; try again")

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
