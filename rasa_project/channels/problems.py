"""Refusals, as problem documents (RFC 9457) in `application/problem+json`."""

from __future__ import annotations

from http import HTTPStatus

from sanic import response
from sanic.response import HTTPResponse


class Problem(Exception):
    """A request that is refused. `detail` says what was wrong and what is accepted."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail

    def response(self) -> HTTPResponse:
        """Return the answer that says so."""
        return response.json(
            {"type": "about:blank", "title": self.status.phrase, "detail": self.detail},
            status=self.status.value,
            content_type="application/problem+json",
        )
