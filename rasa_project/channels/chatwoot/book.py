"""What customers said in Chatwoot and has not been answered yet, kept until it is.

Chatwoot is told at once that its webhook arrived, and does not send it again: from then on it is
ours not to lose, also when this server is started anew.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict

import sqlalchemy as sa

from rasa_project.channels.chatwoot.events import Said
from rasa_project.conversations import open_engine

KEPT_SECONDS = 7 * 24 * 3600
"For so long a repeated webhook is known."

_metadata = sa.MetaData()
_said = sa.Table(
    "chatwoot_said",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    # By this name what belongs to a customer is found, to be shown or erased.
    sa.Column("conversation_id", sa.String(64), nullable=False),
    # What was said, as JSON; nothing once it is answered.
    sa.Column("said", sa.Text),
    sa.Column("posted", sa.Integer, nullable=False),
)


class Book:
    """Said and not answered, in the conversations' database.

    Args:
        url: SQLAlchemy URL of that database.
        conversation: returns the id of the conversation in which something was said.
    """

    def __init__(self, url: str, conversation: Callable[[Said], str]) -> None:
        self._conversation = conversation
        self._engine = open_engine(url)
        _metadata.create_all(self._engine)

    def begin(self, said: Said) -> bool:
        """Keep what was said; return whether it is new."""
        now = time.time()
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(_said).where(_said.c.at < now - KEPT_SECONDS))
                row = {
                    "key": said.key,
                    "at": now,
                    "conversation_id": self._conversation(said),
                    "said": json.dumps(asdict(said)),
                    "posted": 0,
                }
                connection.execute(sa.insert(_said).values(row))
        except sa.exc.IntegrityError:
            return False
        return True

    def unfinished(self) -> list[Said]:
        """Return what is not answered yet, oldest first."""
        query = sa.select(_said.c.said).where(_said.c.said.is_not(None)).order_by(_said.c.at)
        with self._engine.connect() as connection:
            return [Said(**json.loads(text)) for text in connection.execute(query).scalars()]

    def posted(self, key: str) -> int:
        """Return how many messages of the answer are in Chatwoot."""
        query = sa.select(_said.c.posted).where(_said.c.key == key)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def advance(self, key: str, posted: int) -> None:
        """Keep how many messages of the answer are in Chatwoot."""
        self._set(key, posted=posted)

    def finish(self, key: str) -> None:
        """Forget what was said, but not that it was."""
        self._set(key, said=None)

    def _set(self, key: str, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.update(_said).where(_said.c.key == key).values(**values))
