"""The chat contract over REST, shared by the widget's channel and the CRM's."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, ClassVar

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from analytics.errors import InvalidToken
from analytics.identity import Role, Speaker, conversation_id, sign_context, verify_token
from analytics.settings import Settings
from rasa_project.channels.choices import chosen
from rasa_project.channels.ledger import Answer, Ledger
from rasa_project.channels.limits import Limiter
from rasa_project.channels.problems import Problem
from rasa_project.components.requests import REQUESTS

MOST_BYTES = 64 * 1024
MOST_CHARACTERS = 4000
MOST_ID_CHARACTERS = 128
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


class ChatInput(InputChannel):
    """A REST channel that believes the token and nothing else about the speaker.

    Attributes:
        role: whose tokens it takes.
    """

    role: ClassVar[Role]

    def __init__(self) -> None:
        self._settings = Settings.from_environment()
        self._limiter = Limiter(self._settings.messages_per_minute)
        self._ledger = Ledger(self._settings.conversations_url)
        self._under_way: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._questions: OrderedDict[str, str] = OrderedDict()

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return the routes: `GET /` for health, `POST /webhook` for a message."""
        routes = Blueprint(f"salesclerk_{self.name()}")

        @routes.get("/")
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                return response.json(await self._receive(request, on_new_message))
            except Problem as problem:
                return problem.response()

        return routes

    async def _receive(self, request: Request, on_new_message: Handler) -> Answer:
        incoming = self._read(request)
        known = self._ledger.find(incoming.conversation_id, incoming.message_id)
        if known is not None:
            return known
        key = (incoming.conversation_id, incoming.message_id)
        if key in self._under_way:
            return await asyncio.shield(self._under_way[key])
        if incoming.text.startswith("/"):
            self._require_offered(incoming)
        with self._limiter.admit(incoming.conversation_id):
            task = asyncio.ensure_future(
                self._answer(incoming, request.app.ctx.agent, on_new_message)
            )
            self._under_way[key] = task
            try:
                # A caller who hangs up must not undo half of what was asked.
                return await asyncio.shield(task)
            finally:
                task.add_done_callback(lambda _done: self._under_way.pop(key, None))

    def _read(self, request: Request) -> Incoming:
        """Check the request from the outside in.

        Raises:
            Problem: 401, 403, 413 or 422.
        """
        if len(request.body) > MOST_BYTES:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body may have {MOST_BYTES} bytes."
            )
        speaker = self._authenticate(request)
        try:
            body = json.loads(request.body)
        except ValueError as error:
            raise _malformed("The body must be JSON.") from error
        if not isinstance(body, dict):
            raise _malformed("The body must be a JSON object.")
        text = _text(body, "message")
        message_id = _text(body, "message_id")
        if len(text) > MOST_CHARACTERS:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"message may have {MOST_CHARACTERS} characters; this one has {len(text)}.",
            )
        if len(message_id) > MOST_ID_CHARACTERS:
            raise _malformed(f"message_id may have {MOST_ID_CHARACTERS} characters.")
        conversation = conversation_id(speaker, self._settings.secrets)
        return Incoming(self._about(speaker, body), conversation, message_id, text)

    def _about(self, speaker: Speaker, body: dict[str, Any]) -> Speaker:
        """Return the speaker with the customer that the conversation is about."""
        return speaker

    def _authenticate(self, request: Request) -> Speaker:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Problem(HTTPStatus.UNAUTHORIZED, "Send the header Authorization: Bearer <token>.")
        try:
            speaker = verify_token(token.strip(), self._settings.secrets)
        except InvalidToken as error:
            raise Problem(HTTPStatus.UNAUTHORIZED, f"{error}. Ask for a new token.") from error
        if speaker.role is not self.role:
            raise Problem(HTTPStatus.FORBIDDEN, f"This channel is for the role {self.role.value}.")
        return speaker

    def _require_offered(self, incoming: Incoming) -> None:
        """Refuse commands in the bot's own notation, except those of buttons it showed."""
        if not self._ledger.offered(incoming.conversation_id, incoming.text):
            raise _malformed(
                "A message that begins with / must be the payload of a button that was offered."
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
                    input_channel=self.name(),
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
        answer = {
            "status": status,
            "conversation_id": incoming.conversation_id,
            "message_id": incoming.message_id,
            "messages": messages,
        }
        self._ledger.keep(incoming.conversation_id, incoming.message_id, answer)
        return answer


class WidgetInput(ChatInput):
    """The shopper's chat widget."""

    role = Role.SHOPPER

    @classmethod
    def name(cls) -> str:
        return "widget"


class CrmInput(ChatInput):
    """The agent's CRM. `contact_id` names the customer whom the conversation is about."""

    role = Role.AGENT

    @classmethod
    def name(cls) -> str:
        return "crm"

    def _about(self, speaker: Speaker, body: dict[str, Any]) -> Speaker:
        if body.get("contact_id") is None:
            return speaker
        contact = _text(body, "contact_id")
        if len(contact) > MOST_ID_CHARACTERS:
            raise _malformed(f"contact_id may have {MOST_ID_CHARACTERS} characters.")
        return replace(speaker, customer_id=contact)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _malformed(f"{name} must be a text that is not empty.")
    return value.strip()


def _malformed(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


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
