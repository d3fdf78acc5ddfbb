"""The chat page on the real assistant: both servers, the demo shop, a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from analytics.store.models import OrderLine
from tests.assistant import Assistant
from tests.web.chat_page import ChatPage

CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture
def chat(browser: Browser, assistant: Assistant) -> Iterator[ChatPage]:
    """The page, which must neither complain nor ask anything of another host."""
    size = {"width": 1280, "height": 800}
    with browser.new_context(viewport=size, locale="en-GB", reduced_motion="reduce") as context:
        chat = ChatPage(context.new_page(), assistant.url)
        yield chat
        assert chat.hosts == {assistant.url.removeprefix("http://")}
        assert chat.complaints == []


@pytest.fixture
def customer(assistant: Assistant) -> str:
    """The id of a demo person who has an order under way."""
    personas = json.loads((assistant.home / "personas.json").read_text("utf-8"))["personas"]
    kinds = {persona["kind"]: persona["id"] for persona in personas}
    return str(kinds["on_its_way"])


def test_a_customer_asks_about_an_order_and_for_advice(
    chat: ChatPage, customer: str, screenshots: Path
) -> None:
    chat.open()
    chat.page.screenshot(path=screenshots / "welcome.png")
    chat.page.get_by_label("You are").select_option(customer)
    chat.ask("Where is my order?")
    order = chat.page.locator(".card.order")
    expect(order.get_by_role("heading")).to_have_text(re.compile(r"Order \S+"))
    expect(order.locator("tbody tr").first).to_be_visible()
    chat.page.screenshot(path=screenshots / "order.png")

    chat.ask("What do you recommend for me?")
    products = chat.page.locator(".card.products").last
    expect(products.locator(".product").first).to_be_visible()
    assert products.locator(".reason").count() == products.locator(".product").count()
    expect(chat.announced.last).to_contain_text(products.locator("h4").first.inner_text())
    chat.page.screenshot(path=screenshots / "recommendations.png")


def test_the_same_in_chinese_on_a_phone(chat: ChatPage, customer: str, screenshots: Path) -> None:
    chat.page.set_viewport_size({"width": 360, "height": 740})
    chat.open(persona=customer)
    chat.page.get_by_role("button", name="中文").click()
    chat.ask("推荐一些商品")
    products = chat.page.locator(".card.products").last
    expect(products.locator("h4").first).to_have_text(CHINESE)
    for place in (".reason", ".badge", ".actions button"):
        expect(products.locator(place).first).to_have_text(CHINESE)
    expect(chat.page.locator("sales-reply .text").last).to_have_text(CHINESE)
    chat.page.screenshot(path=screenshots / "chinese-phone.png")


def test_a_keyboard_is_enough(chat: ChatPage, customer: str) -> None:
    chat.open(persona=customer)
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    chat.page.keyboard.type("What do you recommend for me?")
    chat.page.keyboard.press("Enter")
    chat.page.locator(".card.products").wait_for()
    answers = chat.replied.count()
    # The thumbs of the answer come after its buttons.
    for _ in range(3):
        chat.page.keyboard.press("Shift+Tab")
    button = chat.page.locator(".product button:focus")
    title = button.inner_text()
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator(".user-message-text").last).to_have_text(title)
    chat.replied.nth(answers).wait_for()
    expect(chat.page.locator(".notice")).to_have_count(0)


def test_an_agent_sees_a_customer_and_a_forecast(
    chat: ChatPage, assistant: Assistant, screenshots: Path
) -> None:
    chat.open(persona="agent:demo")
    chat.ask("Who is this customer?")
    contact = chat.page.get_by_label("About customer").input_value()
    expect(chat.page.locator(".card.customer")).to_contain_text(contact)

    chat.ask(f"Forecast for {most_sold(assistant)}")
    chart = chat.page.get_by_role("img", name=re.compile("Demand forecast"))
    expect(chart).to_be_visible()
    assert chart.locator("circle.mean-dot").count() > 0
    chat.page.get_by_text("Show the numbers").click()
    expect(chat.page.locator(".card.forecast tbody tr").first).to_be_visible()
    chat.page.get_by_text("Show the numbers").click()
    chart.scroll_into_view_if_needed()
    chat.page.screenshot(path=screenshots / "forecast.png")


def test_the_policy_of_the_page_is_strict(chat: ChatPage) -> None:
    response = chat.page.goto(f"{chat.address}/chat/")
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy or "'unsafe" not in policy.split("script-src")[1]


def most_sold(assistant: Assistant) -> str:
    """The SKU that most order lines name."""
    query = select(OrderLine.sku).group_by(OrderLine.sku).order_by(func.count().desc())
    with assistant.store.reading() as session:
        return session.scalars(query.limit(1)).one()
