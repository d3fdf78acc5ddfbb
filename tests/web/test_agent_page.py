"""The agents' page: the queue, the conversation, and what happens while one looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.web.agent_page import PlayedDesk, handoff, token
from tests.web.streams import Streams
from tests.web.test_page import CONTRASTS, LEAST_CONTRAST

ME = "agent:demo:Maria"
TAKEN = (409, {"type": "about:blank", "title": "Conflict", "detail": "Li has it <already>."})


def work(context: BrowserContext, streams: Streams) -> PlayedDesk:
    desk = PlayedDesk(context.new_page(), streams)
    desk.add(
        handoff(1, "Anna Schmidt", 7, reason="anger"),
        handoff(2, None, 3, language="zh"),
        handoff(3, "Ben Ode", 20, state="human", agent=ME),
        handoff(4, "Cleo Frank", 30, state="human", agent="agent:demo:Li"),
        handoff(5, "Dora Gray", 90, state="closed", agent=ME, outcome="released"),
    )
    return desk


@pytest.fixture
def desk(browser: Browser, streams: Streams) -> Iterator[PlayedDesk]:
    """The page of the agent Maria, not yet opened."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB") as context:
        desk = work(context, streams)
        yield desk
        assert desk.complaints == []


def other(browser: Browser, **options: Any) -> BrowserContext:
    defaults = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
    return browser.new_context(**{**defaults, **options})


def test_who_waits_longest_stands_first(desk: PlayedDesk) -> None:
    desk.open()
    groups = desk.page.locator("#queue section")
    expect(groups.locator("h2")).to_have_text(["Waiting2", "Mine1", "With others1"])
    expect(groups.nth(0).locator("strong")).to_have_text(["Anna Schmidt", "Guest · T-2"])
    expect(groups.nth(0).locator("time")).to_have_text(["7 mins", "3 mins"])
    expect(groups.nth(0).locator(".tags")).to_have_text(
        ["Is upsetEnglish", "Asked for a personChinese"]
    )
    expect(groups.nth(1).locator("strong")).to_have_text("Ben Ode")
    expect(groups.nth(2).locator(".tags")).to_contain_text("Li")
    expect(desk.page.locator("#me")).to_have_text("Desk · Maria")
    expect(desk.page).to_have_title("(2) Desk")


def test_before_speaking_one_knows_what_was_said(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Anna Schmidt")
    expect(desk.page.locator(".summary .badge")).to_have_text(["Angry", "Identity verified"])
    facts = desk.page.locator(".summary dd")
    expect(facts).to_have_text(
        [
            "Is upset",
            "English",
            "C1",
            "anna@example.com",
            "track order, contact human agent",
            "10482",
            "track order",
            "T-1",
            "conversation-1",
        ]
    )
    expect(desk.log).to_have_text(
        ["Where is my order?", "It is on its way.", "I want to talk to a person <b>now</b>"]
    )
    expect(desk.composer).not_to_be_visible()
    expect(desk.page.locator(".hint")).to_contain_text("Claim the conversation to answer.")


def test_claim_talk_and_give_back(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Anna Schmidt")
    desk.page.get_by_role("button", name="Claim").click()
    expect(desk.composer).to_be_focused()
    expect(desk.page.locator("#queue .mine strong")).to_have_text(["Ben Ode", "Anna Schmidt"])
    desk.page.keyboard.type("Good morning,")
    desk.page.keyboard.press("Shift+Enter")
    desk.page.keyboard.type("how can I help?")
    desk.page.keyboard.press("Enter")
    expect(desk.log.last).to_have_text("Good morning,\nhow can I help?")
    expect(desk.composer).to_have_value("")
    desk.streams.emit("typing", {"handoff_id": 1, "sender": "customer", "typing": True})
    expect(desk.page.locator(".talk .typing")).to_have_text("is typing …")
    expect(desk.item("Anna Schmidt").locator(".last")).to_have_text("is typing …")
    desk.says(1, "customer", "My order is late")
    expect(desk.log.last).to_have_text("My order is late")
    expect(desk.page.locator(".talk .typing")).to_be_empty()
    desk.page.get_by_role("button", name="Give back").click()
    expect(desk.page.locator(".head .badge")).to_have_text("given back")
    expect(desk.item("Anna Schmidt")).to_have_count(0)
    expect(desk.composer).not_to_be_visible()
    steps = [path for path, _ in desk.sent if not path.endswith("typing")]
    assert steps == ["/1/claim", "/1/reply", "/1/release"]
    typing = [body["typing"] for path, body in desk.sent if path.endswith("typing")]
    assert typing == [True, False]


def test_two_agents_claim_at_once(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Anna Schmidt")
    desk.refusals["/1/claim"] = TAKEN
    desk.handoffs[1].update({"state": "human", "agent": "agent:demo:Li"})
    desk.page.get_by_role("button", name="Claim").click()
    problem = desk.page.get_by_role("alert")
    expect(problem).to_contain_text("cannot be done as things stand")
    expect(problem.locator("small")).to_have_text("Li has it <already>.")
    expect(desk.page.locator(".head .badge")).to_have_text("With Li")
    expect(desk.page.get_by_role("button", name="Claim")).to_have_count(0)


def test_words_that_did_not_get_through_are_kept(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Ben Ode")
    desk.refusals["/3/reply"] = (503, {"detail": ""})
    desk.composer.fill("Are you still there?")
    desk.composer.press("Enter")
    expect(desk.page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(desk.composer).to_have_value("Are you still there?")
    del desk.refusals["/3/reply"]
    desk.composer.press("Enter")
    expect(desk.log.last).to_have_text("Are you still there?")
    expect(desk.page.get_by_role("alert")).to_be_empty()
    first, second = (body for path, body in desk.sent if path == "/3/reply")
    assert first == second


def test_what_was_begun_is_kept_for_each_conversation(desk: PlayedDesk) -> None:
    desk.handoffs[1].update({"state": "human", "agent": ME})
    desk.open()
    desk.read("Ben Ode")
    desk.composer.fill("Half a sen")
    desk.read("Anna Schmidt")
    expect(desk.composer).to_have_value("")
    desk.read("Ben Ode")
    expect(desk.composer).to_have_value("Half a sen")


def test_choosing_a_word_of_an_input_method_sends_nothing(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Ben Ode")
    desk.composer.fill("ni hao")
    desk.composer.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    assert [path for path, _ in desk.sent if path.endswith("reply")] == []


def test_news_call_for_attention(desk: PlayedDesk) -> None:
    desk.open()
    desk.add(handoff(6, "Eva Hill", 0))
    desk.changes(6)
    expect(desk.page).to_have_title("(3) Desk")
    announced = desk.page.locator("#announcer p")
    expect(announced.last).to_have_text("Eva Hill is waiting for a person")
    desk.says(3, "customer", "Hello?")
    expect(desk.item("Ben Ode").locator(".unread")).to_have_text("1 new")
    expect(desk.item("Ben Ode").locator(".last")).to_have_text("Hello?")
    expect(announced.last).to_have_text("Ben Ode: Hello?")
    expect(desk.page).to_have_title("(4) Desk")
    desk.says(4, "customer", "To another agent")
    desk.read("Ben Ode")
    expect(desk.item("Ben Ode").locator(".unread")).to_have_count(0)
    expect(desk.page).to_have_title("(3) Desk")


def test_sound_is_off_until_it_is_wanted(desk: PlayedDesk) -> None:
    desk.page.add_init_script(
        """window.tones = 0;
        const make = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function () {
          window.tones += 1;
          return make.call(this);
        };"""
    )
    desk.open()
    desk.says(3, "customer", "Quietly")
    expect(desk.item("Ben Ode")).to_contain_text("Quietly")
    assert desk.page.evaluate("window.tones") == 0
    sound = desk.page.get_by_role("button", name="Sound")
    sound.click()
    expect(sound).to_have_attribute("aria-pressed", "true")
    before = desk.page.evaluate("window.tones")
    desk.says(3, "customer", "Loudly")
    expect(desk.item("Ben Ode")).to_contain_text("Loudly")
    assert desk.page.evaluate("window.tones") == before + 1


def test_whether_the_customer_is_there(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Ben Ode")
    expect(desk.page.locator(".presence")).to_have_count(0)
    desk.streams.emit("presence", {"handoff_id": 3, "sender": "customer", "present": True})
    expect(desk.page.locator(".presence")).to_have_text("has the chat open")
    desk.streams.emit("presence", {"handoff_id": 3, "sender": "customer", "present": False})
    expect(desk.page.locator(".presence")).to_have_text("has left the chat")


def test_what_another_agent_does_shows(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Anna Schmidt")
    desk.changes(1, state="human", agent="agent:demo:Li")
    expect(desk.page.locator(".head .badge")).to_have_text("With Li")
    expect(desk.page.locator("#queue .others strong")).to_have_text(["Cleo Frank", "Anna Schmidt"])
    desk.changes(1, state="closed", outcome="closed")
    expect(desk.page.locator(".head .badge")).to_have_text("done")


def test_a_lost_connection_is_told_and_nothing_is_missed(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Ben Ode")
    desk.streams.refusal = 503
    desk.streams.cut()
    expect(desk.page.locator("#banner")).to_contain_text("Connecting again")
    desk.says(3, "customer", "Said meanwhile")
    desk.add(handoff(6, "Eva Hill", 0))
    desk.streams.refusal = None
    desk.streams.wait(desk.page, 2)
    expect(desk.page.locator("#banner")).not_to_be_visible()
    expect(desk.log.last).to_have_text("Said meanwhile")
    expect(desk.item("Eva Hill")).to_be_visible()


def test_a_reload_keeps_the_conversation_open(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Ben Ode")
    desk.page.reload()
    expect(desk.page.locator(".head h2")).to_have_text("Ben Ode")
    expect(desk.composer).to_be_visible()


def test_closed_conversations_can_be_read(desk: PlayedDesk) -> None:
    desk.open()
    desk.page.get_by_text("Closed conversations").click()
    desk.read("Dora Gray")
    expect(desk.page.locator(".hint")).to_contain_text("back with the assistant")


def test_a_conversation_can_be_taken_that_nobody_called_for(desk: PlayedDesk) -> None:
    desk.open()
    desk.page.get_by_text("Take another conversation").click()
    desk.page.get_by_label("Conversation id").fill(" 0af3 ")
    desk.page.keyboard.press("Enter")
    expect(desk.composer).to_be_focused()
    assert desk.sent == [("", {"conversation_id": "0af3"})]


def test_keys_are_enough(desk: PlayedDesk) -> None:
    desk.open()
    heading = desk.page.locator(".head h2")
    for key, name in (("ArrowDown", "Anna Schmidt"), ("ArrowDown", "Guest · T-2")):
        desk.page.keyboard.press(f"Alt+{key}")
        expect(heading).to_have_text(name)
    desk.page.keyboard.press("Alt+ArrowUp")
    expect(heading).to_have_text("Anna Schmidt")
    desk.page.keyboard.press("Alt+c")
    expect(desk.composer).to_be_focused()
    desk.page.keyboard.press("Alt+x")
    expect(desk.page.locator(".head .badge")).to_have_text("done")
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("#queue .item").first).to_be_focused()
    assert [path for path, _ in desk.sent] == ["/1/claim", "/1/close"]


def test_both_languages(desk: PlayedDesk) -> None:
    desk.open(lang="zh")
    expect(desk.page.locator("#queue h2")).to_have_text(["等待中2", "我的对话1", "其他客服1"])
    desk.read("Anna Schmidt")
    desk.page.get_by_role("button", name="接入").click()
    expect(desk.page.get_by_role("textbox", name="回复客户")).to_be_focused()
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.get_by_role("button", name="Give back")).to_be_visible()


def test_a_phone_shows_the_list_or_the_conversation(browser: Browser, streams: Streams) -> None:
    with other(browser, viewport={"width": 360, "height": 740}, has_touch=True) as context:
        desk = work(context, streams)
        desk.open()
        expect(desk.page.locator("main")).not_to_be_visible()
        desk.read("Ben Ode")
        expect(desk.page.locator("#queue")).not_to_be_visible()
        expect(desk.composer).to_be_in_viewport()
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 360
        desk.page.get_by_role("button", name="Back", exact=True).click()
        expect(desk.item("Ben Ode")).to_be_focused()
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_background(
    browser: Browser, streams: Streams, scheme: str, screenshots: Path
) -> None:
    with other(browser, color_scheme=scheme) as context:
        desk = work(context, streams)
        desk.open()
        desk.says(3, "customer", "Hello?")
        desk.says(3, "agent", "Here I am, see https://shop.example")
        desk.says(1, "customer", "And me?")
        desk.refusals["/3/reply"] = TAKEN
        desk.read("Ben Ode")
        desk.composer.fill("Not sent")
        desk.composer.press("Enter")
        desk.page.get_by_role("alert").locator("small").wait_for()
        contrasts = desk.page.evaluate(CONTRASTS)
        assert len(contrasts) > 60
        assert [pair for pair in contrasts if pair[1] < LEAST_CONTRAST] == []
        desk.page.screenshot(path=screenshots / f"agent-{scheme}.png")


def test_every_control_has_a_name(desk: PlayedDesk) -> None:
    desk.open()
    desk.read("Ben Ode")
    desk.page.get_by_text("Take another conversation").click()
    controls = desk.page.locator("button, input, textarea, summary, [role], nav, main:focus")
    for control in controls.all():
        is_named = control.get_attribute("role") not in ("alert", "log")
        if is_named and control.is_visible():
            expect(control).to_have_accessible_name(re.compile(r"\S"))


def test_the_shop_says_which_agent_it_is(desk: PlayedDesk) -> None:
    desk.page.add_init_script(
        f"window.salesclerk = {{ token: async () => '{token('agent:李雷')}' }}"
    )
    desk.open()
    expect(desk.page.locator("#me")).to_have_text("Desk · 李雷")


def test_without_an_agent_the_page_says_so(desk: PlayedDesk) -> None:
    desk.page.route("**/chat/personas", lambda route: route.fulfill(status=404, json={}))
    desk.page.goto(f"{desk.streams.address}/chat/agent.html")
    expect(desk.page.locator("#banner")).to_contain_text("which agent you are")


def test_a_refused_agent_is_told(desk: PlayedDesk) -> None:
    desk.refusals[""] = (403, {"detail": "no"})
    desk.page.goto(f"{desk.streams.address}/chat/agent.html")
    expect(desk.page.locator("#banner")).to_contain_text("may not do this")
