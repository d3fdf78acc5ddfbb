"""One message under way: who says what, and what the assistant answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from rasa_sdk.interfaces import Tracker

from actions.services import Services
from actions.texts import Texts
from analytics.errors import InvalidToken
from analytics.identity import Role, Speaker, verify_context, verify_token
from analytics.store.models import LANGUAGES

SHELL_CHANNEL: Final = "cmdline"


@dataclass(frozen=True)
class Entity:
    """A piece of the message that means something.

    Attributes:
        start: its first character.
        bound: `max` or `min` where an amount is named as a limit.
    """

    name: str
    value: str
    start: int
    bound: str | None = None


@dataclass(frozen=True)
class Reply:
    """What is said: a domain response with its values and buttons, or a card."""

    response: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    card: dict[str, Any] | None = None


class Turn:
    """A user's message, and the replies to it, which go out together at the end.

    Args:
        tracker: the conversation as Rasa hands it over.
        domain: the bot's domain, whose responses hold every text.
    """

    def __init__(self, tracker: Tracker, domain: Mapping[str, Any], services: Services) -> None:
        self.services = services
        self.conversation_id = str(tracker.sender_id)
        self.slots: Mapping[str, Any] = tracker.slots
        self.text = str(tracker.latest_message.get("text") or "")
        self.intent = str((tracker.latest_message.get("intent") or {}).get("name") or "")
        self.replies: list[Reply] = []
        self._tracker = tracker
        language = tracker.slots.get("language")
        self.texts = Texts(
            domain.get("responses", {}), language if language in LANGUAGES else LANGUAGES[0]
        )

    @property
    def language(self) -> str:
        """`en` or `zh`."""
        return self.texts.language

    @cached_property
    def speaker(self) -> Speaker:
        """Who speaks, as the channel vouches for it.

        Raises:
            InvalidToken: nobody vouches for the speaker.
        """
        secrets = self.services.settings.secrets
        if self._tracker.get_latest_input_channel() == SHELL_CHANNEL:
            # `rasa shell` has no channel of ours: the environment of this server names the speaker.
            token = self.services.settings.shell_token
            return verify_token(token, secrets) if token else Speaker("shell", Role.SHOPPER)
        context = self._message_metadata().get("context")
        if not isinstance(context, str):
            raise InvalidToken("the message carries no signed context")
        return verify_context(context, self.conversation_id, secrets)

    def entities(self, *names: str) -> list[Entity]:
        """Return the message's entities of these names, in the order of the text."""
        found = [
            Entity(
                str(one["entity"]), str(one["value"]), int(one.get("start") or 0), one.get("bound")
            )
            for one in self._tracker.latest_message.get("entities") or []
            if one.get("entity") in names and one.get("value") not in (None, "")
        ]
        return sorted(found, key=lambda entity: entity.start)

    def entity(self, *names: str) -> str | None:
        """Return the value of the first entity of these names, or None."""
        found = self.entities(*names)
        return found[0].value if found else None

    def say(
        self, response: str, buttons: list[dict[str, str]] | None = None, **values: Any
    ) -> None:
        """Answer with a domain response."""
        self.replies.append(Reply(response, values, buttons or []))

    def show(self, card: dict[str, Any]) -> None:
        """Answer with a card: typed JSON that the page draws."""
        self.replies.append(Reply(card=card))

    def button(self, response: str, payload: str, **values: object) -> dict[str, str]:
        """Return a button whose title is a domain response."""
        return {"title": self.texts.get(response, **values), "payload": payload}

    def interrupted(self, form: str) -> bool:
        """Return whether another action has answered this message before `form` came back."""
        for event in reversed(self._tracker.events):
            if event.get("event") == "user":
                return False
            if event.get("event") == "action" and event.get("name") not in (
                form,
                "action_extract_slots",
            ):
                return True
        return False

    @property
    def form(self) -> str | None:
        """The form under way, or None."""
        return self._tracker.active_loop_name

    def messages(self) -> list[Mapping[str, Any]]:
        """Return the user's messages as Rasa keeps them, newest first: this one, then earlier."""
        return [event for event in reversed(self._tracker.events) if event.get("event") == "user"]

    def earlier_intents(self, limit: int = 5) -> list[str]:
        """Return the intents of the last messages before this one, newest first."""
        names = [
            (event.get("parse_data") or {}).get("intent", {}).get("name")
            for event in self.messages()
        ]
        return [str(name) for name in names[1 : limit + 1] if name]

    def transcript(self, limit: int = 20) -> list[tuple[str, str]]:
        """Return the last lines of the conversation, oldest first, as (user or bot, text)."""
        lines = [
            (str(event["event"]), str(event.get("text") or ""))
            for event in self._tracker.events
            if event.get("event") in ("user", "bot") and event.get("text")
        ]
        return lines[-limit:]

    def _message_metadata(self) -> Mapping[str, Any]:
        messages = self.messages()
        return messages[0].get("metadata") or {} if messages else {}
