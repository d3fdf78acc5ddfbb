"""The shop's assortment, read from its records once in a while."""

from __future__ import annotations

import time
from threading import Lock
from typing import Final

from sqlalchemy.orm import Session

from analytics.recommend.guide import Assortment
from analytics.store import frames

SECONDS: Final = 300.0
"So old may it be; what is suggested in the end is looked up as it is now."


class KeptAssortment:
    """The assortment as of the last reading; several turns at once share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._read_at = -SECONDS
        self._assortment: Assortment | None = None

    def get(self, session: Session) -> Assortment:
        """Return the assortment, read anew where it is too old."""
        with self._lock:
            if self._assortment is None or time.monotonic() - self._read_at > SECONDS:
                self._assortment = Assortment.build(*frames.assortment(session))
                self._read_at = time.monotonic()
            return self._assortment
