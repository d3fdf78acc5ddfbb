"""Where conversations are kept: Rasa's SQL store, with the latest ones at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session

AT_HAND: Final = 256
"Conversations kept in memory."


class AtHand(NamedTuple):
    """A conversation in memory, and how many of its events the database holds."""

    tracker: DialogueStateTracker
    written: int


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store that does not read back what this process wrote last.

    A conversation is taken out of memory for its turn and put back once the turn is saved, so a
    turn that fails leaves nothing half-done: the next one reads the database. One Rasa server
    only: a second one would not see what the first has written. What is erased from the database
    meanwhile is forgotten here too, and not written back.

    Args:
        host: SQLAlchemy URL, as Rasa hands over `url` of the endpoint.
    """

    def __init__(self, host: str, **kwargs: Any) -> None:
        super().__init__(host=host, **kwargs)
        self._at_hand: OrderedDict[str, AtHand] = OrderedDict()
        self._written: dict[str, int | None] = {}
        "Of conversations in a turn: how many events the database has; None where Rasa counts."
        self.engine: sa.engine.Engine = open_engine(host)
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation's tracker, or None where it is new."""
        known = self._at_hand.pop(sender_id, None)
        if known is not None and self._holds(sender_id):
            self._written[sender_id] = known.written
            return known.tracker
        tracker = await super().retrieve(sender_id)
        if tracker is None:
            self._written.pop(sender_id, None)
        else:
            self._written[sender_id] = None
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the tracker's new events, and keep it at hand; not of one erased meanwhile."""
        if tracker.sender_id in self._written and not self._holds(tracker.sender_id):
            del self._written[tracker.sender_id]
            return
        await super().save(tracker)
        self._written.pop(tracker.sender_id, None)
        # Read again from the database, a tracker has its latest session only; so it is kept at
        # hand only for as long as it has a single one.
        if sum(isinstance(event, SessionStarted) for event in tracker.events) > 1:
            return
        self._at_hand[tracker.sender_id] = AtHand(tracker, len(tracker.events))
        if len(self._at_hand) > AT_HAND:
            self._at_hand.popitem(last=False)

    def _additional_events(
        self, session: Session, tracker: DialogueStateTracker
    ) -> Iterator[Event]:
        """Return the tracker's events that are not in the database yet."""
        written = self._written.get(tracker.sender_id)
        if written is None:
            return iter(super()._additional_events(session, tracker))
        return islice(tracker.events, written, None)

    def _holds(self, sender_id: str) -> bool:
        """Return whether the database has anything of the conversation."""
        with self.session_scope() as session:
            query = session.query(self.SQLEvent.id).filter(self.SQLEvent.sender_id == sender_id)
            return query.first() is not None


def open_engine(url: str) -> sa.engine.Engine:
    """Return an engine whose connections stay open, also to SQLite.

    SQLAlchemy 1.4 closes a SQLite file after each use, and the last one to close tidies it up: that
    took a tenth of a turn.
    """
    engine = sa.create_engine(url, poolclass=sa.pool.QueuePool)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _use_write_ahead_log)
    return engine


def _use_write_ahead_log(connection: Any, _record: Any) -> None:
    """Make SQLite's writers and readers not wait for one another."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
