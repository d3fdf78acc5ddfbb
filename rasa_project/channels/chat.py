"""The chat contract over REST, shared by the widget's channel and the CRM's."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from analytics.errors import InvalidToken
from analytics.identity import Role, Speaker, conversation_id, verify_token
from analytics.settings import Settings
from rasa_project.channels.desk import Desk
from rasa_project.channels.ledger import Answer
from rasa_project.channels.people import agent_routes, customer_routes, look_after_handoffs
from rasa_project.channels.problems import Problem
from rasa_project.channels.turns import Answerer, Handler, Incoming

MOST_BYTES = 64 * 1024
MOST_CHARACTERS = 4000
MOST_ID_CHARACTERS = 128


class ChatInput(InputChannel):
    """A REST channel that believes the token and nothing else about the speaker.

    Attributes:
        role: whose tokens it takes.
    """

    role: ClassVar[Role]

    def __init__(self) -> None:
        self._settings = Settings.from_environment()
        self._desk = Desk(self._settings)
        # An agent is not handed to a person.
        desk = self._desk if self.role is Role.SHOPPER else None
        self._answerer = Answerer(self._settings, self.name(), desk)

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
        return await self._answerer.answer(
            self._read(request), request.app.ctx.agent, on_new_message
        )

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


class WidgetInput(ChatInput):
    """The shopper's chat widget."""

    role = Role.SHOPPER

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return also the routes by which a person's words come, and the task of the desk."""
        routes = super().blueprint(on_new_message)
        desk, answerer = self._desk, self._answerer
        customer_routes(routes, self._settings, desk, answerer, self._authenticate)

        async def look_after(app: Sanic, _loop: Any) -> None:
            app.ctx.handoff_ended = asyncio.Event()
            app.add_task(look_after_handoffs(desk, answerer, app, on_new_message))

        routes.listener("after_server_start")(look_after)
        return routes

    @classmethod
    def name(cls) -> str:
        return "widget"


class CrmInput(ChatInput):
    """The agent's CRM. `contact_id` names the customer whom the conversation is about."""

    role = Role.AGENT

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return also the routes of the agents' desk."""
        routes = super().blueprint(on_new_message)
        agent_routes(routes, self._desk, self._answerer, self._authenticate, on_new_message)
        return routes

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
