"""What the person who takes over in Chatwoot needs to know, from the handoff desk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from analytics.identity import Role, Speaker
from analytics.privacy.masking import mask
from rasa_project.channels.chatwoot.events import Said
from rasa_project.channels.desk import Desk
from rasa_project.channels.problems import Problem

CHATWOOT = Speaker("chatwoot", Role.AGENT)
"Who has the conversation, for our own desk: whoever it is in Chatwoot."
ASKED = "The customer asked for a person."

logger = logging.getLogger(__name__)


class Notes:
    """Takes handoffs from our own desk to Chatwoot.

    Args:
        conversation: the bot's id of the conversation in which something was said.
    """

    def __init__(self, desk: Desk, conversation: Callable[[Said], str]) -> None:
        self._desk = desk
        self._conversation = conversation

    async def summarise(self, said: Said) -> str:
        """Return the handoff as a note, and take it off our own desk: it is Chatwoot's now."""
        conversation = self._conversation(said)
        try:
            rows = (await self._desk.ask("GET", "/handoffs"))["handoffs"]
            number = next(row["id"] for row in rows if row["conversation_id"] == conversation)
            handoff = await self._desk.ask("GET", f"/handoffs/{number}")
            for step in ("claim", "release"):
                await self._desk.ask("POST", f"/handoffs/{number}/{step}", CHATWOOT)
        except StopIteration:
            return ASKED
        except Problem as problem:
            logger.warning("a handoff has no summary: %s", problem)
            return ASKED
        return note(handoff)


def note(handoff: Mapping[str, Any]) -> str:
    """Return a handoff as text for staff: facts first, then what was said, personal data masked."""
    summary = dict(handoff.get("summary") or {})
    customer = summary.pop("customer", None) or {}
    facts = {"ticket": handoff.get("ticket_id"), "customer": customer.get("id"), **summary}
    lines = [
        f"{name.replace('_', ' ')}: {_words(value)}"
        for name, value in facts.items()
        if value not in (None, [], "")
    ]
    names = [str(customer["name"])] if customer.get("name") else []
    said = [
        f"{one['sender']}: {mask(one['text'], names)}" for one in handoff.get("transcript") or ()
    ]
    return "\n".join([*lines, "", *said] if said else lines)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
