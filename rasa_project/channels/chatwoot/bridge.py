"""From what a customer said in Chatwoot to the bot's answer there.

A conversation is `pending` while it is the bot's, and `open` while it is a person's: then the bot
is silent. What was said is answered in its order. Chatwoot has no way to post a message once only,
so after a post whose outcome is unclear the bot looks whether the message is there: at the
conversation, where its token may read it, else at the webhooks that tell of its own messages.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from rasa_project.channels.chatwoot.book import Book
from rasa_project.channels.chatwoot.client import Client, Refused, Unclear
from rasa_project.channels.chatwoot.events import MARK, OPEN, PENDING, Echo, Said, Status
from rasa_project.channels.chatwoot.messages import plain, rendered
from rasa_project.channels.ledger import Answer
from rasa_project.channels.problems import Problem

WAITS = (2.0, 4.0, 8.0, 16.0, 30.0)
"Seconds between the attempts to post a message; after the last, a person is called."
WAITS_TO_CALL = (*WAITS, *[60.0] * 24 * 60)
"Seconds between the attempts to call a person: for a day."
MOST_REMEMBERED = 10_000
"Conversations of which the status is known; those of old tell theirs when they go on."
LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"Of the bot: it would answer, but not now."

logger = logging.getLogger(__name__)
AnswerTo = Callable[[Said], Awaitable[Answer]]
Summarise = Callable[[Said], Awaitable[str]]


class Bridge:
    """Has what customers say answered, and a person called where the bot cannot.

    Args:
        answer: has the bot answer; raises `Problem` where it cannot.
        summarise: what a person who takes over needs to know, as text.
        public_url: where customers reach this server.
        waits: seconds between the attempts to post, and between those to call a person.
    """

    def __init__(
        self,
        client: Client,
        book: Book,
        answer: AnswerTo,
        summarise: Summarise,
        public_url: str,
        waits: Sequence[float] = WAITS,
        waits_to_call: Sequence[float] = WAITS_TO_CALL,
    ) -> None:
        self._client = client
        self._book = book
        self._answer = answer
        self._summarise = summarise
        self._public_url = public_url
        self._waits = waits
        self._waits_to_call = waits_to_call
        self._statuses: OrderedDict[int, Status] = OrderedDict()
        self._turns: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._echoes: dict[int, list[Echo]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, status: Status | None, heard: Said | Echo | None) -> None:
        """Take in what an event tells; returns at once, and works on."""
        if status is not None:
            self._note(status)
        if isinstance(heard, Echo):
            self._echoes.get(heard.conversation, []).append(heard)
        elif isinstance(heard, Said) and self._book.begin(heard):
            self._start(heard)

    def resume(self) -> None:
        """Go on with what was not answered when the server stopped."""
        for said in self._book.unfinished():
            self._start(said)

    async def idle(self) -> None:
        """Wait until everything that was said is answered."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Stop; what is not answered is when the server starts again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()

    def _start(self, said: Said) -> None:
        task = asyncio.ensure_future(self._work(said))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, said: Said) -> None:
        # A lock lets in whoever waits in the order of their coming.
        turns = self._turns[said.conversation]
        async with turns:
            self._echoes[said.conversation] = []
            try:
                if said.status == PENDING and self._is_bots(said.conversation):
                    await self._turn(said)
                self._book.finish(said.key)
            except Refused as refused:
                logger.error("a message of conversation %s: %s", said.conversation, refused)
                self._book.finish(said.key)
            except Exception:
                # Kept unanswered: the next start tries again.
                logger.exception("a message of conversation %s failed", said.conversation)
            finally:
                del self._echoes[said.conversation]
        if not turns.locked():
            self._turns.pop(said.conversation, None)

    def _note(self, status: Status) -> None:
        """Keep the status of a conversation, unless a newer one is known: webhooks overtake."""
        known = self._statuses.pop(status.conversation, status)
        self._statuses[status.conversation] = max(status, known, key=lambda one: one.at)
        if len(self._statuses) > MOST_REMEMBERED:
            self._statuses.popitem(last=False)

    def _is_bots(self, conversation: int) -> bool:
        known = self._statuses.get(conversation)
        return known is None or known.status == PENDING

    async def _turn(self, said: Said) -> None:
        if not said.text:
            await self._call(said, "The customer sent something that is not text.")
            return
        try:
            answer = await self._typing(said)
            bodies = rendered(answer["messages"], self._public_url)
            done = await self._post_all(said, bodies)
        except (Problem, Unclear) as error:
            logger.warning("conversation %s goes to a person: %s", said.conversation, error)
            await self._call(said, f"The assistant could not answer: {error}")
            return
        if done and answer["status"] == "handoff":
            await self._call(said, await self._summarise(said))

    async def _typing(self, said: Said) -> Answer:
        """Return the bot's answer, and show meanwhile that it is on its way."""
        await self._show_typing(said.conversation, True)
        try:
            return await self._answered(said)
        finally:
            await self._show_typing(said.conversation, False)

    async def _show_typing(self, conversation: int, typing: bool) -> None:
        try:
            await self._client.set_typing(conversation, typing)
        except (Unclear, Refused) as error:
            # It is only a sign, and an older Chatwoot lets no bot give it.
            logger.info("typing is not shown: %s", error)

    async def _answered(self, said: Said) -> Answer:
        for wait in self._waits:
            try:
                return await self._answer(said)
            except Problem as problem:
                if problem.status not in LATER:
                    raise
            await asyncio.sleep(wait)
        return await self._answer(said)

    async def _post_all(self, said: Said, bodies: Sequence[Mapping[str, Any]]) -> bool:
        """Post an answer, from where it was left; return whether nobody took over meanwhile."""
        first = self._book.posted(said.key)
        for number, body in list(enumerate(bodies))[first:]:
            if not self._is_bots(said.conversation):
                return False
            mark = f"{said.key}:{number}"
            # Of what was under way when the server stopped, it is unclear too whether it arrived.
            if number != first or not await self._arrived(said.conversation, mark, body):
                try:
                    await self._post(said.conversation, mark, body, self._waits)
                except Refused as refused:
                    if refused.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                        raise
                    await self._post(said.conversation, mark, plain(body), self._waits)
            self._book.advance(said.key, number + 1)
        return True

    async def _post(
        self, conversation: int, mark: str, body: Mapping[str, Any], waits: Sequence[float]
    ) -> None:
        """Post a message once, however often it takes.

        Raises:
            Unclear: it could not be posted after the last of `waits`.
            Refused: Chatwoot does not take it.
        """
        attributes = {**(body.get("content_attributes") or {}), MARK: mark}
        marked = {**body, "content_attributes": attributes}
        for wait in waits:
            try:
                await self._client.post(conversation, marked)
                return
            except Unclear as error:
                logger.warning("a message to conversation %s: %s", conversation, error)
            await asyncio.sleep(wait)
            if await self._arrived(conversation, mark, body):
                return
        await self._client.post(conversation, marked)

    async def _arrived(self, conversation: int, mark: str, body: Mapping[str, Any]) -> bool:
        """Return whether a message is in the conversation, as far as can be known."""
        text = str(body["content"]).strip()
        if any(_is(echo.mark, echo.text, mark, text) for echo in self._echoes[conversation]):
            return True
        try:
            found = await self._client.messages(conversation)
        except (Unclear, Refused):
            return False
        return any(
            (message.get("content_attributes") or {}).get(MARK) == mark for message in found or ()
        )

    async def _call(self, said: Said, note: str) -> None:
        """Give the conversation to people, with a private note that says why."""
        mark = f"{said.key}:note"
        try:
            await self._post(
                said.conversation, mark, {"content": note, "private": True}, self._waits_to_call
            )
        except Refused as refused:
            # Without a note is better than not at all.
            logger.error("a note to conversation %s: %s", said.conversation, refused)
        # What people do with it from now on is newer than this.
        known = self._statuses.get(said.conversation)
        self._note(Status(said.conversation, OPEN, known.at if known else 0.0))
        for wait in self._waits_to_call:
            try:
                await self._client.set_status(said.conversation, OPEN)
                break
            except Unclear as error:
                logger.warning("conversation %s is not open yet: %s", said.conversation, error)
            await asyncio.sleep(wait)


def _is(found_mark: str | None, found_text: str, mark: str, text: str) -> bool:
    return found_mark == mark if found_mark is not None else found_text == text
