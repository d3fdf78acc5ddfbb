"""A person takes over, on the real assistant: shoppers and agents in browsers of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from analytics.store.models import Feedback, Thumb
from tests.assistant import Assistant, running_assistant
from tests.web.agent_page import DeskPage
from tests.web.chat_page import ChatPage

# The bot may have to be trained first.
pytestmark = pytest.mark.timeout(900)

SLOW = 20_000
RESTART = 120_000


class People:
    """Opens browsers of their own for whoever takes part."""

    def __init__(self, browser: Browser, assistant: Assistant, stack: ExitStack) -> None:
        self._browser = browser
        self._assistant = assistant
        self._stack = stack
        path = assistant.home / "personas.json"
        self._personas = json.loads(path.read_text("utf-8"))["personas"]

    def shopper(self, kind: str, **options: Any) -> ChatPage:
        persona = next(one["id"] for one in self._personas if one["kind"] == kind)
        chat = ChatPage(self._page(**options), self._assistant.url)
        chat.open(persona=persona)
        return chat

    def agent(self, name: str, **options: Any) -> DeskPage:
        desk = DeskPage(self._page(**options))
        desk.page.goto(f"{self._assistant.url}/chat/agent.html?agent={name}")
        expect(desk.page.locator("#me")).to_have_text(f"Desk · {name}")
        return desk

    def name(self, kind: str) -> str:
        return next(str(one["name"]) for one in self._personas if one["kind"] == kind)

    def _page(self, **options: Any) -> Page:
        defaults = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
        context = self._browser.new_context(**{**defaults, "reduced_motion": "reduce", **options})
        return self._stack.enter_context(context).new_page()


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """One of its own: nobody else stands in its queue, and it is restarted here."""
    with running_assistant(tmp_path_factory.mktemp("takeover") / "home") as running:
        yield running


@pytest.fixture
def people(browser: Browser, assistant: Assistant) -> Iterator[People]:
    with ExitStack() as stack:
        yield People(browser, assistant, stack)


def banner(chat: ChatPage) -> Locator:
    return chat.page.locator("#banner")


def said(chat: ChatPage) -> Locator:
    """What the assistant and the agent said."""
    return chat.page.locator("sales-reply .text")


def tell(chat: ChatPage, text: str) -> None:
    """Send words that a person is to hear: they are delivered, and nobody answers at once."""
    chat.input.fill(text)
    chat.input.press("Enter")
    expect(chat.page.locator(".user-message-text").last).to_have_text(text)
    expect(chat.page.locator(".receipt:visible")).to_be_visible()


def reply(desk: DeskPage, text: str) -> None:
    desk.composer.fill(text)
    desk.composer.press("Enter")
    expect(desk.log.last).to_have_text(text)


def claim(desk: DeskPage, name: str) -> None:
    desk.read(name)
    desk.page.get_by_role("button", name="Claim").click()
    expect(desk.composer).to_be_focused()


def test_two_shoppers_and_an_agent(people: People, assistant: Assistant, screenshots: Path) -> None:
    name = people.name("loyal")
    desk = people.agent("Maria")
    customer = people.shopper("loyal")
    customer.ask("Where is my order?")
    order = customer.page.locator(".card.order h3").last.inner_text()
    customer.page.get_by_role("button", name="This helped").last.click()
    customer.ask("I want to talk to a person")
    expect(banner(customer)).to_contain_text("Your place in the queue: 1.")
    expect(customer.page.locator(".card.handoff")).to_contain_text("Expected wait")

    guest = people.shopper("guest")
    guest.ask("Can I talk to a human agent please?")
    expect(banner(guest)).to_contain_text("Your place in the queue: 2.")
    guest.page.screenshot(path=screenshots / "handoff-waiting.png")
    expect(desk.page.locator("#queue .waiting .item")).to_have_count(2)
    expect(desk.page).to_have_title("(2) Desk")

    claim(desk, name)
    expect(desk.page.locator(".summary")).to_contain_text("track order")
    expect(desk.page.locator(".summary")).to_contain_text(order.removeprefix("Order "))
    expect(desk.page.locator(".log")).to_contain_text("Where is my order?")
    expect(customer.page.locator(".event")).to_have_text("Maria has joined the conversation.")
    expect(banner(customer)).to_have_text("Maria is talking with you.")
    expect(banner(guest)).to_contain_text("Your place in the queue: 1.")

    desk.composer.press_sequentially("Good morning")
    expect(customer.page.locator("#typing")).to_have_text("Maria is typing …")
    reply(desk, "Good morning, this is Maria. What can I do for you?")
    expect(said(customer).last).to_have_text("Good morning, this is Maria. What can I do for you?")
    expect(customer.page.locator(".speaker").last).to_have_text("Maria")
    expect(customer.page.locator("#typing")).to_be_empty()
    customer.input.press_sequentially("The parcel")
    expect(desk.page.locator(".talk .typing")).to_have_text("is typing …")
    tell(customer, "The parcel is not at the door, and I go on holiday tomorrow.")
    expect(desk.log.last).to_contain_text("I go on holiday tomorrow")
    expect(desk.page.locator(".presence")).to_have_text("has the chat open")
    reply(desk, "I have asked the carrier: it is with your neighbour at number 12.")
    expect(said(customer).last).to_contain_text("number 12")
    tell(customer, "Oh, that is good to know!")
    expect(desk.log.last).to_have_text("Oh, that is good to know!")
    customer.page.screenshot(path=screenshots / "handoff.png")
    desk.page.mouse.move(0, 0)
    desk.page.screenshot(path=screenshots / "agent-page.png")
    tell(customer, "Where is my order?")
    expect(said(customer).last).to_contain_text("number 12")

    desk.page.get_by_role("button", name="Give back").click()
    expect(customer.page.locator(".event").last).to_contain_text("Maria has left")
    expect(banner(customer)).not_to_be_visible()
    customer.page.get_by_role("button", name="5 of 5, very satisfied").click(timeout=SLOW)
    expect(said(customer).last).to_contain_text("why")
    customer.page.screenshot(path=screenshots / "satisfaction.png")
    customer.ask("Maria was quick")
    expect(said(customer).last).to_contain_text("Thank you")
    customer.ask("I need the invoice for that order")
    expect(customer.page.locator("sales-reply").last).to_contain_text(order.removeprefix("Order "))

    claim(desk, "Guest")
    expect(banner(guest)).to_have_text("Maria is talking with you.")
    reply(desk, "And what can I do for you?")
    expect(said(guest).last).to_have_text("And what can I do for you?")
    desk.page.get_by_role("button", name="Close", exact=True).click()
    expect(guest.page.locator(".event").last).to_contain_text("Maria has ended the conversation.")
    assert said(customer).filter(has_text="And what can I do").count() == 0

    with assistant.store.reading() as session:
        feedback = session.scalars(select(Feedback).where(Feedback.reason == "Maria was quick"))
        assert [(one.score, one.about) for one in feedback] == [(5, "handoff")]
        assert [one.up for one in session.scalars(select(Thumb))] == [True]
    assert [*customer.complaints, *guest.complaints, *desk.complaints] == []


def test_two_agents_and_one_conversation(people: People) -> None:
    name = people.name("returned")
    chat = people.shopper("returned")
    chat.ask("I want to talk to a person")
    first, second = people.agent("Maria"), people.agent("Li")
    first.read(name)
    second.read(name)
    first.page.get_by_role("button", name="Claim").click()
    expect(first.composer).to_be_focused()
    expect(second.page.locator(".head .badge")).to_have_text("With Maria")
    expect(second.page.get_by_role("button", name="Claim")).to_have_count(0)
    first.page.get_by_role("button", name="Close", exact=True).click()
    expect(second.page.locator(".head .badge")).to_have_text("done")


def test_a_reload_and_a_restart_lose_nothing(
    people: People, assistant: Assistant, screenshots: Path
) -> None:
    name = people.name("pending_order")
    chat = people.shopper("pending_order")
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True}
    desk = people.agent("Maria", **phone)
    chat.ask("I want to talk to a person")
    claim(desk, name)
    expect(banner(chat)).to_have_text("Maria is talking with you.")
    reply(desk, "Hello, what is it about?")
    expect(said(chat).last).to_have_text("Hello, what is it about?")
    tell(chat, "About my last invoice")
    desk.page.screenshot(path=screenshots / "agent-page-phone.png")

    chat.page.reload()
    expect(banner(chat)).to_have_text("Maria is talking with you.", timeout=SLOW)
    expect(said(chat).last).to_have_text("Hello, what is it about?")
    expect(chat.page.locator(".user-message-text")).to_have_text("About my last invoice")
    desk.page.reload()
    expect(desk.log.last).to_have_text("About my last invoice")

    assistant.stop("rasa")
    expect(banner(chat)).to_contain_text("Connecting again", timeout=SLOW)
    expect(desk.page.locator("#banner")).to_contain_text("Connecting again", timeout=SLOW)
    chat.input.fill("Are you there?")
    chat.input.press("Enter")
    again = chat.page.get_by_role("button", name="Try again")
    again.wait_for()
    desk.composer.fill("One moment")
    desk.composer.press("Enter")
    expect(desk.page.get_by_role("alert")).to_contain_text("did not get through")

    assistant.start("rasa")
    assistant.wait("rasa")
    expect(banner(chat)).to_have_text("Maria is talking with you.", timeout=RESTART)
    expect(desk.page.locator("#banner")).not_to_be_visible(timeout=RESTART)
    again.click()
    expect(desk.log.last).to_have_text("Are you there?", timeout=SLOW)
    desk.composer.press("Enter")
    expect(said(chat).last).to_have_text("One moment", timeout=SLOW)
    expect(said(chat).filter(has_text="what is it about?")).to_have_count(1)
    expect(desk.log.filter(has_text="Are you there?")).to_have_count(1)
    desk.page.get_by_role("button", name="Close", exact=True).click()
    expect(chat.page.locator(".event").last).to_contain_text("has ended", timeout=SLOW)


def test_the_action_server_may_restart_too(people: People, assistant: Assistant) -> None:
    name = people.name("new")
    chat = people.shopper("new")
    desk = people.agent("Maria")
    chat.ask("I want to talk to a person")
    claim(desk, name)
    expect(banner(chat)).to_have_text("Maria is talking with you.")
    assistant.stop("actions")
    expect(banner(chat)).to_contain_text("Connecting again", timeout=SLOW)
    assistant.start("actions")
    assistant.wait("actions")
    expect(banner(chat)).to_have_text("Maria is talking with you.", timeout=RESTART)
    expect(desk.page.locator("#banner")).not_to_be_visible(timeout=RESTART)
    tell(chat, "Still here")
    expect(desk.log.last).to_have_text("Still here", timeout=SLOW)
    reply(desk, "So am I")
    expect(said(chat).last).to_have_text("So am I", timeout=SLOW)
    desk.page.get_by_role("button", name="Close", exact=True).click()
    expect(chat.page.locator(".event").last).to_contain_text("has ended", timeout=SLOW)


def test_the_demo_agent_leads_to_the_desk(people: People) -> None:
    chat = people.shopper("agent")
    chat.page.get_by_role("link", name="Open the desk").click()
    expect(chat.page).to_have_url(re.compile(r"/chat/agent\.html$"))
    expect(chat.page.locator("#queue h2").first).to_contain_text("Waiting")


@pytest.mark.parametrize("name", ["", "a:b", 5, "x" * 41])
def test_a_demo_agent_has_a_name(assistant: Assistant, name: Any) -> None:
    body = {"persona": "agent:demo", "name": name}
    answer = httpx.post(f"{assistant.url}/chat/token", json=body)
    assert answer.status_code == 422
    assert "name must be" in answer.json()["detail"]


def test_a_shopper_has_no_name_in_place_of_a_visit(assistant: Assistant) -> None:
    answer = httpx.post(f"{assistant.url}/chat/token", json={"persona": "guest", "name": "Maria"})
    assert answer.status_code == 422
