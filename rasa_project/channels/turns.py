"""Answering one message of a conversation, whatever channel it came by."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import UserUttered

from analytics.identity import Speaker, sign_context
from analytics.settings import Settings
from rasa_project.channels.choices import chosen
from rasa_project.channels.desk import Desk
from rasa_project.channels.ledger import Answer, Ledger
from rasa_project.channels.limits import Limiter
from rasa_project.channels.problems import Problem
from rasa_project.components.requests import REQUESTS

DEADLINE_SECONDS = 20.0
"Longest wait for one turn: above an action's own budget, so that its apology comes first."
REPLY_KEYS = ("text", "buttons", "image", "custom")
QUESTION_PREFIX = "utter_ask_"
"Rasa's, of the responses by which forms ask."
IN_OWN_WORDS = frozenset({"utter_ask_complaint_text", "utter_ask_review_text"})
"Questions whose answer is one text, however much it says."
MOST_REMEMBERED = 10_000
"Conversations of which it is known what was asked last."

logger = logging.getLogger(__name__)
Handler = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Incoming:
    """A message that was let in.

    Attributes:
        speaker: who the token says it is; for the CRM with the contact as the customer.
    """

    speaker: Speaker
    conversation_id: str
    message_id: str
    text: str


class Collector(CollectingOutputChannel):
    """The replies to a message, which may hold several requests.

    The question of a form stands once, at the end: what a request leaves open is asked again after
    the next one is answered.
    """

    def __init__(self) -> None:
        super().__init__()
        self.question: str | None = None

    def begin_request(self) -> None:
        """Take back the question with which the request before ended."""
        if self.question:
            self.messages.pop()
        self.question = None

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a reply, and the name of the question if it is one."""
        name = str(message.get("utter_action"))
        self.question = name if name.startswith(QUESTION_PREFIX) else None
        await super().send_response(recipient_id, message)


class Answerer:
    """Has the bot answer messages: each once, one after the other, within the limits.

    While a person has a conversation the bot is silent: what is said is passed on to the desk.

    Args:
        channel: name of the channel, as Rasa is told it.
        desk: None where the channel's conversations are never handed to people by us.
    """

    def __init__(self, settings: Settings, channel: str, desk: Desk | None = None) -> None:
        self._settings = settings
        self._channel = channel
        self._desk = desk
        self._with_people: set[str] = set()
        self._limiter = Limiter(settings.messages_per_minute)
        self._ledger = Ledger(settings.conversations_url)
        self._under_way: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._questions: OrderedDict[str, str] = OrderedDict()

    async def answer(self, incoming: Incoming, agent: Agent, handle: Handler) -> Answer:
        """Return the answer; the first one again where the message was answered before.

        Raises:
            Problem: 422 for a command that no button offered, 429 for too many messages, 503 when
                a person has the conversation and can't be reached.
        """
        known = self._ledger.find(incoming.conversation_id, incoming.message_id)
        if known is not None:
            return known
        key = (incoming.conversation_id, incoming.message_id)
        if key in self._under_way:
            return await asyncio.shield(self._under_way[key])
        if incoming.text.startswith("/"):
            self._require_offered(incoming)
        with self._limiter.admit(incoming.conversation_id):
            task = asyncio.ensure_future(self._answer(incoming, agent, handle))
            self._under_way[key] = task
            try:
                # A caller who hangs up must not undo half of what was asked.
                return await asyncio.shield(task)
            finally:
                task.add_done_callback(lambda _done: self._under_way.pop(key, None))

    async def tell(self, message: Incoming, agent: Agent, handle: Handler) -> list[dict[str, Any]]:
        """Return what the bot says to a message that nobody has sent, which may be nothing."""
        collector = Collector()
        await self._handle(message, agent, handle, collector)
        self._remember(message.conversation_id, collector.question)
        messages = [_reply(one) for one in collector.messages]
        if messages:
            self._keep(message, "ok", messages)
        return messages

    async def asked(
        self, agent: Agent, conversation: str, message_id: str
    ) -> dict[str, str] | None:
        """Return text and language of a message that was answered lately, or None."""
        if self._ledger.find(conversation, message_id) is None:
            return None
        tracker = await agent.tracker_store.retrieve_full_tracker(conversation)
        language = str(tracker.get_slot("language") or "") if tracker else ""
        texts = [
            str(event.text)
            for event in (tracker.events if tracker else ())
            if isinstance(event, UserUttered) and event.message_id == message_id
        ]
        return {"text": texts[0], "language": language} if texts else None

    def _require_offered(self, incoming: Incoming) -> None:
        """Refuse commands in the bot's own notation, except those of buttons it showed."""
        if not self._ledger.offered(incoming.conversation_id, incoming.text):
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "A message that begins with / must be the payload of a button that was offered.",
            )

    async def _handle(
        self, incoming: Incoming, agent: Agent, handle: Handler, collector: Collector
    ) -> None:
        """Have the message handled; one that holds several requests, each of them in turn."""
        context = sign_context(
            incoming.speaker,
            incoming.conversation_id,
            incoming.message_id,
            self._settings.secrets,
        )
        for text, parse_data in await self._parse(incoming, agent):
            collector.begin_request()
            await handle(
                UserMessage(
                    text,
                    collector,
                    incoming.conversation_id,
                    parse_data=parse_data,
                    input_channel=self._channel,
                    message_id=incoming.message_id,
                    metadata={"context": context},
                )
            )

    async def _parse(
        self, incoming: Incoming, agent: Agent
    ) -> list[tuple[str, dict[str, Any] | None]]:
        """Return the message's requests, with Rasa's parse result where it is known already."""
        text = incoming.text
        if text.startswith("/"):
            return [(text, None)]
        if payload := chosen(text, self._ledger.choices(incoming.conversation_id)):
            return [(text, {**await agent.parse_message(payload), "text": text})]
        parse_data = await agent.parse_message(text)
        if self._questions.get(incoming.conversation_id) in IN_OWN_WORDS:
            return [(text, parse_data)]
        requests = parse_data.get(REQUESTS, [])
        # A part must not become a command either.
        if len(requests) > 1 and not any(request.startswith("/") for request in requests):
            return [(request, None) for request in requests]
        return [(text, parse_data)]

    def _remember(self, conversation: str, question: str | None) -> None:
        """Keep what the conversation was asked last, of the latest conversations."""
        self._questions.pop(conversation, None)
        if question:
            self._questions[conversation] = question
        if len(self._questions) > MOST_REMEMBERED:
            self._questions.popitem(last=False)

    async def _answer(self, incoming: Incoming, agent: Agent, handle: Handler) -> Answer:
        handoff = await self._pass_on(incoming)
        if handoff and handoff["state"] == "human":
            return self._keep(incoming, "handoff", [{"custom": handoff}])
        answer = await self._have_answered(incoming, agent, handle)
        if handoff and self._desk:
            shown = {"messages": answer["messages"]}
            await self._desk.ask("POST", "/answered", *_whose(incoming), json=shown)
        return answer

    async def _pass_on(self, incoming: Incoming) -> dict[str, Any] | None:
        """Pass the message to the desk; return the card of the handoff that is under way, if any.

        Raises:
            Problem: 503, when a person has the conversation and can't be reached.
        """
        if self._desk is None:
            return None
        conversation = incoming.conversation_id
        text = self._ledger.title(conversation, incoming.text) or incoming.text
        try:
            heard = await self._desk.ask("POST", "/heard", *_whose(incoming), json={"text": text})
        except Problem:
            # The bot answers, or says that it can't; but it does not talk into a person's words.
            if conversation in self._with_people:
                raise
            return None
        handoff: dict[str, Any] | None = heard["handoff"]
        if handoff and handoff["state"] == "human":
            self._with_people.add(conversation)
        else:
            self._with_people.discard(conversation)
        return handoff

    async def _have_answered(self, incoming: Incoming, agent: Agent, handle: Handler) -> Answer:
        collector = Collector()
        turn = asyncio.ensure_future(self._handle(incoming, agent, handle, collector))
        failure: str | None = None
        try:
            await asyncio.wait_for(asyncio.shield(turn), DEADLINE_SECONDS)
        except asyncio.TimeoutError:
            failure = "timeout"
        except Exception:
            logger.exception("a turn failed in conversation %s", incoming.conversation_id)
            failure = "error"
        self._remember(incoming.conversation_id, collector.question)
        messages = [_reply(message) for message in collector.messages]
        status = failure or _status(messages)
        if not messages or failure:
            name = "utter_error_timeout" if failure == "timeout" else "utter_error_silence"
            messages.append({"text": await _say(agent, incoming.conversation_id, name)})
        return self._keep(incoming, status, messages)

    def _keep(self, incoming: Incoming, status: str, messages: list[dict[str, Any]]) -> Answer:
        answer = {
            "status": status,
            "conversation_id": incoming.conversation_id,
            "message_id": incoming.message_id,
            "messages": messages,
        }
        self._ledger.keep(incoming.conversation_id, incoming.message_id, answer)
        return answer


def _whose(incoming: Incoming) -> tuple[Speaker, str, str]:
    return incoming.speaker, incoming.conversation_id, incoming.message_id


def _reply(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message as the contract has it, without what Rasa adds."""
    reply = {key: message[key] for key in REPLY_KEYS if message.get(key)}
    if "buttons" in reply:
        reply["buttons"] = [
            {"title": button["title"], "payload": button["payload"]} for button in reply["buttons"]
        ]
    return reply


def _status(messages: list[dict[str, Any]]) -> str:
    kinds = {(message.get("custom") or {}).get("type") for message in messages}
    if not messages or "error" in kinds:
        return "error"
    return "handoff" if "handoff" in kinds else "ok"


async def _say(agent: Agent, conversation: str, name: str) -> str:
    """Return a domain response in the language of the conversation.

    Raises:
        Problem: 503, when the bot has no model yet.
    """
    if not agent.is_ready():
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The assistant is still starting.")
    tracker = await agent.processor.get_tracker(conversation)
    said = await agent.nlg.generate(name, tracker, "collector")
    return str(said["text"])
