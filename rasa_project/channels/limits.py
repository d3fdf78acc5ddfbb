"""How much one speaker may send."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from rasa_project.channels.problems import Problem

WINDOW_SECONDS = 60.0
MOST_WAITING = 8
"Messages of one conversation under way at once; they are answered one after the other."


class Limiter:
    """Counts messages by conversation, in this process.

    Args:
        per_minute: the most messages of one conversation in any minute.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._sent: dict[str, deque[float]] = {}
        self._waiting: dict[str, int] = {}
        self._swept = time.monotonic()

    @contextmanager
    def admit(self, conversation_id: str) -> Iterator[None]:
        """Let a message in for as long as the `with` block lasts.

        Raises:
            Problem: 429, too many messages.
        """
        now = time.monotonic()
        self._forget_quiet(now)
        sent = self._sent.setdefault(conversation_id, deque())
        while sent and sent[0] <= now - WINDOW_SECONDS:
            sent.popleft()
        waiting = self._waiting.get(conversation_id, 0)
        if len(sent) >= self._per_minute or waiting >= MOST_WAITING:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"At most {self._per_minute} messages a minute and {MOST_WAITING} at once.",
            )
        sent.append(now)
        self._waiting[conversation_id] = waiting + 1
        try:
            yield
        finally:
            self._waiting[conversation_id] -= 1
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]

    def _forget_quiet(self, now: float) -> None:
        """Once a window, drop the conversations that sent nothing in the last one."""
        if now - self._swept < WINDOW_SECONDS:
            return
        self._swept = now
        for quiet in [key for key, sent in self._sent.items() if sent[-1] <= now - WINDOW_SECONDS]:
            del self._sent[quiet]
