"""What the cards show, and that no text in them becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.web import samples
from tests.web.chat_page import Json, PlayedChat, says, visit

ATTACK = '<img src="x" onerror="window.hit = 1"><script>window.hit = 1</script>'
MACHINE_READ = {"type", "currency", "status", "state", "freq", "segment", "kind"}
FORMATTED = re.compile(r"\d[\d.:T+-]*")


@pytest.fixture(scope="module")
def chat(browser: Browser, files: str) -> Iterator[PlayedChat]:
    """One conversation for all tests here: each asks for a card of its own."""
    with visit(browser, files) as chat:
        chat.open(persona="customer:C00042")
        yield chat


def test_products_show_price_stock_and_reason(chat: PlayedChat) -> None:
    card = chat.card(samples.PRODUCTS)
    expect(card.locator("h3")).to_have_text("Chosen for you")
    expect(card.locator(".product h4")).to_have_text(
        ["Oak table lamp", "Wool throw", "Pour-over set", "Gift card"]
    )
    expect(card.locator(".price strong")).to_have_text(["£64.90", "£48.00", "£1,032.50", "£20.00"])
    expect(card.locator(".badge")).to_have_text(["In stock", "Only 3 left", "Out of stock"])
    expect(card.locator(".reason")).to_have_text("Because you bought the oak side table")


def test_an_action_sends_its_payload_and_shows_its_title(chat: PlayedChat) -> None:
    card = chat.card(samples.PRODUCTS)
    chat.replies = [says({"text": "These are similar."})]
    card.get_by_role("button", name="Similar: Oak table lamp").click()
    expect(chat.page.locator(".user-message-text").last).to_have_text("Similar")
    expect(chat.replied.last).to_have_text("These are similar.")
    assert chat.sent[-1][2]["message"] == '/similar_items{"item_id": "P1"}'


def test_a_product_opens_and_the_shop_is_told(chat: PlayedChat) -> None:
    card = chat.card(samples.PRODUCTS)
    expect(card.locator("details")).to_have_count(1)
    description = card.get_by_text("Turned by hand, with a linen shade.")
    expect(description).not_to_be_visible()
    chat.clicks.clear()
    with chat.page.expect_response("**/webhooks/widget/clicks"):
        card.locator("summary", has_text="Oak table lamp").click()
    expect(description).to_be_visible()
    card.locator("summary").click()
    expect(description).not_to_be_visible()
    assert chat.clicks == ["P1"]


def test_a_comparison_is_a_table_with_a_heading_for_each_row_and_column(chat: PlayedChat) -> None:
    card = chat.card(samples.COMPARISON)
    expect(card.get_by_role("columnheader").locator("span")).to_have_text(
        ["Property", "Oak table lamp", "Brushed brass table lamp", "Arched floor lamp"]
    )
    expect(card.get_by_role("rowheader")).to_have_text(["Price", "Rating", "Category", "colour"])
    expect(card.get_by_role("row").nth(2).get_by_role("cell")).to_have_text(
        ["4.6 of 5 (12)", "unknown", "4.1 of 5 (3)"]
    )
    expect(card.locator("td strong")).to_have_count(9)
    expect(chat.announced.last).to_have_text(
        "Comparison. Oak table lamp, £64.90. "
        "Brushed brass table lamp, £48.00. Arched floor lamp, £120.00"
    )


def test_a_comparison_of_three_fits_a_phone(browser: Browser, files: str) -> None:
    with visit(browser, files, viewport={"width": 360, "height": 740}) as chat:
        chat.open(persona="customer:C00042")
        card = chat.card(samples.COMPARISON)
        expect(card.get_by_role("rowheader", name="Price")).to_be_visible()
        assert chat.page.evaluate("document.documentElement.scrollWidth") <= 360
        region = card.get_by_role("region", name="Properties of the products")
        region.evaluate("one => one.scrollLeft = 1000")
        expect(card.get_by_role("columnheader", name="Arched floor lamp")).to_be_in_viewport()
        # The properties stay in sight.
        expect(card.get_by_role("rowheader", name="Rating")).to_be_in_viewport(ratio=1)


def test_an_order_shows_its_lines_total_and_history(chat: PlayedChat) -> None:
    card = chat.card(samples.ORDER)
    expect(card.get_by_role("heading", name="Order 10482")).to_be_visible()
    expect(card.locator(".badge")).to_have_text(["On its way", "Return arranged"])
    expect(card.locator(".facts dd")).to_have_text(["12 Aug 2026", "19 Aug 2026", "DPD", "DPD1Z99"])
    expect(card.locator("tbody tr").first).to_contain_text("LAMP-OAK-M · size: M")
    expect(card.locator("tbody td.number")).to_have_text(["1", "£64.90", "2", "£82.00"])
    expect(card.locator(".totals")).to_have_text("Total£146.90")
    expect(card.locator(".steps")).not_to_be_visible()
    card.get_by_text("What happened so far").click()
    expect(card.locator(".steps li span")).to_have_text(["Received", "Handed over"])


def test_a_quote_shows_discounts_and_keeps_exact_prices(chat: PlayedChat) -> None:
    card = chat.card(samples.QUOTE)
    expect(card.locator("tbody td.number")).to_have_text(["200", "£2.295List £2.55", "£459.00"])
    expect(card.locator(".discount")).to_have_text("−10% from 200 pieces")
    expect(card.locator(".totals dd")).to_have_text(["£459.00", "£91.80", "£550.80"])
    expect(card.locator(".fine")).to_have_text("Valid until 16 Sept 2026")
    expect(card.locator(".badge")).to_have_text("Open")


def test_a_quote_that_needs_approval_says_so(chat: PlayedChat) -> None:
    card = chat.card({**samples.QUOTE, "approval": True, "status": "needs_approval"})
    expect(card.locator(".badge")).to_have_text("Needs approval")


def test_a_customer_and_their_segment(chat: PlayedChat) -> None:
    card = chat.card(samples.CUSTOMER)
    expect(card.locator("h3")).to_have_text("Anna Schmidt")
    expect(card.locator(".badge")).to_have_text("Champions")
    expect(card.locator(".facts dd")).to_have_text(
        ["C00042", "Germany", "2 Mar 2024", "34", "£4,821.37", "12 Aug 2026"]
    )
    segment = chat.card(samples.SEGMENT)
    expect(segment.locator(".facts dd")).to_have_text(
        ["12 days ago", "34", "£4,821.37", "212 customers (10.6%)"]
    )


def test_what_is_not_known_is_left_out(chat: PlayedChat) -> None:
    customer = {key: samples.CUSTOMER[key] for key in samples.CUSTOMER if key != "segment"}
    card = chat.card({**customer, "name": None, "country": None, "last_order_at": None})
    expect(card.locator("h3")).to_have_text("C00042")
    expect(card.locator(".facts dt")).to_have_text(
        ["Customer number", "Customer since", "Orders", "Total spent"]
    )


def test_an_invoice_shows_its_total_and_opens_its_file(chat: PlayedChat) -> None:
    card = chat.card(samples.INVOICE)
    expect(card.get_by_role("heading", name="Invoice INV-10482")).to_be_visible()
    expect(card.locator(".facts dd")).to_have_text(["10482", "12 Aug 2026", "£1,146.90"])
    link = card.get_by_role("link", name="Open PDF")
    expect(link).to_have_attribute("href", "/chat/files/aa.bb-b.cc_c")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener")
    expect(chat.announced.last).to_have_text("Invoice INV-10482. Total £1,146.90")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:window.hit = 1",
        "https://evil.example/chat/files/a",
        "//evil.example/chat/files/a",
        "/chat/",
        None,
    ],
)
def test_an_invoice_opens_no_other_address(chat: PlayedChat, url: str | None) -> None:
    card = chat.card({**samples.INVOICE, "url": url})
    expect(card.locator(".facts dd").first).to_have_text("10482")
    expect(card.locator("a")).to_have_count(0)


def test_a_handoff_shows_its_ticket_and_the_wait(chat: PlayedChat) -> None:
    card = chat.card(samples.HANDOFF)
    expect(card.locator(".badge")).to_have_text("Waiting for a person")
    expect(card.locator(".facts dd")).to_have_text(["T-1042", "2", "about 10 min"])
    chat.replies = [says({"text": "All right."})]
    card.get_by_role("button", name="No longer needed").click()
    expect(chat.replied.last).to_have_text("All right.")
    assert chat.sent[-1][2]["message"] == "/cancel_handoff"


@pytest.mark.parametrize("apart", [False, True])
def test_satisfaction_is_a_row_of_numbers(chat: PlayedChat, apart: bool) -> None:
    question: Json = {"text": "How was it?", "buttons": samples.STARS}
    card = {"custom": samples.CSAT}
    chat.replies = [says(card, question) if apart else says({**card, **question})]
    chat.ask("?")
    expect(chat.replied.last.locator(".text")).to_have_text("How was it?")
    row = chat.replied.nth(chat.replied.count() - 1).locator(".csat")
    expect(row.locator(".score")).to_have_text(["1", "2", "3", "4", "5"])
    expect(row.locator(".ends span")).to_have_text(["very dissatisfied", "very satisfied"])
    expect(row.get_by_role("button", name="Not now")).to_be_visible()
    expect(chat.announced.last).to_have_text("How was it?\nChoose a number from 1 to 5.")
    chat.replies = [says({"text": "Thank you."})]
    row.get_by_role("button", name="1 of 5, very dissatisfied").focus()
    for _ in range(3):
        chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    expect(chat.replied.last.locator(".text")).to_have_text("Thank you.")
    expect(row.locator(".chosen")).to_have_text("4")
    expect(chat.page.locator(".user-message-text").last).to_have_text("★★★★")
    assert chat.sent[-1][2]["message"] == '/inform{"choice": "4"}'


def test_other_types_are_ignored(chat: PlayedChat) -> None:
    before = chat.replied.count()
    chat.replies = [says({"custom": {"type": "from a later version"}}, {"text": "Done."})]
    chat.ask("?")
    expect(chat.replied.last).to_have_text("Done.")
    expect(chat.replied).to_have_count(before + 1)


@pytest.mark.parametrize("sample", samples.CARDS, ids=lambda card: str(card["type"]))
def test_no_text_becomes_markup(chat: PlayedChat, sample: Json) -> None:
    card = chat.card(attacked(sample))
    expect(card.get_by_text("<script>").first).to_be_visible()
    expect(card.locator("script, img")).to_have_count(0)
    assert chat.page.evaluate("window.hit") is None
    assert chat.complaints == []


def test_no_message_becomes_markup(chat: PlayedChat) -> None:
    button = {"title": ATTACK, "payload": "/deny"}
    chat.replies = [says({"text": f"{ATTACK} **b** [c](javascript:1)", "buttons": [button]})]
    chat.ask(ATTACK)
    expect(chat.replied.last.locator(".text")).to_have_text(f"{ATTACK} **b** [c](javascript:1)")
    expect(chat.replied.last.get_by_role("button")).to_have_text(ATTACK)
    expect(chat.page.locator(".user-message-text").last).to_have_text(ATTACK)
    expect(chat.replied.last.locator("script, img, a")).to_have_count(0)
    expect(chat.page.locator(".user-message-text").locator("script, img, a")).to_have_count(0)
    assert chat.page.evaluate("window.hit") is None
    assert chat.complaints == []


def test_web_addresses_become_links_that_tell_nothing_about_the_page(chat: PlayedChat) -> None:
    chat.replies = [says({"text": "See https://shop.example/returns?a=1, or ask.\nBye."})]
    chat.ask("?")
    link = chat.replied.last.get_by_role("link")
    expect(link).to_have_attribute("href", "https://shop.example/returns?a=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def attacked(value: Any, key: str = "") -> Any:
    """The same card with markup in each text that the page shows as it is."""
    if isinstance(value, dict):
        return {name: attacked(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [attacked(item) for item in value]
    shown = isinstance(value, str) and not FORMATTED.fullmatch(value) and key not in MACHINE_READ
    return value + ATTACK if shown else value
