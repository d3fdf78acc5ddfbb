"""The chat page and its files; in a demo also the picker of who to be."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from analytics.identity import Role, Speaker, issue_token
from analytics.settings import Settings
from rasa_project.channels.problems import Problem
from rasa_project.serving import settle

WEB = Path(__file__).resolve().parents[2] / "web"
DEEP_CHAT = WEB / "node_modules" / "deep-chat" / "dist" / "deepChat.bundle.js"
SUFFIXES = {".html", ".css", ".js", ".json", ".svg", ".png"}
TOKEN_LIFETIME = timedelta(hours=1)
VISIT = re.compile(r"[A-Za-z0-9-]{8,64}")
"What tells one opening of the page, and so one conversation, from another."
NAME = re.compile(r"\w[\w .-]{0,39}")
"How an agent is called at the desk."
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

logger = logging.getLogger(__name__)


class PageInput(InputChannel):
    """Serves `web/` at `/chat/`."""

    def __init__(self) -> None:
        self._settings = Settings.from_environment()

    @classmethod
    def name(cls) -> str:
        return "page"

    def url_prefix(self) -> str:
        return "/chat"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes of the page; no message comes in here."""
        routes = Blueprint("salesclerk_page")
        files = _files()
        headers = {**HEADERS, "Content-Security-Policy": self._policy()}

        async def announce(_app: Sanic, _loop: Any) -> None:
            settle()
            address = f"http://{self._settings.host}:{self._settings.port}/chat/"
            print(f"Salesclerk is ready: {address}", flush=True)  # noqa: T201

        routes.listener("after_server_start")(announce)

        @routes.get("", strict_slashes=True)
        async def folder(_request: Request) -> HTTPResponse:
            # The page names its files relative to `/chat/`.
            return response.redirect("/chat/")

        if self._settings.demo:

            @routes.get("/personas")
            async def personas(_request: Request) -> HTTPResponse:
                return response.json(self._personas())

            @routes.post("/token")
            async def token(request: Request) -> HTTPResponse:
                try:
                    return response.json(self._token(request))
                except Problem as problem:
                    return problem.response()

        @routes.get("/<name:path>", strict_slashes=True)
        async def file(_request: Request, name: str) -> HTTPResponse:
            path = files.get(name or "index.html")
            if path is None:
                return Problem(HTTPStatus.NOT_FOUND, "The chat page has no such file.").response()
            return await response.file(path, headers=headers)

        return routes

    def _policy(self) -> str:
        """Return the Content-Security-Policy; only the shop's own sites may embed the page."""
        return " ".join([f"{POLICY}; frame-ancestors 'self'", *self._settings.sites])

    def _personas(self) -> dict[str, Any]:
        path = self._settings.home / "personas.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def _token(self, request: Request) -> dict[str, Any]:
        body = request.json if isinstance(request.json, dict) else {}
        chosen: dict[str, Any] | None = next(
            (one for one in self._personas()["personas"] if one["id"] == body.get("persona")), None
        )
        if chosen is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "persona must be one of /chat/personas.")
        subject = f"{chosen['id']}:{_whose(body, Role(chosen['role']))}"
        speaker = Speaker(subject, Role(chosen["role"]), chosen["customer_id"])
        token = issue_token(speaker, self._settings.secrets, TOKEN_LIFETIME)
        return {"token": token, "expires_in": int(TOKEN_LIFETIME.total_seconds())}


def _whose(body: dict[str, Any], role: Role) -> str:
    """Return the visit that a token is for; for an agent at the desk, the agent's name."""
    if role is Role.AGENT and "name" in body:
        name = body["name"]
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "name must be 1 to 40 letters.")
        return name
    visit = body.get("visit")
    if not isinstance(visit, str) or not VISIT.fullmatch(visit):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "visit must be 8 to 64 letters, digits or -."
        )
    return visit


def _files() -> dict[str, Path]:
    """Return the files that may be served, by the name they have below `/chat/`."""
    files = {
        path.relative_to(WEB).as_posix(): path
        for path in WEB.rglob("*")
        if path.suffix in SUFFIXES and "node_modules" not in path.parts and path.is_file()
    }
    return {**files, "deep-chat.js": DEEP_CHAT}
