"""The page for everybody: languages, keyboard, screen reader, small screens, no foreign host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web import samples
from tests.web.chat_page import PlayedChat, says, visit

LEAST_CONTRAST = 4.5
CONTRASTS = (Path(__file__).parent / "contrasts.js").read_text("utf-8")
# The name of the focused element, and whether the focus can be seen.
FOCUSED = """() => {
  let element = document.activeElement;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const isBox = element.id === "text-input";
  const ring = isBox
    ? getComputedStyle(element.parentElement).boxShadow
    : getComputedStyle(element).outlineStyle;
  const name = element.getAttribute("aria-label") || element.id || element.textContent;
  return [name, ring !== "none"];
}"""


def test_the_language_changes_everything_on_the_page(chat: PlayedChat) -> None:
    chat.open(persona="customer:C00042")
    chat.card(samples.PRODUCTS)
    chat.page.get_by_role("button", name="中文").click()
    expect(chat.page.locator("html")).to_have_attribute("lang", "zh")
    expect(chat.page.get_by_role("textbox", name="请输入消息")).to_be_visible()
    expect(chat.page.get_by_role("button", name="发送")).to_be_visible()
    expect(chat.replied.first).to_contain_text("您好")
    expect(chat.replied.last.locator(".badge")).to_have_text(["有货", "仅剩 3 件", "缺货"])
    expect(chat.page.locator("#persona option:checked")).to_have_text("Anna Schmidt · 老顾客")
    assert "lang=zh" in chat.page.url


def test_the_language_is_the_browsers_where_none_is_named(browser: Browser, files: str) -> None:
    with visit(browser, files, locale="zh-CN") as chat:
        chat.open()
        expect(chat.page.get_by_role("button", name="中文")).to_have_attribute(
            "aria-pressed", "true"
        )


def test_dates_keep_their_day_and_times_move_to_the_visitor(browser: Browser, files: str) -> None:
    with visit(browser, files, timezone_id="Pacific/Auckland") as chat:
        chat.open()
        late = {**samples.ORDER, "placed_at": "2026-08-12T20:00:00"}
        expect(chat.card(late).locator(".facts dd").nth(0)).to_have_text("13 Aug 2026")
        expect(chat.replied.last.locator(".facts dd").nth(1)).to_have_text("19 Aug 2026")


def test_replies_are_announced(chat: PlayedChat) -> None:
    chat.open()
    expect(chat.page.locator("#announcer")).to_have_attribute("aria-live", "polite")
    buttons = [{"title": "Yes", "payload": "/affirm"}]
    chat.replies = [says({"text": "For you:", "custom": samples.PRODUCTS, "buttons": buttons})]
    chat.ask("?")
    expect(chat.announced).to_contain_text(
        ["For you:\nChosen for you. Oak table lamp, £64.90. Wool throw, £48.00."]
    )
    expect(chat.announced).to_contain_text(["Yes"])
    for card in samples.CARDS:
        before = chat.announced.count()
        chat.card(card)
        # That one waits for a person stands above the conversation too.
        said = 2 if card is samples.HANDOFF else 1
        expect(chat.announced).to_have_count(before + said)
        expect(chat.announced.last).to_have_text(re.compile(r"\S"))


def test_everything_works_by_keyboard(chat: PlayedChat) -> None:
    chat.open(persona="agent:demo")
    page = chat.page
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        name, has_ring = page.evaluate(FOCUSED)
        assert has_ring, f"no visible focus on {name}"
        seen.append(name)
    assert seen == [
        "skip",
        "English",
        "中文",
        "persona",
        "contact",
        "desk",
        "Conversation",
        "Who is this customer?",
        "Which segment are they in?",
        "What should I offer them?",
        "Write a message",
        "Send",
    ]
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    expect(chat.replied.last).to_have_text("Hello.")
    page.keyboard.type("second")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".user-message-text")).to_have_text(["first", "second"])


def test_the_skip_link_leads_to_the_message_box(chat: PlayedChat) -> None:
    chat.open()
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    assert chat.page.evaluate(FOCUSED) == ["Write a message", True]


def test_every_control_has_a_name(chat: PlayedChat) -> None:
    chat.open(persona="agent:demo")
    chat.card(samples.PRODUCTS)
    controls = chat.page.locator(
        "button, select, input, [role=button], [role=textbox], [role=region]"
    )
    for control in controls.all():
        expect(control).to_have_accessible_name(re.compile(r"\S"))


def test_a_phone_shows_everything_without_scrolling_sideways(browser: Browser, files: str) -> None:
    with visit(browser, files, viewport={"width": 360, "height": 740}, has_touch=True) as chat:
        chat.open(persona="agent:demo")
        for card in samples.CARDS:
            shown = chat.card(card).bounding_box()
            assert shown is not None
            assert shown["x"] >= 0
            assert shown["x"] + shown["width"] <= 360
        widths = "() => [document, document.querySelector('deep-chat').shadowRoot]"
        widths += ".map((root) => root.querySelector('body, #messages').scrollWidth)"
        assert max(chat.page.evaluate(widths)) <= 360
        expect(chat.input).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_background(browser: Browser, files: str, scheme: str) -> None:
    with visit(browser, files, color_scheme=scheme) as chat:
        chat.open(persona="agent:demo")
        for card in samples.CARDS:
            chat.card(card)
        chat.replies = [says({"text": "Sorry."}, status="error"), None]
        chat.ask("?")
        chat.ask("?")
        contrasts = chat.page.evaluate(CONTRASTS)
        assert len(contrasts) > 100
        assert [pair for pair in contrasts if pair[1] < LEAST_CONTRAST] == []


def test_nothing_moves_where_motion_is_unwelcome(browser: Browser, files: str) -> None:
    with visit(browser, files, reduced_motion="reduce") as chat:
        chat.open()
        chat.page.route("**/webhooks/*/webhook", lambda route: None)
        chat.input.fill("Hello")
        chat.input.press("Enter")
        dots = chat.page.locator(".loading-message-dots")
        expect(dots).to_have_css("animation-name", "none")


def test_nothing_is_asked_of_another_host(chat: PlayedChat) -> None:
    chat.open()
    picture = "![a](https://elsewhere.example/a.png)"
    chat.replies = [says({"text": picture, "custom": samples.FORECAST})]
    chat.ask("Hello")
    expect(chat.replied.last.locator(".text")).to_have_text(picture)
    assert chat.hosts == {chat.address.removeprefix("http://")}
    assert chat.complaints == []


def test_the_page_can_be_looked_at(chat: PlayedChat, screenshots: Path) -> None:
    chat.open(persona="agent:demo")
    for card in samples.CARDS:
        chat.card(card)
        name = f"card-{card['type']}.png"
        chat.page.screenshot(path=screenshots / name)
        assert (screenshots / name).stat().st_size > 10_000
