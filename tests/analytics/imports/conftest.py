"""Stores to import into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.store import Store
from tests.analytics.imports.helpers import copied


@pytest.fixture(scope="session")
def empty_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied and not opened."""
    path = tmp_path_factory.mktemp("empty") / "shop.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_shop: Path) -> Iterator[Store]:
    """An empty shop database in SQLite."""
    store = copied(empty_shop, tmp_path / "shop.db")
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty shop database, on each database that Salesclerk supports."""
    if request.param == "sqlite":
        yield request.getfixturevalue("store")
        return
    store = Store(request.getfixturevalue("fresh_postgres_url"))
    store.migrate()
    yield store
    store.close()
