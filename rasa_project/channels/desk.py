"""The way to the handoff desk, which the action server runs beside the shop's records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import aiohttp

from analytics.identity import Role, Speaker, sign_context
from analytics.settings import Settings
from rasa_project.channels.problems import Problem

CONTEXT_HEADER = "X-Salesclerk-Context"
PATIENCE = aiohttp.ClientTimeout(total=6)
FOREVER = aiohttp.ClientTimeout(total=None, sock_read=60)
"For streams, which say something every quarter of a minute."
SYSTEM = Speaker("salesclerk", Role.AGENT)
"Who asks where nobody does: the assistant itself."
UNREACHABLE = "The desk can't be reached at the moment; try again."


class Desk:
    """Asks the desk in somebody's name, for which this server vouches."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._base = f"http://127.0.0.1:{settings.actions_port}/desk"
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        path: str,
        speaker: Speaker = SYSTEM,
        conversation_id: str = "",
        message_id: str = "",
        **options: Any,
    ) -> dict[str, Any]:
        """Return what the desk answers, `{}` where that is nothing.

        Raises:
            Problem: what it refuses; 503 where it can't be reached.
        """
        headers = self._vouch(speaker, conversation_id, message_id)
        try:
            async with self._client().request(
                method, self._base + path, headers=headers, timeout=PATIENCE, **options
            ) as answer:
                if answer.status >= HTTPStatus.BAD_REQUEST:
                    raise await _problem(answer)
                return dict(await answer.json()) if answer.status == HTTPStatus.OK else {}
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, UNREACHABLE) from error

    async def listen(
        self, speaker: Speaker, conversation_id: str, last: str | None
    ) -> AsyncIterator[bytes]:
        """Yield server-sent events for as long as the desk sends any.

        Args:
            last: number of the last event heard.

        Raises:
            Problem: as `ask`.
        """
        headers = self._vouch(speaker, conversation_id, "")
        if last:
            headers["Last-Event-ID"] = last
        try:
            async with self._client().get(
                f"{self._base}/stream", headers=headers, timeout=FOREVER
            ) as answer:
                if answer.status != HTTPStatus.OK:
                    raise await _problem(answer)
                async for chunk in answer.content.iter_any():
                    yield chunk
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, UNREACHABLE) from error

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()

    def _vouch(self, speaker: Speaker, conversation_id: str, message_id: str) -> dict[str, str]:
        secrets = self._settings.secrets
        return {CONTEXT_HEADER: sign_context(speaker, conversation_id, message_id, secrets)}

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Made here, as it belongs to the loop that runs; streams are many and long.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._session


async def _problem(answer: aiohttp.ClientResponse) -> Problem:
    body = await answer.json(content_type=None)
    detail = body.get("detail") if isinstance(body, dict) else None
    return Problem(HTTPStatus(answer.status), str(detail or HTTPStatus(answer.status).phrase))
