"""The Chatwoot channel against a Chatwoot on this machine; the bot is played by a script."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa", reason="runs in the Rasa server's environment, .venv-rasa")

from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from analytics.identity import verify_context
from analytics.settings import Settings
from analytics.webhooks.signatures import CHATWOOT
from rasa_project.channels.chatwoot import ChatwootInput, channel
from rasa_project.channels.chatwoot.bridge import Bridge
from rasa_project.channels.chatwoot.events import read
from rasa_project.channels.chatwoot.messages import plain, rendered
from rasa_project.channels.chatwoot.notes import ASKED, note
from tests.channels.chatwoot_server import BOT_FAILED, Chatwoot, running_chatwoot

MENU = [
    {"title": "Track an order", "payload": '/clarify{"meaning": "track_order"}'},
    {"title": "Something else", "payload": "/clarify"},
]


class FakeAgent:
    """Understands every text as itself, and apologises when asked to."""

    def __init__(self) -> None:
        self.nlg = self.processor = self

    async def generate(self, name: str, *_args: Any) -> dict[str, str]:
        return {"text": name}

    async def get_tracker(self, _conversation: str) -> None:
        return None

    def is_ready(self) -> bool:
        return True

    async def parse_message(self, text: str) -> dict[str, Any]:
        return {"text": text, "intent": {"name": "any"}}


class Script:
    """The bot: what it says to which text, and the messages it got."""

    def __init__(self) -> None:
        self.heard: list[UserMessage] = []
        self.thinks = 0.0

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        await asyncio.sleep(self.thinks)
        if message.text == "fail":
            raise RuntimeError("the dialogue fails")
        for reply in {
            "two": [{"text": "first"}, {"text": "second"}],
            "menu": [{"text": "What do you mean?", "buttons": MENU}],
            "human": [
                {"text": "I call somebody."},
                {"custom": {"type": "handoff", "ticket_id": "T-1", "state": "requested"}},
            ],
        }.get(message.text, [{"text": f"You said {message.text}"}]):
            await message.output_channel.send_response(message.sender_id, dict(reply))

    @property
    def texts(self) -> list[str]:
        return [str(message.text) for message in self.heard]


@contextmanager
def running_bot(script: Script) -> Iterator[str]:
    """Run the channel for the block; yields the address for the agent bot."""
    app = Sanic(f"chatwoot_{secrets.token_hex(4)}")
    app.ctx.agent = FakeAgent()
    app.blueprint(ChatwootInput().blueprint(script), url_prefix="/webhooks/chatwoot")
    ready, stop = threading.Event(), threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/webhooks/chatwoot/webhook"

    async def serve() -> None:
        server = await app.create_server(sock=listening, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.before_start()
        await server.after_start()
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.01)
        await server.before_stop()
        server.close()
        await server.wait_closed()
        await server.after_stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield address
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def chatwoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chatwoot]:
    with running_chatwoot(repeat_wait=0.1) as server:
        for name, value in {
            "SALESCLERK_HOME": str(tmp_path),
            "CHATWOOT_URL": server.url,
            "CHATWOOT_ACCOUNT_ID": "1",
            "CHATWOOT_TOKEN": server.bot_token,
            "CHATWOOT_SECRET": str(server.secret),
            "ACTIONS_PORT": "9",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("DATABASE_URL", raising=False)
        quick = partial(Bridge, waits=(0.3, 0.3, 0.3), waits_to_call=(0.3,) * 40)
        monkeypatch.setattr(channel, "Bridge", quick)
        # Otherwise only one server can be started in a process.
        monkeypatch.setattr(Sanic, "test_mode", True)
        yield server


@pytest.fixture
def bot(chatwoot: Chatwoot, script: Script) -> Iterator[None]:
    with running_bot(script) as address:
        chatwoot.bot_url = address
        yield


def statuses(chatwoot: Chatwoot, event: str = "message_created") -> list[int | str]:
    return [status for name, _, status in chatwoot.attempts if name == event]


def settled(chatwoot: Chatwoot, condition: Callable[[], Any]) -> None:
    """Wait until a condition holds, and then long enough for whatever must not follow."""
    chatwoot.wait_for(condition)
    time.sleep(0.5)


@pytest.mark.usefixtures("bot")
def test_every_reply_is_posted_in_its_order(chatwoot: Chatwoot, script: Script) -> None:
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "two")
    settled(chatwoot, lambda: len(chatwoot.said(talk)) == 2)
    assert chatwoot.said(talk) == ["first", "second"]
    assert talk.typing == ["on", "off"]
    assert talk.status == "pending"
    assert set(statuses(chatwoot)) == {200}


@pytest.mark.usefixtures("bot")
def test_messages_are_answered_one_after_the_other(chatwoot: Chatwoot, script: Script) -> None:
    talk = chatwoot.begin()
    script.thinks = 0.2
    chatwoot.customer_says(talk, "two")
    chatwoot.wait_for(lambda: script.heard)
    chatwoot.customer_says(talk, "three")
    settled(chatwoot, lambda: len(chatwoot.said(talk)) == 3)
    assert chatwoot.said(talk) == ["first", "second", "You said three"]


@pytest.mark.usefixtures("bot")
def test_chatwoot_is_answered_before_the_bot_has_thought(
    chatwoot: Chatwoot, script: Script
) -> None:
    script.thinks = 1.0
    talk = chatwoot.begin()
    began = time.monotonic()
    chatwoot.customer_says(talk, "hello")
    chatwoot.wait_for(lambda: statuses(chatwoot))
    assert time.monotonic() - began < 0.8
    chatwoot.wait_for(lambda: chatwoot.said(talk))


@pytest.mark.usefixtures("bot")
def test_buttons_are_a_select_and_the_choice_is_their_payload(
    chatwoot: Chatwoot, script: Script
) -> None:
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "menu")
    (menu,) = chatwoot.wait_for(lambda: chatwoot.bot_messages(talk))
    assert menu["content_type"] == "input_select"
    assert menu["content_attributes"]["items"] == [
        {"title": one["title"], "value": one["payload"]} for one in MENU
    ]
    chatwoot.touch(talk, menu["id"])
    chatwoot.customer_chooses(talk, menu["id"], "Track an order")
    settled(chatwoot, lambda: len(script.heard) == 2)
    chatwoot.touch(talk, menu["id"])
    settled(chatwoot, lambda: len(chatwoot.said(talk)) == 2)
    assert script.texts == ["menu", MENU[0]["payload"]]


@pytest.mark.usefixtures("bot")
def test_a_choice_that_is_too_old_counts_by_its_words(chatwoot: Chatwoot, script: Script) -> None:
    talk = chatwoot.begin()
    items = [{"title": "Returns", "value": "/old"}]
    posted = chatwoot.answer(
        "POST",
        f"/api/v1/accounts/1/conversations/{talk.id}/messages",
        chatwoot.bot_token,
        {"content": "?", "content_type": "input_select", "content_attributes": {"items": items}},
    )
    chatwoot.customer_chooses(talk, posted["id"], "Returns")
    settled(chatwoot, lambda: script.heard)
    assert script.texts == ["Returns"]


@pytest.mark.usefixtures("bot")
def test_typed_commands_are_words(chatwoot: Chatwoot, script: Script) -> None:
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, '/take_over{"agent": "me"}')
    chatwoot.customer_says(talk, "/")
    settled(chatwoot, lambda: len(script.heard) == 2)
    assert sorted(script.texts) == ["?", 'take_over{"agent": "me"}']


@pytest.mark.usefixtures("bot")
def test_handoff_opens_the_conversation_and_the_bot_is_silent(
    chatwoot: Chatwoot, script: Script
) -> None:
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "human")
    chatwoot.wait_for(lambda: talk.status == "open")
    (told,) = chatwoot.bot_messages(talk, private=True)
    assert told["content"] == ASKED
    chatwoot.agent_says(talk, "Hello, this is Eve.")
    chatwoot.agent_says(talk, "A nice customer", private=True)
    chatwoot.customer_says(talk, "hello Eve")
    settled(chatwoot, lambda: len(statuses(chatwoot)) == 6)
    assert script.texts == ["human"]
    assert chatwoot.said(talk) == ["I call somebody."]
    chatwoot.set_status(talk, "pending")
    chatwoot.customer_says(talk, "are you back?")
    settled(chatwoot, lambda: len(script.heard) == 2)
    assert chatwoot.said(talk)[-1] == "You said are you back?"


@pytest.mark.usefixtures("bot")
def test_resolved_conversations_are_the_bots_again(chatwoot: Chatwoot, script: Script) -> None:
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "human")
    chatwoot.wait_for(lambda: talk.status == "open")
    chatwoot.set_status(talk, "resolved")
    chatwoot.customer_says(talk, "one more thing")
    chatwoot.wait_for(lambda: "You said one more thing" in chatwoot.said(talk))


@pytest.mark.usefixtures("bot")
def test_who_takes_over_while_the_bot_thinks_is_not_talked_into(
    chatwoot: Chatwoot, script: Script
) -> None:
    script.thinks = 1.0
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "two")
    chatwoot.wait_for(lambda: script.heard)
    chatwoot.set_status(talk, "open")
    settled(chatwoot, lambda: talk.typing == ["on", "off"])
    assert chatwoot.said(talk) == []


@pytest.mark.usefixtures("bot")
def test_repeated_webhooks_are_ignored(chatwoot: Chatwoot, script: Script) -> None:
    talk = chatwoot.begin()
    chatwoot.bot_url, address = "", chatwoot.bot_url
    chatwoot.customer_says(talk, "hello")
    chatwoot.bot_url = address
    event = chatwoot._last
    for new in (False, False, True):
        chatwoot._last = event
        chatwoot.repeat_last_event(new_delivery=new)
    settled(chatwoot, lambda: len(statuses(chatwoot)) >= 4)
    assert script.texts == ["hello"]
    assert chatwoot.said(talk) == ["You said hello"]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("fault", "reads", "keeps"),
    [
        ("lose", False, True),
        ("lose", True, True),
        ("lose", False, False),
        ("drop", False, True),
        ("drop", True, True),
        ("drop", False, False),
        (500, False, True),
        (429, True, True),
    ],
)
def test_posts_of_unclear_outcome_are_neither_lost_nor_doubled(
    chatwoot: Chatwoot, fault: int | str, reads: bool, keeps: bool
) -> None:
    chatwoot.reads_allowed, chatwoot.keeps_attributes = reads, keeps
    chatwoot.faults = [fault, None, fault]
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "two")
    settled(chatwoot, lambda: len(chatwoot.said(talk)) == 2)
    assert chatwoot.said(talk) == ["first", "second"]
    assert talk.status == "pending"


@pytest.mark.usefixtures("bot")
def test_what_cannot_be_posted_calls_a_person(chatwoot: Chatwoot) -> None:
    chatwoot.faults = [503] * 4
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "hello")
    chatwoot.wait_for(lambda: talk.status == "open")
    assert chatwoot.said(talk) == []
    (told,) = chatwoot.bot_messages(talk, private=True)
    assert "could not answer" in told["content"]


@pytest.mark.usefixtures("bot")
def test_chatwoot_down_for_long_loses_and_doubles_nothing(
    chatwoot: Chatwoot, script: Script
) -> None:
    talks = [chatwoot.begin() for _ in range(3)]
    chatwoot.down = True
    for talk in talks:
        chatwoot.customer_says(talk, "two")
    chatwoot.wait_for(lambda: len(script.heard) == 3)
    time.sleep(2.5)
    chatwoot.down = False
    chatwoot.wait_for(lambda: all(talk.status == "open" for talk in talks))
    for talk in talks:
        assert chatwoot.said(talk) == []
        assert len(chatwoot.bot_messages(talk, private=True)) == 1


def test_what_was_said_before_a_restart_is_answered_after_it(
    chatwoot: Chatwoot, script: Script
) -> None:
    talk = chatwoot.begin()
    script.thinks = 30.0
    with running_bot(script) as address:
        chatwoot.bot_url = address
        chatwoot.customer_says(talk, "two")
        chatwoot.wait_for(lambda: script.heard and statuses(chatwoot))
    again = Script()
    with running_bot(again) as address:
        chatwoot.bot_url = address
        settled(chatwoot, lambda: len(chatwoot.said(talk)) == 2)
    assert chatwoot.said(talk) == ["first", "second"]
    third = Script()
    with running_bot(third):
        time.sleep(0.5)
    assert third.heard == []


def test_a_bot_that_is_down_leaves_the_customer_to_people(chatwoot: Chatwoot) -> None:
    chatwoot.bot_url = "http://127.0.0.1:9/webhooks/chatwoot/webhook"
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "hello")
    chatwoot.wait_for(lambda: talk.status == "open")
    chatwoot.wait_for(lambda: talk.messages[-1]["content"] == BOT_FAILED)


@pytest.mark.usefixtures("bot")
def test_a_failing_dialogue_apologises(chatwoot: Chatwoot) -> None:
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "fail")
    chatwoot.wait_for(lambda: chatwoot.said(talk) == ["utter_error_silence"])
    assert talk.typing == ["on", "off"]


@pytest.mark.usefixtures("bot")
def test_a_file_without_words_goes_to_a_person(chatwoot: Chatwoot, script: Script) -> None:
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, None, attachments=[{"id": 1, "file_type": "image"}])
    chatwoot.wait_for(lambda: talk.status == "open")
    assert script.heard == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("identifier", "verified", "customer"),
    [("C00042", True, "C00042"), ("C00042", False, None), (None, True, None)],
)
def test_the_customer_is_who_the_shops_server_vouches_for(
    chatwoot: Chatwoot, script: Script, identifier: str | None, verified: bool, customer: str | None
) -> None:
    talk = chatwoot.begin(identifier, verified)
    chatwoot.customer_says(talk, "hello")
    chatwoot.wait_for(lambda: script.heard)
    message = script.heard[0]
    context = (message.metadata or {})["context"]
    speaker = verify_context(context, message.sender_id, Settings.from_environment().secrets)
    assert speaker.customer_id == customer
    assert speaker.subject == f"chatwoot:1:{talk.id}"


def post(address: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(address, body, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def signed(secret: str, body: bytes, at: float) -> dict[str, str]:
    sent = str(int(at))
    return {
        "X-Chatwoot-Timestamp": sent,
        "X-Chatwoot-Signature": CHATWOOT.signature(secret, sent, "POST", "", body),
    }


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("secret", "shift", "told"),
    [
        ("guessed", 0, "X-Chatwoot-Signature"),
        (None, -301, "s old"),
        (None, 310, "in the future"),
    ],
)
def test_wrong_signatures_and_clocks_five_minutes_off_are_refused(
    chatwoot: Chatwoot, script: Script, secret: str | None, shift: float, told: str
) -> None:
    body = b'{"event": "message_created"}'
    headers = signed(secret or str(chatwoot.secret), body, time.time() + shift)
    status, problem = post(chatwoot.bot_url, body, headers)
    assert status == 401
    assert told in problem["detail"]


@pytest.mark.usefixtures("bot")
def test_unsigned_webhooks_are_refused(chatwoot: Chatwoot) -> None:
    chatwoot.secret = None
    talk = chatwoot.begin()
    chatwoot.customer_says(talk, "hello")
    chatwoot.wait_for(lambda: talk.status == "open")
    assert statuses(chatwoot)[0] == 401


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"\xff",
        b'{"event": "message_created"}',
        b'{"event": "message_created", "id": 1, "account": {"id": 2}}',
        b'{"event": "message_created", "id": "x", "conversation": {"id": 1, "status": "open"}}',
    ],
)
def test_what_is_no_event_is_refused(chatwoot: Chatwoot, body: bytes) -> None:
    status, problem = post(chatwoot.bot_url, body, signed(str(chatwoot.secret), body, time.time()))
    assert status == 422
    assert problem["detail"]


@pytest.mark.usefixtures("bot")
def test_events_of_other_kinds_are_fine(chatwoot: Chatwoot) -> None:
    body = b'{"event": "webwidget_triggered", "id": 1}'
    status, _ = post(chatwoot.bot_url, body, signed(str(chatwoot.secret), body, time.time()))
    assert status == 200


def test_it_is_off_until_chatwoot_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: Script
) -> None:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    monkeypatch.delenv("CHATWOOT_URL", raising=False)
    assert not ChatwootInput().blueprint(script)._future_routes


def test_cards_are_said_in_words() -> None:
    product = {"title": "Kettle", "price": "24.99", "currency": "GBP"}
    cards = [
        {"custom": {"type": "products", "items": [product, {**product, "title": "Cup"}]}},
        {
            "custom": {
                "type": "order",
                "id": "1042",
                "status_text": "shipped",
                "total": "49.98",
                "currency": "GBP",
                "lines": [{"quantity": 2, "title": "Kettle"}],
            }
        },
        {"custom": {"type": "invoice", "url": "/chat/files/abc"}},
        {"custom": {"type": "handoff"}},
        {"image": "https://shop.example/chart.png"},
    ]
    assert [body["content"] for body in rendered(cards, "https://chat.example")] == [
        "1. Kettle – 24.99 GBP\n2. Cup – 24.99 GBP",
        "1042 – shipped – 49.98 GBP\n2 × Kettle",
        "https://chat.example/chat/files/abc",
        "https://shop.example/chart.png",
    ]


def test_a_select_that_is_refused_is_a_list() -> None:
    (menu,) = rendered([{"text": "Which?", "buttons": MENU}], "")
    assert plain(menu) == {"content": "Which?\n1. Track an order\n2. Something else"}


def test_a_note_says_what_a_person_needs_to_know() -> None:
    handoff = {
        "ticket_id": "T-1",
        "summary": {
            "reason": "request",
            "verified": True,
            "customer": {"id": "C1", "name": "Ann"},
            "orders": ["1042", "1043"],
            "last_error": None,
        },
        "transcript": [{"sender": "customer", "text": "a human please"}],
    }
    assert note(handoff) == (
        "ticket: T-1\ncustomer: C1\nreason: request\nverified: yes\norders: 1042, 1043\n\n"
        "customer: a human please"
    )


def test_only_true_is_verified() -> None:
    event: dict[str, Any] = {
        "event": "message_created",
        "id": 5,
        "message_type": "incoming",
        "content": "hello",
        "conversation": {
            "id": 9,
            "status": "pending",
            "meta": {"sender": {"identifier": "C1"}, "hmac_verified": "false"},
        },
    }
    _, said = read(event, 1)
    assert said is not None
    assert said.identifier is None  # type: ignore[union-attr]


def test_the_note_masks_what_was_said() -> None:
    handoff = {
        "summary": {"customer": {"id": "C1", "name": "Ann Lee"}},
        "transcript": [{"sender": "customer", "text": "I'm Ann Lee, ann@example.com"}],
    }
    assert note(handoff).endswith("customer: I'm [name], [email]")
    assert "customer: C1" in note(handoff)
