"""What the tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.assistant import Assistant, running_assistant

pytest_plugins = ["tests.postgres"]


def pytest_configure() -> None:
    """Stop the servers that were started, also when the run is ended from outside."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The real assistant on a fresh demo shop, started once for all tests that talk to it."""
    with running_assistant(tmp_path_factory.mktemp("assistant") / "home") as running:
        yield running
