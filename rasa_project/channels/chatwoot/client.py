"""Chatwoot's REST, as far as a bot needs it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import aiohttp

from analytics.settings import Chatwoot

PATIENCE = aiohttp.ClientTimeout(total=10)


class Unclear(Exception):
    """Whether it was done is not known: no answer came, or one of a server in trouble."""


class Refused(Exception):
    """Chatwoot does not do this, now or later.

    Attributes:
        status: what it answered.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"Chatwoot answered {status}: {detail}")
        self.status = status


class Client:
    """Speaks as the agent bot."""

    def __init__(self, chatwoot: Chatwoot) -> None:
        self._base = f"{chatwoot.url}/api/v1/accounts/{chatwoot.account_id}/conversations"
        self._headers = {"api_access_token": chatwoot.token}
        self._session: aiohttp.ClientSession | None = None

    async def post(self, conversation: int, body: dict[str, Any]) -> None:
        """Post a message of the bot.

        Raises:
            Unclear, Refused: as it fails; so do the methods below.
        """
        await self._ask("POST", f"{conversation}/messages", {"message_type": "outgoing", **body})

    async def set_status(self, conversation: int, status: str) -> None:
        """Give the conversation to people (`open`), or to the bot (`pending`)."""
        await self._ask("POST", f"{conversation}/toggle_status", {"status": status})

    async def set_typing(self, conversation: int, typing: bool) -> None:
        """Show the customer that the bot is writing, or no longer."""
        body = {"typing_status": "on" if typing else "off"}
        await self._ask("POST", f"{conversation}/toggle_typing_status", body)

    async def messages(self, conversation: int) -> list[dict[str, Any]] | None:
        """Return the latest messages; None where the token may not read, as a bot's own."""
        try:
            found = await self._ask("GET", f"{conversation}/messages")
        except Refused as refused:
            if refused.status == HTTPStatus.UNAUTHORIZED:
                return None
            raise
        return list(found.get("payload") or [])

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()

    async def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        if self._session is None:
            # Made here, as it belongs to the loop that runs.
            self._session = aiohttp.ClientSession(headers=self._headers)
        try:
            async with self._session.request(
                method, f"{self._base}/{path}", json=body, timeout=PATIENCE, allow_redirects=False
            ) as answer:
                text = await answer.text()
                status = answer.status
                found = await answer.json(content_type=None) if text.startswith("{") else {}
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            raise Unclear(f"{type(error).__name__}: {error}") from error
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unclear(f"answered {status}")
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise Refused(status, str(found.get("error") or found.get("message") or ""))
        return dict(found)
