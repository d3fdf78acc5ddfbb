"""A Chatwoot on this machine: its agent-bot protocol and the REST that a bot uses.

Made after Chatwoot 4 as it is published: `lib/webhooks/trigger.rb` (signature, 5 s, what a failed
call does), `app/listeners/agent_bot_listener.rb` (which events a bot gets: of open conversations
too), `app/jobs/agent_bots/webhook_job.rb` (repeats after 429 and 500), `app/models/message.rb`
(`webhook_data`, how an answer wakes a resolved conversation), `content_attribute_validator.rb`,
`access_token_auth_helper.rb` (what a bot's token opens). Standard library only: the tests of both
environments use it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCOUNT = {"id": 1, "name": "Shop"}
INBOX = {"id": 1, "name": "Website"}
BOT = {"id": 7, "name": "Salesclerk", "type": "agent_bot"}
AGENT = {"id": 3, "name": "Eve", "email": "eve@shop.example", "type": "user"}
TYPES = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}
ITEM_KEYS = {
    "input_select": {"title", "value"},
    "cards": {"title", "description", "media_url", "actions"},
}
REPEATED = (429, 500)
BOT_FAILED = "Conversation was marked open by system due to an error with the agent bot."
ROUTE = re.compile(r"/api/v1/accounts/(\d+)/conversations/(\d+)(?:/(\w+))?")


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


@dataclass
class Contact:
    id: int
    identifier: str | None
    name: str = "Ann"
    hmac_verified: bool = False


@dataclass
class Conversation:
    id: int
    contact: Contact
    status: str = "pending"
    messages: list[dict[str, Any]] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)


@dataclass
class Chatwoot:
    """The server and what it holds.

    Attributes:
        bot_url: where the agent bot listens.
        bot_token: the agent bot's; it may write, not read.
        user_token: a person's; it may read too.
        secret: by which webhooks are signed; None sends them unsigned, as older versions do.
        reads_allowed: whether the bot's token may read a conversation's messages.
        keeps_attributes: whether attributes that it does not know stay with a message.
        faults: what happens to the next posts of messages: a status, "lose" (done, but the answer
            is lost), "drop" (the connection ends before anything is done), or None for nothing.
        down: whether every request is answered 503.
        repeat_wait: seconds before a webhook that failed is repeated.
        attempts: every webhook sent: event, delivery id, and the status answered or the error.
    """

    bot_url: str = ""
    url: str = ""
    bot_token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    user_token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    secret: str | None = field(default_factory=lambda: secrets.token_urlsafe(24))
    reads_allowed: bool = False
    keeps_attributes: bool = True
    faults: list[int | str | None] = field(default_factory=list)
    down: bool = False
    repeat_wait: float = 3.0
    attempts: list[tuple[str, str, int | str]] = field(default_factory=list)
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    conversations: dict[int, Conversation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._numbers = iter(range(1, 10**9))
        self._jobs = ThreadPoolExecutor(8)

    # What people do

    def begin(self, identifier: str | None = None, verified: bool = False) -> Conversation:
        """Open a conversation in an inbox that has the bot: it is pending."""
        with self._lock:
            contact = Contact(next(self._numbers), identifier, hmac_verified=verified)
            talk = Conversation(next(self._numbers), contact)
            self.conversations[talk.id] = talk
        return talk

    def customer_says(self, talk: Conversation, text: str | None, **more: Any) -> dict[str, Any]:
        """Have the customer write; a resolved conversation is the bot's again."""
        with self._lock:
            if talk.status == "resolved":
                self._set_status(talk, "pending")
            return self._create(talk, "incoming", text, None, **more)

    def customer_chooses(self, talk: Conversation, message_id: int, title: str) -> None:
        """Have the customer press one of an `input_select`'s buttons."""
        with self._lock:
            message = next(one for one in talk.messages if one["id"] == message_id)
            items = message["content_attributes"]["items"]
            chosen = [item for item in items if item["title"] == title]
            message["content_attributes"]["submitted_values"] = chosen
            self._dispatch(self._message_event("message_updated", talk, message))

    def agent_says(self, talk: Conversation, text: str, private: bool = False) -> None:
        """Have a person answer; her first public answer does not change the status."""
        with self._lock:
            self._create(talk, "outgoing", text, AGENT, private=private)

    def set_status(self, talk: Conversation, status: str) -> None:
        """Have a person open, resolve or give the conversation back to the bot."""
        with self._lock:
            self._set_status(talk, status)

    def repeat_last_event(self, new_delivery: bool = False) -> None:
        """Send the last event once more, as a job that runs twice does."""
        delivery, event = self._last
        self._jobs.submit(self._deliver, event, str(uuid.uuid4()) if new_delivery else delivery)

    def touch(self, talk: Conversation, message_id: int) -> None:
        """Change something about a message that nobody chose anything in."""
        with self._lock:
            message = next(one for one in talk.messages if one["id"] == message_id)
            self._dispatch(self._message_event("message_updated", talk, message))

    # What tests look at

    def said(self, talk: Conversation) -> list[str]:
        """Return what the bot said to the customer."""
        return [one["content"] for one in self.bot_messages(talk)]

    def bot_messages(self, talk: Conversation, private: bool = False) -> list[dict[str, Any]]:
        """Return the bot's messages: to the customer, or its private notes."""
        with self._lock:
            return [
                one
                for one in talk.messages
                if one["message_type"] == "outgoing"
                and one["sender"]["type"] == "agent_bot"
                and one["private"] is private
            ]

    def wait_for(self, condition: Callable[[], Any], seconds: float = 20) -> Any:
        """Wait until `condition` holds, and return what it returns.

        Raises:
            AssertionError: it does not in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.02)
        raise AssertionError(f"not in {seconds} s: {self.attempts} {self.requests}")

    # What happens inside

    def _create(
        self,
        talk: Conversation,
        kind: str,
        content: str | None,
        sender: dict[str, Any] | None,
        private: bool = False,
        content_type: str = "text",
        content_attributes: dict[str, Any] | None = None,
        attachments: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        message = {
            "id": next(self._numbers),
            "content": content,
            "message_type": kind,
            "content_type": content_type,
            "content_attributes": content_attributes or {},
            "private": private,
            "sender": sender or self._contact(talk),
            "source_id": None,
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "attachments": attachments or [],
        }
        talk.messages.append(message)
        # Activities reach no bot.
        if kind != "activity":
            self._dispatch(self._message_event("message_created", talk, message))
        return message

    def _set_status(self, talk: Conversation, status: str) -> None:
        if status == talk.status:
            return
        before, talk.status = talk.status, status
        self._create(talk, "activity", f"Conversation was marked {status}", None)
        base = self._conversation(talk)
        for event in {"open": ["conversation_opened"], "resolved": ["conversation_resolved"]}.get(
            status, []
        ):
            self._dispatch({**base, "event": event})
        changed = [{"status": {"previous_value": before, "current_value": status}}]
        self._dispatch(
            {**base, "event": "conversation_status_changed", "changed_attributes": changed}
        )

    def _message_event(
        self, event: str, talk: Conversation, message: dict[str, Any]
    ) -> dict[str, Any]:
        data = {
            "account": ACCOUNT,
            "additional_attributes": {},
            "content_attributes": message["content_attributes"],
            "content_type": message["content_type"],
            "content": message["content"],
            "conversation": self._conversation(talk),
            "created_at": message["created_at"],
            "id": message["id"],
            "inbox": INBOX,
            "message_type": message["message_type"],
            "private": message["private"],
            "sender": message["sender"],
            "source_id": message["source_id"],
            "event": event,
        }
        if message["attachments"]:
            data["attachments"] = message["attachments"]
        return data

    def _conversation(self, talk: Conversation) -> dict[str, Any]:
        contact = self._contact(talk)
        now = time.time()
        return {
            "additional_attributes": {},
            "can_reply": True,
            "channel": "Channel::WebWidget",
            "contact_inbox": {
                "id": talk.contact.id,
                "contact_id": talk.contact.id,
                "inbox_id": INBOX["id"],
                "source_id": "d5ce4a3d",
                "hmac_verified": talk.contact.hmac_verified,
            },
            "id": talk.id,
            "inbox_id": INBOX["id"],
            "messages": [],
            "labels": [],
            "meta": {
                "sender": {**contact, "type": "contact"},
                "assignee": None,
                "team": None,
                "hmac_verified": talk.contact.hmac_verified,
            },
            "status": talk.status,
            "custom_attributes": {},
            "snoozed_until": None,
            "unread_count": 1,
            "first_reply_created_at": None,
            "priority": None,
            "waiting_since": int(now),
            "agent_last_seen_at": 0,
            "contact_last_seen_at": 0,
            "last_activity_at": int(now),
            "timestamp": int(now),
            "created_at": int(now),
            "updated_at": now,
        }

    def _contact(self, talk: Conversation) -> dict[str, Any]:
        return {
            "account": ACCOUNT,
            "additional_attributes": {},
            "avatar": "",
            "custom_attributes": {},
            "email": None,
            "id": talk.contact.id,
            "identifier": talk.contact.identifier,
            "name": talk.contact.name,
            "phone_number": None,
            "thumbnail": "",
        }

    # Webhooks

    def _dispatch(self, event: dict[str, Any]) -> None:
        # As it is now, not as it is when the job runs.
        frozen = json.loads(json.dumps(event))
        self._last = (str(uuid.uuid4()), frozen)
        if self.bot_url:
            self._jobs.submit(self._deliver, frozen, self._last[0])

    def _deliver(self, event: dict[str, Any], delivery: str) -> None:
        for attempt in range(3):
            if attempt:
                time.sleep(self.repeat_wait)
            answered = self._post(event, delivery)
            self.attempts.append((event["event"], delivery, answered))
            if isinstance(answered, int) and answered < 300:
                return
            if answered not in REPEATED:
                break
        self._bot_failed(event)

    def _post(self, event: dict[str, Any], delivery: str) -> int | str:
        body = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Chatwoot-Delivery": delivery,
        }
        if self.secret:
            sent = str(int(time.time()))
            mac = hmac.new(self.secret.encode(), f"{sent}.".encode() + body, hashlib.sha256)
            headers["X-Chatwoot-Timestamp"] = sent
            headers["X-Chatwoot-Signature"] = f"sha256={mac.hexdigest()}"
        request = urllib.request.Request(self.bot_url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError as error:
            return str(error)

    def _bot_failed(self, event: dict[str, Any]) -> None:
        if event["event"] not in ("message_created", "message_updated"):
            return
        with self._lock:
            talk = self.conversations[event["conversation"]["id"]]
            if talk.status == "pending":
                self._set_status(talk, "open")
                self._create(talk, "activity", BOT_FAILED, None)

    # REST

    def answer(self, method: str, path: str, token: str | None, body: dict[str, Any]) -> Any:
        """Return what a request is answered, as JSON.

        Raises:
            Refused: as Chatwoot refuses it.
        """
        if token not in (self.bot_token, self.user_token):
            raise Refused(401, "Invalid Access Token")
        found = ROUTE.fullmatch(path)
        if found is None or int(found[1]) != ACCOUNT["id"]:
            raise Refused(404, "Resource could not be found")
        action = (method, found[3])
        reading = {("GET", "messages"): self.reads_allowed, ("GET", None): True}
        if token == self.bot_token and not reading.get(action, method == "POST"):
            raise Refused(401, "Access to this endpoint is not authorized for bots")
        with self._lock:
            talk = self.conversations.get(int(found[2]))
            if talk is None:
                raise Refused(404, "Resource could not be found")
            if action == ("POST", "messages"):
                return self._post_message(talk, body)
            if action == ("GET", "messages"):
                return {
                    "meta": {},
                    "payload": [self._shown(talk, one) for one in talk.messages[-20:]],
                }
            if action == ("GET", None):
                return self._conversation(talk)
            if action == ("POST", "toggle_status"):
                self._set_status(talk, body.get("status") or "resolved")
                payload = {
                    "success": True,
                    "conversation_id": talk.id,
                    "current_status": talk.status,
                    "snoozed_until": None,
                }
                return {"meta": {}, "payload": payload}
            if action == ("POST", "toggle_typing_status"):
                talk.typing.append(str(body.get("typing_status")))
                return None
        raise Refused(404, "Resource could not be found")

    def _post_message(self, talk: Conversation, body: dict[str, Any]) -> dict[str, Any]:
        kind = body.get("content_type") or "text"
        attributes = dict(body.get("content_attributes") or {})
        _validate(kind, attributes)
        if not self.keeps_attributes:
            attributes = {"items": attributes["items"]} if "items" in attributes else {}
        content = body.get("content")
        private = bool(body.get("private"))
        message = self._create(talk, "outgoing", content, BOT, private, kind, attributes)
        return {**self._shown(talk, message), "echo_id": body.get("echo_id")}

    def _shown(self, talk: Conversation, message: dict[str, Any]) -> dict[str, Any]:
        return {
            **message,
            "message_type": TYPES[message["message_type"]],
            "conversation_id": talk.id,
            "inbox_id": INBOX["id"],
            "status": "sent",
        }


def _validate(kind: str, attributes: dict[str, Any]) -> None:
    if kind not in ITEM_KEYS:
        return
    items = attributes.get("items")
    if not items:
        raise Refused(422, "Validation failed: Content attributes At least one item is required.")
    if any(set(item) - ITEM_KEYS[kind] for item in items):
        raise Refused(422, "Validation failed: Content attributes contains invalid keys for items")
    if kind == "cards" and not all(item.get("actions") for item in items):
        raise Refused(422, "Validation failed: Content attributes contains items missing actions")


@contextmanager
def running_chatwoot(**options: Any) -> Iterator[Chatwoot]:
    """Run a Chatwoot on this machine for the block."""
    chatwoot = Chatwoot(**options)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            posts = method == "POST" and self.path.endswith("/messages")
            fault = chatwoot.faults.pop(0) if posts and chatwoot.faults else None
            if fault == "drop":
                self.close_connection = True
                return
            try:
                if chatwoot.down:
                    raise Refused(503, "down")
                if isinstance(fault, int):
                    raise Refused(fault, "Internal Server Error")
                token = self.headers.get("api_access_token")
                status, answer = 200, chatwoot.answer(method, self.path, token, body)
            except Refused as error:
                status, answer = error.status, {"error": str(error)}
            chatwoot.requests.append((method, self.path, status))
            if fault == "lose":
                self.close_connection = True
                return
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    chatwoot.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield chatwoot
    finally:
        chatwoot._jobs.shutdown(wait=False, cancel_futures=True)
        server.shutdown()
        server.server_close()
        thread.join()
