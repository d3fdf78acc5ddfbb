"""One message under way: who says what, and what the assistant answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from rasa_sdk.events import EventType
from rasa_sdk.interfaces import Tracker
from sqlalchemy.orm import Session

from actions.services import Services
from actions.texts import Texts
from actions.wording import kept, rejected, says_more
from analytics.errors import InvalidToken, NotOnList
from analytics.identity import Role, Speaker, verify_context, verify_token
from analytics.store.models import LANGUAGES

SHELL_CHANNEL: Final = "cmdline"
SHOWN_SLOT: Final = "shown"
"Codes of the list shown last, in its order, and the intent by which one of them is asked about."
REQUESTED_SLOT: Final = "requested_slot"
"Rasa's own: the slot that the form under way asks for."
EXTRACT: Final = "action_extract_slots"
"Rasa's own, which runs on every message."
REMEMBERED: Final = 8
"Messages looked at for what was said before."
ANSWERS: Final = frozenset({"inform", "nlu_fallback", "product_search"})
"Intents of messages that may be a plain answer to a question."
AMBIGUOUS: Final = "nlu_ambiguous"
"The intent of a message that may mean several things."
REPAIRS: Final = frozenset({"correct", "deny"})
"Intents of messages that take back something said before."


@dataclass(frozen=True)
class Entity:
    """A piece of the message that means something.

    Attributes:
        start: its first character.
        end: behind its last character.
        bound: `max` or `min` where an amount is named as a limit.
    """

    name: str
    value: str
    start: int
    end: int
    bound: str | None = None


Afterwards = Callable[[Session], list[EventType]]
"""Writes something, may say more in its turn, and returns events for Rasa."""


@dataclass(frozen=True)
class Reply:
    """What is said: a domain response with its values, or a text as it is, or a card."""

    response: str | None = None
    text: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    card: dict[str, Any] | None = None


class Turn:
    """A user's message, and the replies to it, which go out together at the end.

    Args:
        tracker: the conversation as Rasa hands it over.
        domain: the bot's domain, whose responses hold every text.

    Attributes:
        afterwards: what is still to be written once the action's own transaction is over, in one
            of its own; where it fails, the answer stays as it is.
    """

    def __init__(self, tracker: Tracker, domain: Mapping[str, Any], services: Services) -> None:
        self.services = services
        self.conversation_id = str(tracker.sender_id)
        self.slots: Mapping[str, Any] = tracker.slots
        self.text = str(tracker.latest_message.get("text") or "")
        self.intent = str((tracker.latest_message.get("intent") or {}).get("name") or "")
        self.replies: list[Reply] = []
        self.afterwards: list[Afterwards] = []
        self._tracker = tracker
        language = tracker.slots.get("language")
        self._responses = domain.get("responses", {})
        self._forms = domain.get("forms", {})
        self.texts = self.texts_in(language if language in LANGUAGES else LANGUAGES[0])

    def texts_in(self, language: str) -> Texts:
        """Return the texts of a language."""
        return Texts(self._responses, language)

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
        if self.channel == SHELL_CHANNEL:
            # `rasa shell` has no channel of ours: the environment of this server names the speaker.
            token = self.services.settings.shell_token
            return verify_token(token, secrets) if token else Speaker("shell", Role.SHOPPER)
        context = self._message_metadata().get("context")
        if not isinstance(context, str):
            raise InvalidToken("the message carries no signed context")
        return verify_context(context, self.conversation_id, secrets)

    def entities(self, *names: str) -> list[Entity]:
        """Return the message's entities of these names, in the order of the text.

        What the message takes back is left out: of "30, not 20" the number 20. A code may also be
        said as a place on the list shown last: "the second one".

        Raises:
            NotOnList: the list is shorter than that.
        """
        found = [entity for entity in self._entities if entity.name in names]
        if "code" in names and self.shown:
            found += [self._on_list(one) for one in self._entities if one.name == "ordinal"]
        return self._without_rejected(sorted(found, key=lambda entity: entity.start))

    @property
    def codes(self) -> list[Entity]:
        """The codes that stand in the message, without places on a list."""
        return self._without_rejected([one for one in self._entities if one.name == "code"])

    def entity(self, *names: str) -> str | None:
        """Return the value of the first entity of these names, or None."""
        found = self.entities(*names)
        return found[0].value if found else None

    @property
    def channel(self) -> str:
        """Name of the channel that the message came by."""
        return str(self._tracker.get_latest_input_channel())

    @property
    def wanted(self) -> str:
        """The text without what it takes back."""
        return kept(self.text)

    @property
    def rest(self) -> str:
        """The text with its entities blotted out."""
        text = self.text
        for entity in self._entities:
            text = text[: entity.start] + " " * (entity.end - entity.start) + text[entity.end :]
        return text

    @property
    def bare(self) -> bool:
        """Whether the message names something and says no more, such as a code alone."""
        return bool(self._entities) and not says_more(self.rest)

    @property
    def shown(self) -> list[str]:
        """The codes of the list shown last."""
        return list((self.slots.get(SHOWN_SLOT) or {}).get("codes", []))

    def say(
        self, response: str, buttons: list[dict[str, str]] | None = None, **values: Any
    ) -> None:
        """Answer with a domain response."""
        self.replies.append(Reply(response, values=values, buttons=buttons or []))

    def show(self, card: dict[str, Any]) -> None:
        """Answer with a card: typed JSON that the page draws."""
        self.replies.append(Reply(card=card))

    def button(self, response: str, payload: str, **values: object) -> dict[str, str]:
        """Return a button whose title is a domain response."""
        return {"title": self.texts.get(response, **values), "payload": payload}

    @property
    def events(self) -> Sequence[Mapping[str, Any]]:
        """What has happened in the conversation since it was last taken up, oldest first."""
        events: Sequence[Mapping[str, Any]] = self._tracker.events
        starts = [at for at, event in enumerate(events) if event.get("event") == "session_started"]
        return events[starts[-1] :] if starts else events

    def interrupted(self, form: str) -> bool:
        """Return whether another action has answered this message before `form` came back."""
        return any(
            event.get("event") == "action" and event.get("name") not in (form, EXTRACT)
            for event in self._since_message()
        )

    def begins(self, form: str) -> bool:
        """Return whether this message has started `form`."""
        started = any(
            event.get("event") == "active_loop" and event.get("name") == form
            for event in self._since_message()
        )
        return started and not self.interrupted(form)

    @property
    def form(self) -> str | None:
        """The form under way, or None."""
        return self._tracker.active_loop_name

    def messages(self) -> list[Mapping[str, Any]]:
        """Return the user's messages as Rasa keeps them, newest first: this one, then earlier."""
        return [event for event in reversed(self._tracker.events) if event.get("event") == "user"]

    def questions(self, form: str) -> list[str]:
        """Return the slots that a form of the domain may ask for."""
        return list((self._forms.get(form) or {}).get("required_slots", []))

    def began_with(self, form: str) -> bool:
        """Return whether the form was begun by this very message, which holds several requests."""
        message_id = self.messages()[0].get("message_id")
        current: object = None
        found = False
        for event in self.events:
            if event.get("event") == "user":
                current = event.get("message_id")
            elif event.get("event") == "active_loop" and event.get("name") == form:
                found = current == message_id
        return found

    @property
    def replayed(self) -> bool:
        """Whether the message was heard before, with another meaning or in another place."""
        ids = [message.get("message_id") for message in self.messages()[:2]]
        return len(ids) > 1 and ids[0] == ids[1]

    @property
    def form_before(self) -> str | None:
        """The form that was under way before the one that this message has started, or None."""
        loops = [event.get("name") for event in self.events if event.get("event") == "active_loop"]
        return loops[-2] if len(loops) > 1 else None

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

    def _since_message(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for event in reversed(self._tracker.events):
            if event.get("event") == "user":
                break
            found.append(event)
        return found

    @cached_property
    def _entities(self) -> list[Entity]:
        return read_entities(self._tracker.latest_message)

    def _on_list(self, ordinal: Entity) -> Entity:
        place = int(ordinal.value)
        if not 0 < abs(place) <= len(self.shown):
            raise NotOnList(place, len(self.shown))
        code = self.shown[place - 1 if place > 0 else place]
        return Entity("code", code, ordinal.start, ordinal.end)

    def _without_rejected(self, found: list[Entity]) -> list[Entity]:
        """Return the entities without those that the message takes back, if others remain.

        "not 20" takes back 20. Of two that a correction names, one said before is what it corrects.
        """
        wanted = []
        for entity in found:
            rivals = [one for one in found if one.name == entity.name]
            said_before = len(rivals) == 2 and self.intent in REPAIRS and self._was_said(entity)
            if len(rivals) < 2 or not (rejected(self.text, entity.start) or said_before):
                wanted.append(entity)
        names = {entity.name for entity in wanted}
        return [entity for entity in found if entity in wanted or entity.name not in names]

    def _was_said(self, entity: Entity) -> bool:
        return any(
            (entity.name, entity.value) == (one.name, one.value)
            for message in self.messages()[1:REMEMBERED]
            for one in read_entities(message.get("parse_data") or {})
        )


def small_talk(message: Mapping[str, Any]) -> str | None:
    """Return the topic of a message that is small talk, such as `smalltalk/joke`, or None."""
    parsed = message.get("parse_data") or {}
    intent = str((parsed.get("intent") or {}).get("name"))
    # As Rasa's response selectors have it; see rasa_project/components/ranking.py.
    topics = (parsed.get("response_selector") or {}).get(intent) or {}
    topic = (topics.get("response") or {}).get("intent_response_key")
    return str(topic) if topic else None


def read_entities(message: Mapping[str, Any]) -> list[Entity]:
    """Return the entities in Rasa's reading of a message, in the order of its text."""
    found = [
        Entity(
            str(one["entity"]),
            str(one["value"]),
            int(one.get("start") or 0),
            int(one.get("end") or 0),
            one.get("bound"),
        )
        for one in message.get("entities") or []
        if one.get("entity") != "language" and one.get("value") not in (None, "")
    ]
    return sorted(found, key=lambda entity: entity.start)
