"""Tells the open streams that something happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

LOOKED_EVERY: Final = 1.0
"Seconds between looks for what something else than this server's routes has written."
MOST_WAITING: Final = 100
"Signals that a stream may lag behind: what is lost then is only that somebody was typing."


@dataclass(frozen=True)
class Signal:
    """Something that is not kept: somebody types."""

    kind: str
    handoff_id: int
    sender: str
    data: dict[str, Any]


@dataclass(eq=False)
class Listener:
    """One open stream.

    Attributes:
        agent: the agent whose stream it is, or None for a customer's.
        handoff_id: of a customer's stream, the handoff that it shows.
    """

    agent: str | None
    handoff_id: int | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    signals: asyncio.Queue[Signal] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))


class Hub:
    """The streams that are open in this process.

    Args:
        latest: number of the last message in the database; called in a thread.
    """

    def __init__(self, latest: Callable[[], int]) -> None:
        self._latest = latest
        self._listeners: set[Listener] = set()
        self._known = 0

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Have a stream told of what happens, for the `with` block."""
        self._listeners.add(listener)
        self.wake()
        try:
            yield
        finally:
            self._listeners.discard(listener)
            self.wake()

    def show(self, listener: Listener, handoff_id: int | None) -> None:
        """Keep which handoff a customer's stream shows, None for none."""
        if listener.handoff_id != handoff_id:
            listener.handoff_id = handoff_id
            self.wake()

    def wake(self) -> None:
        """Have every stream look for new messages."""
        for listener in self._listeners:
            listener.changed.set()

    def signal(self, signal: Signal) -> None:
        """Pass a signal to those whom it concerns: not to who sent it."""
        for listener in self._listeners:
            if listener.agent is None:
                concerned = signal.sender == "agent" and listener.handoff_id == signal.handoff_id
            else:
                concerned = signal.sender == "customer"
            if concerned and not listener.signals.full():
                listener.signals.put_nowait(signal)
                listener.changed.set()

    def present(self, agent: str) -> bool:
        """Return whether an agent has a stream open."""
        return any(listener.agent == agent for listener in self._listeners)

    def watched(self) -> frozenset[int]:
        """Return the handoffs whose customers have a stream open."""
        return frozenset(
            listener.handoff_id
            for listener in self._listeners
            if listener.agent is None and listener.handoff_id is not None
        )

    async def look(self) -> None:
        """Wake the streams whenever the database has more than before; runs for ever."""
        while True:
            await asyncio.sleep(LOOKED_EVERY)
            if not self._listeners:
                continue
            latest = await asyncio.to_thread(self._latest)
            if latest != self._known:
                self._known = latest
                self.wake()
