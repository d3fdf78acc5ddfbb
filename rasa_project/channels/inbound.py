"""The public address for other systems' webhooks."""

from __future__ import annotations

import base64
from http import HTTPStatus

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from analytics.settings import Settings
from rasa_project.channels.desk import Desk
from rasa_project.channels.problems import Problem
from rasa_project.channels.turns import Handler

MOST_BYTES = 64 * 1024


class InboundInput(InputChannel):
    """`POST /webhooks/inbound/<source>`: verified and done where the shop's records are."""

    def __init__(self) -> None:
        self._settings = Settings.from_environment()
        self._desk = Desk(self._settings)

    @classmethod
    def name(cls) -> str:
        return "inbound"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return the route; no message to the bot comes in here."""
        routes = Blueprint("salesclerk_inbound")

        @routes.post("/<source:str>")
        async def inbound(request: Request, source: str) -> HTTPResponse:
            try:
                return response.json(await self._hand_on(request, source))
            except Problem as problem:
                return problem.response()

        return routes

    async def _hand_on(self, request: Request, source: str) -> dict[str, str]:
        if len(request.body) > MOST_BYTES:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body may have {MOST_BYTES} bytes."
            )
        query = f"?{request.query_string}" if request.query_string else ""
        parts = {
            "method": request.method,
            # As the sender called us, whatever stands between: some sign the address too.
            "url": f"{self._settings.public_url}{request.path}{query}",
            "headers": dict(request.headers),
            "body": base64.b64encode(request.body).decode(),
        }
        return await self._desk.ask("POST", f"/inbound/{source}", json=parts)
