"""What the action server does beside answering."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from actions.services import Services

STOPPED_SECONDS: Final = 10.0
"How long an attempt under way may take to end when the server stops."


@contextmanager
def chores(services: Services) -> Iterator[None]:
    """Deliver webhooks for the `with` block."""
    stop = threading.Event()
    thread = threading.Thread(
        target=services.courier().run, args=(stop,), name="courier", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOPPED_SECONDS)
