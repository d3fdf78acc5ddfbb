"""The desk as an agent sees it, with the server played by the test."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, Route

from tests.web.chat_page import PERSONAS, Json
from tests.web.streams import Streams

NOW = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
ROOT = "/webhooks/crm/handoffs"


def token(subject: str) -> str:
    """A token as the page reads it: it does not check the signature."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": subject}, ensure_ascii=False).encode())
    return f"head.{claims.decode().rstrip('=')}.signature"


def handoff(number: int, name: str | None, minutes: int, **more: Any) -> Json:
    """A handoff that was requested so many minutes ago."""
    return {
        "id": number,
        "conversation_id": f"conversation-{number}",
        "ticket_id": f"T-{number}",
        "state": "requested",
        "reason": "request",
        "language": "en",
        "requested_at": (NOW - timedelta(minutes=minutes)).isoformat(),
        "claimed_at": None,
        "closed_at": None,
        "agent": None,
        "outcome": None,
        "position": number,
        "customer": {"id": f"C{number}", "name": name} if name else None,
        "last": {"sender": "customer", "text": "A person, please", "at": NOW.isoformat()},
        **more,
    }


SUMMARY: Json = {
    "reason": "anger",
    "language": "en",
    "mood": "angry",
    "verified": True,
    "customer": {"id": "C1", "name": "Anna Schmidt", "email": "anna@example.com", "phone": None},
    "intents": ["track_order", "contact_human_agent"],
    "orders": ["10482"],
    "quotes": [],
    "tried": ["action_track_order"],
    "last_error": None,
}
TRANSCRIPT: list[Json] = [
    {"sender": "customer", "text": "Where is my order?"},
    {"sender": "bot", "text": "It is on its way."},
    {"sender": "customer", "text": "I want to talk to a person <b>now</b>"},
]


class DeskPage:
    """Drives the page.

    Attributes:
        complaints: errors that the page did not expect.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def item(self, name: str) -> Locator:
        """A conversation in the queue."""
        return self.page.locator("#queue .item", has_text=name)

    def read(self, name: str) -> None:
        """Open a conversation."""
        self.item(name).click()
        self.page.get_by_role("heading", name=name).wait_for()

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Write to the customer")

    @property
    def log(self) -> Locator:
        return self.page.locator(".log .text")


class PlayedDesk(DeskPage):
    """The same, where the test answers as the server does.

    Attributes:
        handoffs: by id, as the server has them; each may have `messages` of its own.
        sent: what was asked by POST, as (path below the handoffs, body).
        refusals: by path below the handoffs, the status and the problem document to answer.
    """

    def __init__(self, page: Page, streams: Streams) -> None:
        super().__init__(page)
        self.streams = streams
        self.handoffs: dict[int, Json] = {}
        self.sent: list[tuple[str, Json]] = []
        self.refusals: dict[str, tuple[int, Json]] = {}
        self.number = 100
        page.route("**/chat/personas", lambda route: route.fulfill(json=PERSONAS))
        page.route("**/chat/token", self._give_token)
        page.route("**/webhooks/crm/handoffs**", self._answer)
        page.route("**/webhooks/crm/handoffs/**", self._answer)

    def open(self, **parameters: str) -> None:
        """Open the page and wait until it listens."""
        times = len(self.streams.asked)
        self.page.goto(f"{self.streams.address}/chat/agent.html?{urlencode(parameters)}")
        self.streams.wait(self.page, times + 1)

    def add(self, *handoffs: Json) -> None:
        self.handoffs.update({one["id"]: {"messages": [], **one} for one in handoffs})

    def row(self, number: int) -> Json:
        """A handoff as lists have it."""
        return {name: value for name, value in self.handoffs[number].items() if name != "messages"}

    def says(self, number: int, sender: str, text: str) -> Json:
        """Have somebody say something."""
        self.number += 1
        message = {
            "id": self.number,
            "handoff_id": number,
            "message_id": f"m{self.number}",
            "sender": sender,
            "text": text,
            "at": NOW.isoformat(),
            **({"agent": "Maria"} if sender == "agent" else {}),
        }
        self.handoffs[number]["messages"].append(message)
        self.handoffs[number]["last"] = message
        self.streams.emit("message", message, self.number)
        return message

    def changes(self, number: int, **values: Any) -> None:
        """Have a handoff change, as by another agent."""
        self.handoffs[number].update(values)
        self.streams.emit("handoff", self.row(number))

    def _give_token(self, route: Route) -> None:
        body = route.request.post_data_json
        route.fulfill(json={"token": token(f"agent:demo:{body['name']}"), "expires_in": 3600})

    def _answer(self, route: Route) -> None:
        request = route.request
        address = urlsplit(request.url)
        path = address.path.removeprefix(ROOT)
        if request.method == "POST":
            self.sent.append((path, request.post_data_json))
        if path in self.refusals:
            status, problem = self.refusals[path]
            route.fulfill(status=status, json=problem)
        elif path == "":
            self._list(route, parse_qs(address.query).get("state", []))
        else:
            number, _, step = path.strip("/").partition("/")
            self._step(route, int(number), step)

    def _list(self, route: Route, states: list[str]) -> None:
        if route.request.method == "POST":
            self.add(handoff(9, None, 0, state="human", agent=self._agent(route), reason="agent"))
            route.fulfill(status=201, json=self.row(9))
            return
        found = [self.row(one) for one, row in self.handoffs.items() if row["state"] in states]
        route.fulfill(json={"handoffs": found, "at": NOW.isoformat()})

    def _step(self, route: Route, number: int, step: str) -> None:
        one = self.handoffs[number]
        if step == "":
            route.fulfill(json={**one, "summary": SUMMARY, "transcript": TRANSCRIPT})
        elif step == "reply":
            message = self.says(number, "agent", route.request.post_data_json["text"])
            route.fulfill(json=message)
        elif step == "typing":
            route.fulfill(status=204)
        else:
            ends = {"release": "released", "close": "closed"}
            one.update(
                {"state": "closed", "outcome": ends[step], "closed_at": NOW.isoformat()}
                if step in ends
                else {"state": "human", "agent": self._agent(route), "claimed_at": NOW.isoformat()}
            )
            route.fulfill(json=self.row(number))

    def _agent(self, route: Route) -> str:
        claims = route.request.headers["authorization"].split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])
