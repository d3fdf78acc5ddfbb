"""What other systems post to `/webhooks/inbound`: the Rasa server hands it on as it came."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from actions.desk.hub import Hub
from actions.services import Services
from analytics.errors import InvalidInput
from analytics.identity import Context, Role
from analytics.webhooks.inbound import Received, receive

Handler = Callable[..., Awaitable[HTTPResponse | None]]
Guard = Callable[..., Callable[[Handler], Handler]]


def add_inbound(routes: Blueprint, services: Services, hub: Hub, guard: Guard) -> None:
    """Add `/inbound/<source>`, which takes the parts of a request, its body in base64."""

    @routes.post("/inbound/<source:str>")
    @guard(Role.AGENT)
    async def inbound(request: Request, context: Context, source: str) -> HTTPResponse:
        received = _received(request.json)
        new = await asyncio.to_thread(
            receive,
            source,
            received,
            policy=services.webhook_policy,
            settings=services.settings,
            store=services.store,
            desk=services.handoff_desk,
            now=datetime.now(UTC),
            at=services.now,
        )
        hub.wake()
        return response.json({"status": "done" if new else "repeated"})


def _received(parts: Any) -> Received:
    try:
        return Received(
            method=parts["method"],
            url=parts["url"],
            headers=parts["headers"],
            body=base64.b64decode(parts["body"], validate=True),
        )
    except (TypeError, KeyError, ValueError) as error:
        raise InvalidInput("body", "other parts", "method, url, headers and body") from error
