"""The routes by which people take part: the customer's live stream, the agents' desk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from http import HTTPStatus
from typing import Any

from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from analytics.identity import Role, Speaker, conversation_id
from analytics.settings import Settings
from rasa_project.channels.desk import SYSTEM, Desk
from rasa_project.channels.problems import Problem
from rasa_project.channels.turns import Answerer, Handler, Incoming

SWEPT_EVERY = 5.0
"Seconds between looks for who has waited too long."
ENDED = "/handoff_ended"
TAKEN = "/take_over"
MOST_ID_CHARACTERS = 64
"Of a product."
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

logger = logging.getLogger(__name__)
Authenticate = Callable[[Request], Speaker]


def customer_routes(
    routes: Blueprint,
    settings: Settings,
    desk: Desk,
    answerer: Answerer,
    authenticate: Authenticate,
) -> None:
    """Add what the customer's page needs: `/events`, `/typing`, `/thumbs` and `/clicks`."""

    @routes.get("/events")
    @_answered
    async def events(request: Request) -> HTTPResponse | None:
        speaker = authenticate(request)
        return await _relay(request, desk, speaker, conversation_id(speaker, settings.secrets))

    @routes.post("/typing")
    @_answered
    async def typing(request: Request) -> HTTPResponse:
        speaker = authenticate(request)
        conversation = conversation_id(speaker, settings.secrets)
        await desk.ask("POST", "/typing", speaker, conversation, json=_body(request))
        return response.empty()

    @routes.post("/thumbs")
    @_answered
    async def thumbs(request: Request) -> HTTPResponse:
        speaker = authenticate(request)
        conversation = conversation_id(speaker, settings.secrets)
        body = _body(request)
        message_id = body.get("message_id")
        if not isinstance(message_id, str) or not isinstance(body.get("up"), bool):
            detail = "Send message_id, of a message that was answered, and up: true or false."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        asked = await answerer.asked(request.app.ctx.agent, conversation, message_id)
        if asked is None:
            raise Problem(HTTPStatus.NOT_FOUND, "No message of this id was answered here.")
        opinion = {"up": body["up"], **asked}
        await desk.ask("POST", "/thumbs", speaker, conversation, message_id, json=opinion)
        return response.empty()

    @routes.post("/clicks")
    @_answered
    async def clicks(request: Request) -> HTTPResponse:
        speaker = authenticate(request)
        product_id = _body(request).get("product_id")
        if not isinstance(product_id, str) or not 0 < len(product_id) <= MOST_ID_CHARACTERS:
            detail = f"Send product_id, of {MOST_ID_CHARACTERS} characters at most."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        conversation = conversation_id(speaker, settings.secrets)
        await desk.ask("POST", "/clicks", speaker, conversation, json={"product_id": product_id})
        return response.empty()


def agent_routes(
    routes: Blueprint, desk: Desk, answerer: Answerer, authenticate: Authenticate, handle: Handler
) -> None:
    """Add the agents' desk: `/events` and `/handoffs`."""

    @routes.get("/events")
    @_answered
    async def events(request: Request) -> HTTPResponse | None:
        return await _relay(request, desk, authenticate(request), "")

    @routes.get("/handoffs")
    @_answered
    async def listed(request: Request) -> HTTPResponse:
        states = [("state", state) for state in request.args.getlist("state") or []]
        return response.json(
            await desk.ask("GET", "/handoffs", authenticate(request), params=states)
        )

    @routes.post("/handoffs")
    @_answered
    async def taken(request: Request) -> HTTPResponse:
        speaker = authenticate(request)
        conversation = _body(request).get("conversation_id")
        agent = request.app.ctx.agent
        if not isinstance(conversation, str) or not await agent.tracker_store.exists(conversation):
            raise Problem(HTTPStatus.NOT_FOUND, "conversation_id must be of a conversation held.")
        # The bot knows the conversation: it sums it up for whoever takes it.
        message = Incoming(speaker, conversation, f"taken:{speaker.subject}", TAKEN)
        await answerer.tell(message, agent, handle)
        handoff = await _of_conversation(desk, speaker, conversation)
        return response.json(handoff, status=HTTPStatus.CREATED.value)

    @routes.get("/handoffs/<number:int>")
    @_answered
    async def shown(request: Request, number: int) -> HTTPResponse:
        return response.json(await desk.ask("GET", f"/handoffs/{number}", authenticate(request)))

    @routes.post("/handoffs/<number:int>/<step:str>")
    @_answered
    async def step(request: Request, number: int, step: str) -> HTTPResponse:
        speaker, body = authenticate(request), _body(request)
        if step == "typing":
            await desk.ask("POST", "/typing", speaker, json={**body, "handoff_id": number})
            return response.empty()
        changed = await desk.ask("POST", f"/handoffs/{number}/{step}", speaker, json=body)
        request.app.ctx.handoff_ended.set()
        return response.json(changed)


async def look_after_handoffs(desk: Desk, answerer: Answerer, app: Sanic, handle: Handler) -> None:
    """Again and again, end what has waited too long and tell the customers; runs for ever."""
    ended: asyncio.Event = app.ctx.handoff_ended
    while True:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(ended.wait(), SWEPT_EVERY)
        ended.clear()
        agent = getattr(app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            continue
        try:
            await announce(desk, answerer, agent, handle)
        except Problem as problem:
            logger.info("handoffs were not looked after: %s", problem)
        except Exception:
            # Whatever it was with one conversation, the others are looked after next time.
            logger.exception("handoffs were not looked after")


async def announce(desk: Desk, answerer: Answerer, agent: Any, handle: Handler) -> None:
    """Have the bot tell every customer whose handoff has ended that it has."""
    for ended in (await desk.ask("POST", "/sweep"))["ended"]:
        speaker = Speaker(ended["subject"] or "unknown", Role.SHOPPER, ended["customer_id"])
        conversation, number = ended["conversation_id"], ended["handoff_id"]
        message = Incoming(speaker, conversation, f"ended:{number}", ENDED)
        messages = await answerer.tell(message, agent, handle)
        told = {"handoff_id": number, "messages": messages}
        await desk.ask("POST", "/announced", speaker, conversation, f"ended:{number}", json=told)


async def _of_conversation(desk: Desk, speaker: Speaker, conversation: str) -> dict[str, Any]:
    for handoff in (await desk.ask("GET", "/handoffs", SYSTEM))["handoffs"]:
        if handoff["conversation_id"] == conversation:
            if handoff["agent"] == speaker.subject:
                return dict(handoff)
            raise Problem(HTTPStatus.CONFLICT, f"{handoff['agent']} has this conversation.")
    raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The conversation could not be taken; try again.")


async def _relay(
    request: Request, desk: Desk, speaker: Speaker, conversation: str
) -> HTTPResponse | None:
    chunks = desk.listen(speaker, conversation, request.headers.get("Last-Event-ID"))
    # The desk says something at once; until it has, a refusal can still be a problem document.
    first = await chunks.__anext__()
    stream = await request.respond(
        headers=STREAM_HEADERS, content_type="text/event-stream; charset=utf-8"
    )
    await stream.send(first)
    try:
        async for chunk in chunks:
            await stream.send(chunk)
    except Problem as problem:
        logger.info("a stream ended: %s", problem)
    finally:
        await chunks.aclose()  # type: ignore[attr-defined]
    await stream.eof()
    return None


def _answered(handler: Any) -> Any:
    """Answer refusals as problem documents."""

    @wraps(handler)
    async def answered(request: Request, **values: Any) -> HTTPResponse | None:
        try:
            return await handler(request, **values)  # type: ignore[no-any-return]
        except Problem as problem:
            return problem.response()

    return answered


def _body(request: Request) -> dict[str, Any]:
    body = request.json if request.body else {}
    if not isinstance(body, dict):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The body must be a JSON object.")
    return body
