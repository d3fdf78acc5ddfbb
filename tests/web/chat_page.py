"""The chat page as a visitor sees it, with a real assistant or with answers set by the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Locator, Page, Route

Json = dict[str, Any]

PERSONAS: Json = {
    "environment": "demo",
    "shop": {"name": "Linden & Oak", "currency": "GBP"},
    "personas": [
        {"id": "guest", "role": "shopper", "name": None, "kind": "guest", "customer_id": None},
        {
            "id": "customer:C00042",
            "role": "shopper",
            "name": "Anna Schmidt",
            "kind": "loyal",
            "customer_id": "C00042",
        },
        {"id": "agent:demo", "role": "agent", "name": None, "kind": "agent", "customer_id": None},
    ],
}


def says(*messages: Json, status: str = "ok") -> Json:
    """A reply of the chat contract."""
    return {"status": status, "conversation_id": "c", "message_id": "m", "messages": [*messages]}


class ChatPage:
    """Drives the page.

    Attributes:
        hosts: every host that the page asked for anything.
        complaints: errors that the page's console showed.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))

    def open(self, **parameters: str) -> None:
        """Open the page, with for instance `persona` and `lang`, and wait until it can be used."""
        self.page.goto(f"{self.address}/chat/?{urlencode(parameters)}")
        self.input.wait_for()

    @property
    def input(self) -> Locator:
        return self.page.locator("#text-input[deep-chat-placeholder-text]")

    @property
    def replied(self) -> Locator:
        """What the assistant said; the first is the page's own welcome."""
        return self.page.locator("sales-reply:visible")

    @property
    def announced(self) -> Locator:
        return self.page.locator("#announcer p")

    def ask(self, text: str) -> None:
        """Send a message and wait for the next reply."""
        count = self.replied.count()
        self.input.fill(text)
        self.input.press("Enter")
        self.replied.nth(count).wait_for()


class PlayedChat(ChatPage):
    """The same, where the test plays the HTTP interface behind the page.

    Attributes:
        replies: what the webhooks answer, in turn: a reply, (status, problem document), or None
            for a connection that breaks. The last one is repeated.
        sent: the requests to the webhooks as (path, token, body).
        tokens: how many tokens were given.
        thumbs: what was said of answers, as (message id, up).
        clicks: the products that were opened.
        typing: what was told of the visitor's typing.
        listens: whether the server has events to hear; without any it says so.
    """

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        self.replies: list[Json | tuple[int, Json] | None] = [says({"text": "Hello."})]
        self.sent: list[tuple[str, str, Json]] = []
        self.tokens = 0
        self.thumbs: list[tuple[str, bool]] = []
        self.clicks: list[str] = []
        self.typing: list[bool] = []
        self.listens = False
        page.route("**/chat/token", self._give_token)
        page.route("**/webhooks/*/webhook", self._answer)
        page.route("**/webhooks/*/events", self._listen)
        page.route("**/webhooks/*/thumbs", self._rate)
        page.route("**/webhooks/*/clicks", self._click)
        page.route("**/webhooks/*/typing", self._type)

    def answer_personas(self, personas: Json) -> None:
        self.page.route("**/chat/personas", lambda route: route.fulfill(json=personas))

    def card(self, custom: Json) -> Locator:
        """Have the assistant answer with this card, and return the reply that shows it."""
        self.replies = [says({"custom": custom})]
        self.ask("?")
        return self.replied.last

    def _give_token(self, route: Route) -> None:
        self.tokens += 1
        route.fulfill(json={"token": f"token-{self.tokens}", "expires_in": 3600})

    def _listen(self, route: Route) -> None:
        if self.listens:
            route.continue_()
        else:
            route.fulfill(status=204)

    def _rate(self, route: Route) -> None:
        body = route.request.post_data_json
        self.thumbs.append((body["message_id"], body["up"]))
        route.fulfill(status=204)

    def _click(self, route: Route) -> None:
        self.clicks.append(route.request.post_data_json["product_id"])
        route.fulfill(status=204)

    def _type(self, route: Route) -> None:
        self.typing.append(route.request.post_data_json["typing"])
        route.fulfill(status=204)

    def _answer(self, route: Route) -> None:
        request = route.request
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.sent.append((urlsplit(request.url).path, token, request.post_data_json))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if reply is None:
            route.abort("connectionfailed")
        elif isinstance(reply, tuple):
            status, problem = reply
            route.fulfill(status=status, json=problem)
        else:
            route.fulfill(json=reply)


@contextmanager
def visit(browser: Browser, address: str, **options: Any) -> Iterator[PlayedChat]:
    """A visitor to the demo, with the browser's options; the page is not yet opened."""
    defaults = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
    with browser.new_context(**{**defaults, **options}) as context:
        chat = PlayedChat(context.new_page(), address)
        chat.answer_personas(PERSONAS)
        yield chat
