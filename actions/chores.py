"""What the action server does beside answering."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from actions import retraining
from actions.services import Services
from analytics.errors import SalesclerkError
from analytics.privacy.retention import retain

FIRST_SECONDS: Final = 600.0
"From the start to the first look for what is too old: a start has other things to do."
DAY_SECONDS: Final = 86_400.0
STOPPED_SECONDS: Final = 10.0
"How long what is under way may take to end when the server stops."

logger = logging.getLogger(__name__)


@contextmanager
def chores(services: Services) -> Iterator[None]:
    """Deliver webhooks, delete what is too old, train and read anew, for the `with` block."""
    stop = threading.Event()
    assortment = services.kept_assortment
    threads = [
        threading.Thread(target=services.courier().run, args=(stop,), name="courier", daemon=True),
        threading.Thread(target=_retain, args=(services, stop), name="retention", daemon=True),
        threading.Thread(target=assortment.keep_up, args=(stop,), name="assortment", daemon=True),
        threading.Thread(target=_retrain, args=(services, stop), name="retraining", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(STOPPED_SECONDS)


def _retain(services: Services, stop: threading.Event) -> None:
    wait = FIRST_SECONDS
    while not stop.wait(wait):
        wait = DAY_SECONDS
        try:
            policy = services.privacy.retention
            retain(services.store, services.settings, policy, services.now())
        except SalesclerkError:
            logger.exception("what is too old was not deleted; it is tried again tomorrow")


def _retrain(services: Services, stop: threading.Event) -> None:
    def train() -> bool:
        return retraining.train_aside(services.settings.environ, stop)

    def load() -> object:
        return services.models

    retraining.run(services.training_policy, services.now, train, load, stop)
