"""The routes of the handoff desk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, Final

from sanic import Blueprint, Request, Sanic, response
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from actions import shown
from actions.desk.database import read, read_now, write
from actions.desk.hub import Hub, Signal
from actions.desk.inbound import add_inbound
from actions.desk.streams import agent_stream, customer_stream
from actions.services import Services
from analytics.errors import (
    HandoffConflict,
    InvalidInput,
    InvalidSignature,
    InvalidToken,
    NotAuthorised,
    SalesclerkError,
    StoreUnavailable,
    UnknownHandoff,
    UnknownSource,
)
from analytics.handoff import views
from analytics.identity import Context, Role, read_context
from analytics.store import feedback, handoffs
from analytics.store.models import LANGUAGES, Handoff, HandoffState, Sender

CONTEXT_HEADER: Final = "X-Salesclerk-Context"
STATUS: Final[dict[type[SalesclerkError], HTTPStatus]] = {
    InvalidToken: HTTPStatus.UNAUTHORIZED,
    InvalidSignature: HTTPStatus.UNAUTHORIZED,
    NotAuthorised: HTTPStatus.FORBIDDEN,
    UnknownHandoff: HTTPStatus.NOT_FOUND,
    UnknownSource: HTTPStatus.NOT_FOUND,
    HandoffConflict: HTTPStatus.CONFLICT,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
Handler = Callable[..., Awaitable[HTTPResponse | None]]


def desk_routes(services: Services) -> Blueprint:
    """Return the routes below `/desk`, and the task that looks for news."""
    routes = Blueprint("desk", url_prefix="/desk")
    desk = services.handoff_desk
    hub = Hub(partial(read_now, services, handoffs.latest))

    async def look(app: Sanic[Any, Any]) -> None:
        app.add_task(hub.look())

    routes.after_server_start(look)
    guard = _guarded(services)
    add_inbound(routes, services, hub, guard)

    @routes.post("/heard")
    @guard(Role.SHOPPER)
    async def heard(request: Request, context: Context) -> HTTPResponse:
        """Keep the customer's words; tell who has the conversation."""

        def run(session: Session) -> dict[str, Any] | None:
            handoff = desk.hear(
                session,
                context.conversation_id,
                context.message_id,
                _text(request, "text"),
                services.now(),
            )
            if handoff is None:
                return None
            waits = handoff.state == HandoffState.REQUESTED
            place = desk.queue(session, handoff, services.now()) if waits else None
            return views.card(handoff, place)

        # Nearly always the bot has it: that is looked up without keeping other writers waiting.
        if not await read(services, handoffs.under_way, context.conversation_id):
            return response.json({"handoff": None})
        card = await write(services, run)
        hub.wake()
        return response.json({"handoff": card})

    @routes.post("/answered")
    @guard(Role.SHOPPER)
    async def answered(request: Request, context: Context) -> HTTPResponse:
        await write(
            services,
            desk.answered,
            context.conversation_id,
            context.message_id,
            _list(request, "messages"),
            services.now(),
        )
        hub.wake()
        return response.empty()

    @routes.post("/announced")
    @guard(Role.SHOPPER)
    async def announced(request: Request, context: Context) -> HTTPResponse:
        await write(
            services,
            desk.announced,
            int((request.json or {})["handoff_id"]),
            context.message_id,
            _list(request, "messages"),
            services.now(),
        )
        hub.wake()
        return response.empty()

    @routes.post("/sweep")
    @guard(Role.AGENT)
    async def sweep(request: Request, context: Context) -> HTTPResponse:
        """End what has waited too long; return the ends of which nobody has been told."""

        def run(session: Session) -> list[dict[str, Any]]:
            desk.sweep(session, services.now())
            return [
                {
                    "handoff_id": one.id,
                    "conversation_id": one.conversation_id,
                    "subject": one.subject,
                    "customer_id": one.customer_id,
                }
                for one in handoffs.to_announce(session)
            ]

        if not await read(services, handoffs.any_to_sweep):
            return response.json({"ended": []})
        return response.json({"ended": await write(services, run)})

    @routes.get("/handoffs")
    @guard(Role.AGENT)
    async def listed(request: Request, context: Context) -> HTTPResponse:
        states = [_state(name) for name in request.args.getlist("state") or ["requested", "human"]]

        def run(session: Session) -> list[dict[str, Any]]:
            return [views.row(session, one) for one in handoffs.in_states(session, states)]

        at = services.now().isoformat()
        return response.json({"handoffs": await read(services, run), "at": at})

    @routes.get("/handoffs/<number:int>")
    @guard(Role.AGENT)
    async def detail(request: Request, context: Context, number: int) -> HTTPResponse:
        def run(session: Session) -> dict[str, Any]:
            return views.detail(session, desk.get(session, number))

        return response.json(await read(services, run))

    @routes.post("/handoffs/<number:int>/<step:str>")
    @guard(Role.AGENT)
    async def step(request: Request, context: Context, number: int, step: str) -> HTTPResponse:
        agent, at = context.speaker.subject, services.now()

        def run(session: Session) -> dict[str, Any]:
            if step == "reply":
                text, message_id = _text(request, "text"), _text(request, "message_id")
                return views.message(desk.reply(session, number, agent, text, message_id, at))
            steps = {"claim": desk.claim, "release": desk.release, "close": desk.close}
            if step not in steps:
                raise UnknownHandoff(f"{number}/{step}")
            return views.row(session, steps[step](session, number, agent, at))

        changed = await write(services, run)
        hub.wake()
        return response.json(changed)

    @routes.post("/typing")
    @guard()
    async def typing(request: Request, context: Context) -> HTTPResponse:
        body = request.json or {}
        data = {"typing": bool(body.get("typing"))}

        def run(session: Session) -> Handoff | None:
            if context.speaker.role is Role.SHOPPER:
                return handoffs.under_way(session, context.conversation_id)
            handoff = desk.get(session, int(body["handoff_id"]))
            desk.seen(session, handoff, Sender.AGENT, services.now())
            return handoff

        if handoff := await write(services, run):
            sender = "customer" if context.speaker.role is Role.SHOPPER else "agent"
            hub.signal(Signal("typing", handoff.id, sender, data))
        return response.empty()

    @routes.post("/thumbs")
    @guard(Role.SHOPPER)
    async def thumbs(request: Request, context: Context) -> HTTPResponse:
        body = request.json or {}

        def run(session: Session) -> None:
            feedback.record_thumb(
                session,
                conversation_id=context.conversation_id,
                message_id=context.message_id,
                up=bool(body.get("up")),
                text=_text(request, "text"),
                language=body.get("language") or LANGUAGES[0],
                at=services.now(),
            )

        await write(services, run)
        return response.empty()

    @routes.post("/clicks")
    @guard(Role.SHOPPER)
    async def clicks(request: Request, context: Context) -> HTTPResponse:
        product_id = _text(request, "product_id")
        await write(services, shown.opened_on_page, services, context, product_id)
        return response.empty()

    @routes.get("/stream")
    @guard()
    async def stream(request: Request, context: Context) -> None:
        last = request.headers.get("Last-Event-ID", "")
        number = int(last) if last.isdecimal() else None
        if context.speaker.role is Role.AGENT:
            events = agent_stream(services, hub, context.speaker.subject, number)
        else:
            events = customer_stream(services, hub, context.conversation_id, number)
        await _send(request, events)

    return routes


async def _send(request: Request, events: AsyncGenerator[str]) -> None:
    answer = await request.respond(content_type="text/event-stream; charset=utf-8")
    # Who listens knows at once that the connection stands.
    await answer.send(":\n\n")
    # Closed at once when the listener leaves, so that the others hear of it.
    async with aclosing(events):
        async for event in events:
            await answer.send(event)


def _guarded(services: Services) -> Callable[..., Callable[[Handler], Handler]]:
    """Return the decorator that checks who asks, and answers errors as problem documents."""

    def guard(*roles: Role) -> Callable[[Handler], Handler]:
        def decorate(handler: Handler) -> Handler:
            @wraps(handler)
            async def guarded(request: Request, **values: Any) -> HTTPResponse | None:
                try:
                    header = request.headers.get(CONTEXT_HEADER, "")
                    context = read_context(header, services.settings.secrets)
                    if roles and context.speaker.role not in roles:
                        raise NotAuthorised(f"not for the role {context.speaker.role.value}")
                    return await handler(request, context=context, **values)
                except SalesclerkError as error:
                    return problem(error)

            return guarded

        return decorate

    return guard


def problem(error: SalesclerkError) -> HTTPResponse:
    """Return an error as a problem document (RFC 9457)."""
    status = next(
        (status for kind, status in STATUS.items() if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    return response.json(
        {"type": "about:blank", "title": status.phrase, "detail": str(error)},
        status=status.value,
        content_type="application/problem+json",
    )


def _text(request: Request, name: str) -> str:
    value = (request.json or {}).get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(name, value, "a text that is not empty")
    return value.strip()


def _list(request: Request, name: str) -> list[dict[str, Any]]:
    value = (request.json or {}).get(name)
    if not isinstance(value, list):
        raise InvalidInput(name, value, "a list")
    return value


def _state(name: str) -> HandoffState:
    try:
        return HandoffState(name)
    except ValueError as error:
        raise InvalidInput("state", name, ", ".join(HandoffState)) from error
