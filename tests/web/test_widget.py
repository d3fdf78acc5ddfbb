"""The widget on a shop's page: a button, a frame, and a token for nobody but the assistant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.web.chat_page import PERSONAS, PlayedChat
from tests.web.conftest import serve

SHOP = """<!doctype html><title>A shop</title><h1>A shop</h1>
<script>{setup}</script>
<script src="{assistant}/chat/widget.js" data-label="Chat with us" data-lang="zh" defer></script>"""
GIVES_TOKEN = "window.salesclerk = { token: async () => 'from the shop' };"

Visit = Callable[[str], FrameLocator]


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop(page: Page, files: str, tmp_path: Path) -> Iterator[Visit]:
    """Opens the chat on a page of another origin, which runs the given script first."""

    def visit(setup: str) -> FrameLocator:
        (tmp_path / "index.html").write_text(SHOP.format(setup=setup, assistant=files))
        page.goto(shop)
        page.get_by_role("button", name="Chat with us").click()
        return page.frame_locator("iframe")

    with serve(QuietFiles, tmp_path) as shop:
        yield visit


def test_the_shop_says_who_speaks(page: Page, files: str, shop: Visit) -> None:
    chat = PlayedChat(page, files)
    frame = shop(GIVES_TOKEN)
    box = frame.get_by_role("textbox", name="请输入消息")
    box.fill("你好")
    box.press("Enter")
    expect(frame.locator("sales-reply").last).to_have_text("Hello.")
    expect(frame.locator("#who")).not_to_be_visible()
    assert [(path, token) for path, token, _ in chat.sent] == [
        ("/webhooks/widget/webhook", "from the shop")
    ]


def test_a_demo_needs_no_token(page: Page, files: str, shop: Visit) -> None:
    PlayedChat(page, files).answer_personas(PERSONAS)
    expect(shop("").locator("#who")).to_be_visible()


def test_escape_closes_the_chat_and_returns_the_focus(page: Page, shop: Visit) -> None:
    frame = shop(GIVES_TOKEN)
    button = page.get_by_role("button", name="Chat with us")
    expect(button).to_have_attribute("aria-expanded", "true")
    frame.get_by_role("textbox").press("Escape")
    expect(page.locator("iframe")).not_to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


def test_the_token_goes_to_nobody_else(page: Page, shop: Visit) -> None:
    shop(GIVES_TOKEN).get_by_role("textbox").wait_for()
    answered = page.evaluate(
        """() => new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(true);
          window.postMessage({ type: "salesclerk:token" }, "*", [port2]);
          setTimeout(() => resolve(false), 300);
        })"""
    )
    assert answered is False
