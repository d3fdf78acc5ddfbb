"""One constructed shop, filled once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.service import ServiceDesk
from analytics.store import Store
from tests.analytics.service.shop import Counter, fill, policy


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a filled store."""
    path = tmp_path_factory.mktemp("service") / "shop.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    with store.transaction() as session:
        fill(session)
    store.close()
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    """The constructed shop, for one test."""
    shutil.copy(filled, tmp_path / "shop.db")
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    yield store
    store.close()


@pytest.fixture
def counter(store: Store) -> Counter:
    return Counter(store, ServiceDesk(policy()))
