"""What a script can not say of after-sales conversations: files that open, numbers that hold."""

from __future__ import annotations

import re
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import select

from analytics.identity import Role, Speaker
from analytics.store.models import Order, Ticket
from tests.assistant import Assistant, Conversation
from tests.conversations.facts import FreshOrders

TICKET = re.compile(r"T-[A-Z0-9]{8}")


@pytest.fixture
def mine(assistant: Assistant) -> SimpleNamespace:
    return FreshOrders(assistant).take("delivered english card")


def _talk(assistant: Assistant, mine: SimpleNamespace, name: str) -> Conversation:
    return assistant.conversation(Speaker(f"after-sales:{name}", Role.SHOPPER, mine.id))


def test_an_invoice_opens_as_a_pdf(assistant: Assistant, mine: SimpleNamespace) -> None:
    answer = _talk(assistant, mine, "invoice").send(f"invoice for {mine.order} please")
    card = next(one["custom"] for one in answer["messages"] if "custom" in one)

    opened = httpx.get(assistant.url + card["url"])
    guessed = httpx.get(assistant.url + card["url"][:-4] + "aaaa")

    assert card["order_id"] == mine.order
    assert opened.status_code == httpx.codes.OK
    assert opened.headers["content-type"] == "application/pdf"
    assert opened.content.startswith(b"%PDF-")
    assert guessed.status_code == httpx.codes.NOT_FOUND


def test_the_ticket_told_is_the_one_opened(assistant: Assistant, mine: SimpleNamespace) -> None:
    talk = _talk(assistant, mine, "ticket")
    words = f"the box of {mine.order} was squashed flat when it came"

    said = talk.send(f"I have to complain: {words}")["messages"][0]["text"]
    done = talk.send("yes")["messages"][0]["text"]

    (number,) = TICKET.findall(done)
    assert TICKET.findall(said) == [number]
    with assistant.store.reading() as session:
        ticket = session.get_one(Ticket, number)
        assert (ticket.customer_id, ticket.order_id) == (mine.id, mine.order)
        assert words in ticket.body


def test_an_option_chosen_in_words_is_no_other_line(assistant: Assistant) -> None:
    """ "The black one" is an option of the line asked about, although another line is black."""
    talk, number, title = _black_beside_another(assistant)
    talk.send(f"change an item in order {number}")
    talk.send(f"the {title}")
    (answer,) = talk.send("the black one")["messages"]
    assert f"{title} (black)" in answer["text"]
    assert [button["payload"] for button in answer["buttons"]] == ["/affirm", "/deny"]


def _black_beside_another(assistant: Assistant) -> tuple[Conversation, str, str]:
    """Return a conversation of the customer of an order, its number, and the title of a line.

    The line can be had in black, and the order's other line is black.
    """
    with assistant.store.transaction() as session:
        for order in session.scalars(select(Order).where(Order.customer_id.is_not(None))):
            black = [line for line in order.lines if "black" in line.variant.options.values()]
            others = [line for line in order.lines if line not in black]
            if len(black) != 1 or len(others) != 1 or len(black[0].variant.product.variants) < 2:
                continue
            product = others[0].variant.product
            if not any("black" in one.options.values() and one.stock for one in product.variants):
                continue
            order.status, order.history = "pending", order.history[:1]
            order.carrier = order.tracking_number = None
            speaker = Speaker("after-sales:black", Role.SHOPPER, order.customer_id)
            return assistant.conversation(speaker), order.id, product.title_en
    raise AssertionError("the demo shop has no such order")
