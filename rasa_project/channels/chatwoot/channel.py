"""The route that Chatwoot's agent bot calls."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from analytics.errors import InvalidInput, InvalidSignature
from analytics.identity import Role, Speaker, conversation_id
from analytics.settings import Chatwoot, Settings
from analytics.webhooks.signatures import CHATWOOT, verify
from rasa_project.channels.chatwoot.book import Book
from rasa_project.channels.chatwoot.bridge import Bridge
from rasa_project.channels.chatwoot.client import Client
from rasa_project.channels.chatwoot.events import Said, read
from rasa_project.channels.chatwoot.notes import Notes
from rasa_project.channels.desk import Desk
from rasa_project.channels.ledger import Answer
from rasa_project.channels.problems import Problem
from rasa_project.channels.turns import Answerer, Handler, Incoming

MOST_BYTES = 1024 * 1024
"A conversation's event holds whole messages, with all that Chatwoot knows of them."
MOST_CHARACTERS = 4000

logger = logging.getLogger(__name__)


class ChatwootInput(InputChannel):
    """`POST /webhooks/chatwoot/webhook`; off where CHATWOOT_URL is not set."""

    def __init__(self) -> None:
        self._settings = Settings.from_environment()
        self._chatwoot = self._settings.chatwoot

    @classmethod
    def name(cls) -> str:
        return "chatwoot"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return the route, and what goes on with it as the server starts and stops."""
        routes = Blueprint("salesclerk_chatwoot")
        if self._chatwoot is not None:
            self._add(routes, self._chatwoot, on_new_message)
        return routes

    def _add(self, routes: Blueprint, chatwoot: Chatwoot, handle: Handler) -> None:
        async def start(app: Sanic, _loop: Any) -> None:
            app.ctx.chatwoot = self._bridge(app, chatwoot, handle)
            app.ctx.chatwoot.resume()

        async def stop(app: Sanic, _loop: Any) -> None:
            await app.ctx.chatwoot.close()

        routes.listener("after_server_start")(start)
        routes.listener("before_server_stop")(stop)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                event = _verified(request, chatwoot)
                request.app.ctx.chatwoot.hear(*read(event, chatwoot.account_id))
            except Problem as problem:
                return problem.response()
            except InvalidInput as error:
                return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)).response()
            return response.json({"status": "ok"})

    def _bridge(self, app: Sanic, chatwoot: Chatwoot, handle: Handler) -> Bridge:
        settings = self._settings
        # Who has the conversation is Chatwoot's to know, by its status.
        answerer = Answerer(settings, self.name(), None)

        def conversation(said: Said) -> str:
            return conversation_id(speaker_of(said, chatwoot), settings.secrets)

        def incoming(said: Said, message_id: str, text: str) -> Incoming:
            return Incoming(speaker_of(said, chatwoot), conversation(said), message_id, text)

        async def answer(said: Said) -> Answer:
            agent = app.ctx.agent
            if said.title is None:
                # Typed, it is words: only a button gives a command.
                text = said.text.lstrip("/").strip() or "?"
                message = incoming(said, said.key, text[:MOST_CHARACTERS])
                return await answerer.answer(message, agent, handle)
            try:
                return await answerer.answer(incoming(said, said.key, said.text), agent, handle)
            except Problem as problem:
                if problem.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                    raise
                # A button of long ago: what it says still says what is meant.
                message = incoming(said, f"{said.key}:title", said.title.lstrip("/") or "?")
                return await answerer.answer(message, agent, handle)

        notes = Notes(Desk(settings), conversation)
        return Bridge(
            Client(chatwoot),
            Book(settings.conversations_url, conversation),
            answer,
            notes.summarise,
            settings.public_url,
        )


def speaker_of(said: Said, chatwoot: Chatwoot) -> Speaker:
    """Return who speaks: the customer whom the shop's server vouches for, or else a guest."""
    subject = f"chatwoot:{chatwoot.account_id}:{said.conversation}"
    return Speaker(subject, Role.SHOPPER, said.identifier)


def _verified(request: Request, chatwoot: Chatwoot) -> dict[str, Any]:
    """Return the event that Chatwoot has signed.

    Raises:
        Problem: 401, 413 or 422.
    """
    if len(request.body) > MOST_BYTES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body may have {MOST_BYTES} bytes.")
    now = datetime.now(timezone.utc)
    try:
        verify(
            CHATWOOT,
            chatwoot.secret,
            request.headers,
            request.method,
            request.url,
            request.body,
            now,
        )
        event = json.loads(request.body)
    except InvalidSignature as error:
        logger.warning("a webhook of Chatwoot was refused: %s", error)
        raise Problem(HTTPStatus.UNAUTHORIZED, str(error)) from error
    except ValueError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The body must be JSON.") from error
    if not isinstance(event, dict):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The body must be a JSON object.")
    return event
