"""The page's way to the assistant: what it sends, and what it does when that fails."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web import samples
from tests.web.chat_page import PERSONAS, Json, PlayedChat, says

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
EXPIRED = (401, {"type": "about:blank", "title": "Unauthorized", "detail": "It expired."})


def test_a_shopper_speaks_to_the_widget_channel(chat: PlayedChat) -> None:
    chat.open(persona="customer:C00042")
    chat.ask("Where is my order?")
    [(path, token, body)] = chat.sent
    assert (path, token) == ("/webhooks/widget/webhook", "token-1")
    assert body == {"message": "Where is my order?", "message_id": body["message_id"]}
    assert UUID.fullmatch(body["message_id"])


def test_an_agent_speaks_to_the_crm_about_a_customer(chat: PlayedChat) -> None:
    chat.open(persona="agent:demo")
    chat.ask("Who is this?")
    chat.page.get_by_label("About customer").fill(" 17850 ")
    chat.ask("And this?")
    chat.page.get_by_label("About customer").fill("")
    chat.ask("A forecast")
    assert {path for path, _, _ in chat.sent} == {"/webhooks/crm/webhook"}
    assert [body.get("contact_id") for _, _, body in chat.sent] == ["C00042", "17850", None]


def test_message_ids_need_no_secure_context(chat: PlayedChat) -> None:
    chat.open()
    ids = chat.page.evaluate(
        """async () => {
          delete Crypto.prototype.randomUUID;
          const { newId } = await import("/chat/api.js");
          return [newId(), newId()];
        }"""
    )
    assert all(UUID.fullmatch(one) for one in ids)
    assert len(set(ids)) == 2


def test_a_refused_token_is_renewed_once(chat: PlayedChat) -> None:
    chat.open()
    chat.replies = [EXPIRED, says({"text": "Back again."})]
    chat.ask("Hello")
    expect(chat.replied.last).to_have_text("Back again.")
    (_, first, body), (_, second, again) = chat.sent
    assert (first, second) == ("token-1", "token-2")
    assert body == again


def test_a_token_refused_twice_ends_in_a_message(chat: PlayedChat) -> None:
    chat.open()
    chat.replies = [EXPIRED]
    chat.ask("Hello")
    expect(chat.replied.last).to_contain_text("does not know who you are")
    expect(chat.replied.last).to_contain_text("It expired.")
    assert len(chat.sent) == 2


@pytest.mark.parametrize(
    "failure", [None, (503, {"detail": ""}), (500, {}), (429, {"detail": "At most 30 a minute."})]
)
def test_trying_again_sends_the_same_message(
    chat: PlayedChat, failure: tuple[int, Json] | None
) -> None:
    chat.open()
    chat.replies = [failure, says({"text": "Now it works."})]
    chat.ask("Cancel my order")
    again = chat.replied.last.get_by_role("button", name="Try again")
    expect(chat.announced.last).to_have_text(re.compile("."))
    again.click()
    expect(chat.replied.last).to_have_text("Now it works.")
    expect(again).not_to_be_visible()
    expect(chat.page.locator(".user-message-text")).to_have_count(1)
    first, second = (body for _, _, body in chat.sent)
    assert first == second


@pytest.mark.parametrize(
    ("status", "text"),
    [(403, "may not do this"), (413, "too long"), (422, "could not read"), (409, "cannot be")],
)
def test_refusals_are_explained(chat: PlayedChat, status: int, text: str) -> None:
    chat.open()
    chat.replies = [(status, {"type": "about:blank", "title": "No", "detail": "<b>Why.</b>"})]
    chat.ask("Hello")
    expect(chat.replied.last).to_contain_text(text)
    expect(chat.replied.last.locator("small")).to_have_text("<b>Why.</b>")


@pytest.mark.parametrize(
    ("status", "text"), [("error", "went wrong"), ("timeout", "took too long")]
)
def test_a_troubled_reply_is_marked(chat: PlayedChat, status: str, text: str) -> None:
    chat.open()
    chat.replies = [says({"text": "Sorry."}, status=status)]
    chat.ask("Hello")
    expect(chat.page.locator(".notice")).to_contain_text(text)


def test_a_handoff_shows_until_it_is_over(chat: PlayedChat) -> None:
    chat.open()
    banner = chat.page.locator("#banner")
    chat.replies = [says({"text": "I have called someone."}, status="handoff")]
    chat.ask("A person, please")
    expect(banner).to_contain_text("taking over")
    expect(chat.announced.last).to_contain_text("taking over")
    chat.replies = [says({"text": "Here I am again."})]
    chat.ask("Hello?")
    expect(banner).not_to_be_visible()


def test_messages_are_sent_one_after_the_other(chat: PlayedChat) -> None:
    chat.open()
    chat.replies = [says({"text": f"Reply {number}"}) for number in range(1, 4)]
    for text in ("one", "two", "three"):
        chat.input.fill(text)
        chat.input.press("Enter")
    expect(chat.replied.last).to_have_text("Reply 3")
    assert [body["message"] for _, _, body in chat.sent] == ["one", "two", "three"]


def test_one_of_the_offered_buttons_can_be_pressed_once(chat: PlayedChat) -> None:
    chat.open()
    buttons = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]
    chat.replies = [says({"text": "Cancel it?", "buttons": buttons}), says({"text": "Cancelled."})]
    chat.ask("Cancel my order")
    offered = chat.replied.nth(1)
    offered.get_by_role("button", name="Yes").click()
    expect(chat.replied.last).to_have_text("Cancelled.")
    offered.get_by_role("button", name="No").click(force=True)
    expect(offered.get_by_role("button", name="No")).to_have_attribute("aria-disabled", "true")
    expect(chat.page.locator(".user-message-text")).to_have_text(["Cancel my order", "Yes"])
    assert chat.sent[-1][2]["message"] == "/affirm"


def test_another_person_begins_with_a_clean_view(chat: PlayedChat) -> None:
    chat.open(persona="customer:C00042")
    chat.ask("Where is my order?")
    chat.page.get_by_label("You are").select_option("guest")
    expect(chat.page.locator(".user-message-text")).to_have_count(0)
    expect(chat.announced).to_have_count(0)
    expect(chat.page.locator("#about")).to_have_text("Just looking around, not signed in")
    chat.ask("Hello")
    assert [token for _, token, _ in chat.sent] == ["token-1", "token-2"]


def test_production_asks_the_shop_for_the_token(page: Page, files: str) -> None:
    chat = PlayedChat(page, files)
    page.add_init_script("window.salesclerk = { token: async () => 'from the shop' }")
    chat.open()
    expect(page.locator("#who")).not_to_be_visible()
    chat.ask("Hello")
    assert [token for _, token, _ in chat.sent] == ["from the shop"]


def test_a_shop_that_fails_to_give_a_token_ends_in_a_message(page: Page, files: str) -> None:
    chat = PlayedChat(page, files)
    page.add_init_script("window.salesclerk = { token: async () => { throw new Error('no') } }")
    chat.open()
    chat.ask("Hello")
    expect(chat.replied.last).to_contain_text("does not know who you are")
    assert chat.sent == []


def test_production_without_a_shop_says_so(page: Page, files: str) -> None:
    page.goto(f"{files}/chat/")
    expect(page.locator("#banner")).to_contain_text("open this chat from the shop's page")


def test_an_assistant_that_is_down_is_told(page: Page, files: str) -> None:
    page.route("**/chat/personas", lambda route: route.abort("connectionrefused"))
    page.goto(f"{files}/chat/")
    expect(page.locator("#banner")).to_contain_text("did not get through")


def test_a_shop_without_a_name_or_a_currency_will_do(page: Page, files: str) -> None:
    chat = PlayedChat(page, files)
    chat.answer_personas({**PERSONAS, "shop": None})
    chat.open()
    expect(page.locator("#shop")).to_have_text("Salesclerk")
    card = chat.card({**samples.SEGMENT, "currency": ""})
    expect(card.locator(".facts dd").nth(2)).to_have_text("4,821.37")


def test_an_example_question_is_sent_as_if_typed(chat: PlayedChat) -> None:
    chat.open()
    chat.page.get_by_role("button", name="How can I pay?").click()
    expect(chat.page.locator(".user-message-text")).to_have_text("How can I pay?")
    expect(chat.replied.last).to_have_text("Hello.")
    assert chat.sent[0][2]["message"] == "How can I pay?"


def test_a_late_reply_to_another_person_is_dropped(chat: PlayedChat) -> None:
    chat.open(persona="customer:C00042")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    chat.page.route("**/webhooks/*/webhook", hold)
    with chat.page.expect_request("**/webhooks/*/webhook"):
        chat.input.fill("Where is my order?")
        chat.input.press("Enter")
    chat.page.get_by_label("You are").select_option("guest")
    expect(chat.page.locator(".user-message-text")).to_have_count(0)
    with chat.page.expect_response("**/webhooks/*/webhook"):
        held[0].fulfill(json=says({"text": "Your order."}, status="handoff"))
    chat.page.unroute("**/webhooks/*/webhook", hold)
    chat.ask("Hello")
    expect(chat.announced).to_have_text(["Hello."])
    expect(chat.page.locator("#banner")).not_to_be_visible()
