"""The files that a link opens, such as an invoice."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from analytics.errors import InvalidToken
from analytics.identity import FILES_FOLDER, verify_file
from analytics.settings import Settings
from rasa_project.channels.problems import Problem

MOST_NAME_CHARACTERS = 100
UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class FilesInput(InputChannel):
    """Serves PDF files at `/chat/files/` to whoever has a link; no message comes in here."""

    def __init__(self) -> None:
        self._settings = Settings.from_environment()

    @classmethod
    def name(cls) -> str:
        return "files"

    def url_prefix(self) -> str:
        return "/chat/files"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the route `GET /<token>`."""
        routes = Blueprint("salesclerk_files")

        @routes.get("/<token:str>")
        async def file(_request: Request, token: str) -> HTTPResponse:
            try:
                name, content = self._read(token)
            except Problem as problem:
                return problem.response()
            headers = {**HEADERS, "Content-Disposition": f'inline; filename="{_safe(name)}"'}
            return response.raw(content, headers=headers, content_type="application/pdf")

        return routes

    def _read(self, token: str) -> tuple[str, bytes]:
        """Return the name and the content of the file that a token opens.

        Raises:
            Problem: 404, without telling which of the two is missing.
        """
        try:
            file = verify_file(token, self._settings.secrets)
            path = self._settings.home / FILES_FOLDER / f"{file.key}.pdf"
            return file.name, path.read_bytes()
        except (InvalidToken, FileNotFoundError) as error:
            raise Problem(
                HTTPStatus.NOT_FOUND, "There is no such file, or its link has expired."
            ) from error


def _safe(name: str) -> str:
    """Return a name that no header and no file system misreads."""
    stem = UNSAFE.sub("-", name.removesuffix(".pdf")).strip(".-")
    return f"{stem[:MOST_NAME_CHARACTERS] or 'file'}.pdf"
