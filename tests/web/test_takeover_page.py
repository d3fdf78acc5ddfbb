"""The chat page while a person is called or speaks: what comes by the event stream."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.web import samples
from tests.web.chat_page import Json, PlayedChat, says, visit
from tests.web.streams import Streams
from tests.web.test_page import CONTRASTS, LEAST_CONTRAST

WAITING = says({"text": "I have called someone."}, {"custom": samples.HANDOFF}, status="handoff")
WITH_PERSON = says({"custom": samples.JOINED}, status="handoff")


@pytest.fixture
def chat(browser: Browser, streams: Streams) -> Iterator[PlayedChat]:
    """The page of a shopper, listening."""
    with visit(browser, streams.address) as chat:
        chat.listens = True
        chat.page.clock.install()
        chat.open(persona="customer:C00042")
        streams.wait(chat.page)
        yield chat


def state(card: Json) -> Json:
    return {"sender": "state", "custom": card, "at": "2026-08-12T09:30:00+00:00"}


def words(text: str, sender: str = "agent", **more: str) -> Json:
    return {"sender": sender, "text": text, "agent": "Maria", "at": "2026-08-12T09:31:00Z", **more}


def banner(chat: PlayedChat) -> Locator:
    return chat.page.locator("#banner")


def own(chat: PlayedChat) -> Locator:
    return chat.page.locator(".user-message-text")


def join(chat: PlayedChat, streams: Streams) -> None:
    """Ask for a person, and have her come."""
    chat.replies = [WAITING]
    chat.ask("A person, please")
    streams.emit("message", {"id": 7, **state(samples.JOINED)}, 7)
    expect(banner(chat)).to_have_text("Maria is talking with you.")


def test_the_place_in_the_queue_is_kept_up_to_date(chat: PlayedChat, streams: Streams) -> None:
    chat.replies = [WAITING]
    chat.ask("A person, please")
    expect(banner(chat)).to_contain_text("Your place in the queue: 2.")
    expect(chat.announced.filter(has_text="Your place in the queue: 2.")).to_have_count(1)
    streams.emit("message", state({**samples.HANDOFF, "position": 1, "wait_minutes": 5}))
    expect(banner(chat)).to_contain_text("Your place in the queue: 1.")
    expect(chat.page.locator(".card.handoff")).to_have_count(1)
    expect(chat.page.locator(".card.handoff dd")).to_have_text(["T-1042", "1", "about 5 min"])


def test_a_person_speaks(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    expect(chat.page.locator(".event")).to_have_text("Maria has joined the conversation.")
    expect(chat.page.locator(".card.handoff").locator("button, .badge")).to_have_count(0)
    streams.emit("typing", {"sender": "agent", "typing": True})
    expect(chat.page.locator("#typing")).to_have_text("Maria is typing …")
    streams.emit("message", {"id": 8, **words("<b>Good</b> morning")}, 8)
    expect(chat.replied.last.locator(".speaker")).to_have_text("Maria")
    expect(chat.replied.last.locator(".text")).to_have_text("<b>Good</b> morning")
    expect(chat.page.locator("#typing")).to_be_empty()
    expect(chat.announced.last).to_have_text("Maria: <b>Good</b> morning")


def test_a_lost_sign_of_typing_fades(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    streams.emit("typing", {"sender": "agent", "typing": True})
    expect(chat.page.locator("#typing")).not_to_be_empty()
    chat.page.clock.fast_forward(11_000)
    expect(chat.page.locator("#typing")).to_be_empty()


def test_whether_the_person_is_there(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    streams.emit("presence", {"sender": "agent", "present": False})
    expect(banner(chat)).to_contain_text("Maria is away")
    streams.emit("presence", {"sender": "agent", "present": True})
    expect(banner(chat)).to_have_text("Maria is talking with you.")


def test_words_to_a_person_are_ticked_and_not_answered(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    before = chat.page.locator(".event, .card").count()
    chat.replies = [WITH_PERSON]
    for text in ("Hello", "Are you there?"):
        chat.input.fill(text)
        chat.input.press("Enter")
        expect(own(chat).last).to_have_text(text)
        expect(chat.page.locator(".receipt:visible")).to_have_text("✓ Delivered")
    expect(chat.page.locator(".event, .card")).to_have_count(before)
    expect(chat.page.locator(".loading-message-dots")).to_have_count(0)
    expect(chat.page.locator(".thumbs")).to_have_count(0)


def test_a_person_hears_that_one_types(chat: PlayedChat, streams: Streams) -> None:
    chat.input.press_sequentially("Hi")
    join(chat, streams)
    assert chat.typing == []
    chat.replies = [WITH_PERSON]
    chat.input.press_sequentially("Hello there")
    assert chat.typing == [True]
    chat.input.press("Enter")
    expect(chat.page.locator(".receipt")).to_be_visible()
    assert chat.typing == [True, False]
    chat.input.press_sequentially("a")
    chat.page.clock.fast_forward(7_000)
    expect(chat.page.locator(".receipt")).to_be_visible()
    assert chat.typing == [True, False, True, False]


def test_the_bot_has_it_again_afterwards(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    streams.emit("typing", {"sender": "agent", "typing": True})
    expect(chat.page.locator("#typing")).not_to_be_empty()
    streams.emit("message", {"id": 9, **state(samples.RELEASED)}, 9)
    expect(chat.page.locator(".event").last).to_contain_text("Maria has left the conversation.")
    expect(chat.page.locator("#typing")).to_be_empty()
    expect(chat.page.locator(".event").last).to_contain_text("T-1042")
    expect(banner(chat)).not_to_be_visible()
    streams.emit("message", {"id": 10, "sender": "bot", "custom": samples.CSAT}, 10)
    question = {"id": 11, "sender": "bot", "text": "How was it?", "buttons": samples.STARS}
    streams.emit("message", question, 11)
    chat.replies = [says({"text": "Thank you."})]
    chat.page.get_by_role("button", name="5 of 5, very satisfied").click()
    expect(chat.replied.last.locator(".text")).to_have_text("Thank you.")
    chat.page.clock.fast_forward(61_000)
    streams.cut()
    chat.page.clock.fast_forward(15_000)
    assert streams.asked == [None]


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        ("waited_too_long", "Nobody was free in time."),
        ("agent_silent", "no longer here"),
        ("customer_left", "while you were away"),
        ("cancelled", "no longer waiting"),
        ("closed", "ended the conversation"),
        ("from a later version", "has ended"),
    ],
)
def test_how_it_ended(chat: PlayedChat, streams: Streams, outcome: str, text: str) -> None:
    join(chat, streams)
    streams.emit("message", {"id": 9, **state({**samples.RELEASED, "outcome": outcome})}, 9)
    expect(chat.page.locator(".event").last).to_contain_text(text)


def test_a_broken_connection_is_told_and_taken_up_where_it_broke(
    chat: PlayedChat, streams: Streams
) -> None:
    join(chat, streams)
    streams.refusal = 503
    streams.cut()
    expect(banner(chat)).to_contain_text("Connecting again")
    streams.refusal = None
    for _ in range(20):
        chat.page.clock.run_for(1_000)
        if len(streams.asked) == 2:
            break
    streams.wait(chat.page, 2)
    assert streams.asked == [None, "7"]
    expect(banner(chat)).to_have_text("Maria is talking with you.")
    streams.emit("message", {"id": 7, **state(samples.JOINED)}, 7)
    streams.emit("message", {"id": 8, **words("Back again")}, 8)
    expect(chat.replied.last.locator(".text")).to_have_text("Back again")
    expect(chat.page.locator(".event")).to_have_count(1)


def test_a_silent_connection_counts_as_broken(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    streams.write(":\n\n")
    chat.page.clock.run_for(30_000)
    streams.write(":\n\n")
    expect(banner(chat)).to_have_text("Maria is talking with you.")
    chat.page.clock.run_for(46_000)
    streams.wait(chat.page, 2)
    assert streams.asked[1] == "7"


def test_events_may_come_in_pieces(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    streams.write("id: 8\nevent: mess")
    streams.write('age\ndata: {"id": 8, "sender": "agent",\r\n')
    streams.write('data: "text": "In pieces"}\r')
    streams.write("\n\r\n")
    expect(chat.replied.last.locator(".text")).to_have_text("In pieces")


def test_a_reload_in_the_midst_goes_on(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    first = chat.page.evaluate("history.state.visit")
    chat.page.reload()
    streams.wait(chat.page, 2)
    assert chat.page.evaluate("history.state.visit") == first
    assert streams.asked == [None, None]
    said = words("A person, please", "customer", message_id="m1")
    streams.emit("message", {"id": 5, **state(samples.HANDOFF)}, 5)
    streams.emit("message", {"id": 6, **said}, 6)
    streams.emit("message", {"id": 7, **state(samples.JOINED)}, 7)
    streams.emit("message", {"id": 8, **words("Here I am")}, 8)
    expect(chat.replied.last.locator(".text")).to_have_text("Here I am")
    expect(own(chat)).to_have_text(["A person, please"])
    expect(banner(chat)).to_have_text("Maria is talking with you.")


def test_what_the_page_has_shown_is_not_shown_again(chat: PlayedChat, streams: Streams) -> None:
    chat.replies = [WAITING]
    chat.ask("A person, please")
    chat.replies = [says({"text": "Your order is on its way."})]
    chat.ask("Meanwhile, where is my order?")
    mine = chat.sent[-1][2]["message_id"]
    question = words("Meanwhile, where is my order?", "customer", message_id=mine)
    answer = words("Your order is on its way.", "bot", message_id=f"{mine}:0")
    streams.emit("message", {"id": 8, **question}, 8)
    streams.emit("message", {"id": 9, **answer}, 9)
    streams.emit("message", {"id": 10, **words("From elsewhere", "customer", message_id="x")}, 10)
    expect(own(chat).last).to_have_text("From elsewhere")
    expect(own(chat)).to_have_count(3)
    expect(chat.page.locator(".text", has_text="Your order is on its way.")).to_have_count(1)


def test_nobody_listens_for_long_while_nobody_was_called(
    chat: PlayedChat, streams: Streams
) -> None:
    chat.page.clock.fast_forward(61_000)
    streams.cut()
    chat.page.clock.fast_forward(15_000)
    assert streams.asked == [None]
    chat.replies = [WAITING]
    chat.ask("A person, please")
    streams.wait(chat.page, 2)


def test_another_person_hears_nothing_of_it(chat: PlayedChat, streams: Streams) -> None:
    join(chat, streams)
    chat.page.get_by_label("You are").select_option("guest")
    streams.wait(chat.page, 2)
    expect(banner(chat)).not_to_be_visible()
    expect(chat.page.locator(".event")).to_have_count(0)


def test_an_answer_can_be_rated(chat: PlayedChat) -> None:
    chat.ask("How can I pay?")
    up = chat.replied.last.get_by_role("button", name="This helped")
    down = chat.replied.last.get_by_role("button", name="This did not help")
    expect(up).to_have_attribute("aria-pressed", "false")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    up.click()
    expect(down).to_have_attribute("aria-pressed", "false")
    chat.page.get_by_role("button", name="中文").click()
    expect(chat.replied.last.get_by_role("button", name="有帮助", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    message = chat.sent[-1][2]["message_id"]
    assert chat.thumbs == [(message, False), (message, True)]


def test_what_is_asked_after_an_answer_is_not_rated(chat: PlayedChat) -> None:
    question: Json = {"text": "Another one?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}
    chat.replies = [says({"text": "On its way."}, {"custom": samples.ORDER}, question)]
    chat.ask("Where is my order?")
    expect(chat.page.locator("sales-reply:has(.thumbs) .card.order")).to_have_count(1)
    expect(chat.page.locator(".thumbs")).to_have_count(1)


def test_what_one_may_do_while_waiting_passes_with_the_wait(
    chat: PlayedChat, streams: Streams
) -> None:
    stop = {"title": "Stop waiting", "payload": "/stop"}
    card = {name: samples.HANDOFF[name] for name in ("type", "ticket_id", "state", "position")}
    chat.replies = [says({"text": "I called.", "buttons": [stop]}, {"custom": card})]
    chat.ask("A person, please")
    button = chat.page.get_by_role("button", name="Stop waiting")
    expect(button).to_have_count(1)
    expect(chat.page.locator(".card.handoff").get_by_role("button")).to_have_text("Stop waiting")
    streams.emit("message", {"id": 7, **state(samples.JOINED)}, 7)
    expect(button).to_have_count(0)


@pytest.mark.parametrize(
    "reply",
    [
        says({"text": "What is your order number?"}),
        says({"text": "Cancel it.", "buttons": [{"title": "Yes", "payload": "/affirm"}]}),
        WAITING,
        says({"text": "Sorry."}, status="error"),
    ],
)
def test_what_is_no_answer_cannot_be_rated(chat: PlayedChat, reply: Json) -> None:
    chat.replies = [reply]
    chat.ask("?")
    expect(chat.page.locator(".thumbs")).to_have_count(0)


def test_an_opinion_that_is_not_taken_is_taken_back(chat: PlayedChat) -> None:
    chat.page.route("**/webhooks/*/thumbs", lambda route: route.fulfill(status=503, json={}))
    chat.ask("How can I pay?")
    up = chat.replied.last.get_by_role("button", name="This helped")
    with chat.page.expect_response("**/webhooks/*/thumbs"):
        up.click()
    expect(up).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_is_legible_on_a_phone(browser: Browser, streams: Streams, scheme: str) -> None:
    phone = {"width": 360, "height": 740}
    with visit(browser, streams.address, viewport=phone, color_scheme=scheme) as chat:
        chat.listens = True
        chat.open(persona="customer:C00042")
        streams.wait(chat.page)
        chat.ask("How can I pay?")
        chat.replied.last.get_by_role("button", name="This helped").click()
        join(chat, streams)
        streams.emit("message", {"id": 8, **words("See https://shop.example")}, 8)
        expect(chat.replied.last.locator(".text")).to_be_visible()
        chat.replies = [WITH_PERSON]
        chat.input.fill("Thanks")
        chat.input.press("Enter")
        expect(chat.page.locator(".receipt")).to_be_visible()
        streams.emit("typing", {"sender": "agent", "typing": True})
        expect(chat.page.locator("#typing")).not_to_be_empty()
        contrasts = chat.page.evaluate(CONTRASTS)
        streams.emit("message", {"id": 9, **state(samples.RELEASED)}, 9)
        question = {"text": "How was it?", "custom": samples.CSAT, "buttons": samples.STARS}
        streams.emit("message", {"id": 10, "sender": "bot", **question}, 10)
        expect(chat.replied.last.locator(".csat")).to_be_visible()
        contrasts += chat.page.evaluate(CONTRASTS)
        assert len(contrasts) > 40
        assert [pair for pair in contrasts if pair[1] < LEAST_CONTRAST] == []
        width = "document.querySelector('deep-chat').shadowRoot.getElementById('messages')"
        assert chat.page.evaluate(f"{width}.scrollWidth") <= 360
