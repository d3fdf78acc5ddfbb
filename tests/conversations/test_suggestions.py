"""What is suggested in the chat is followed to the order: shown, opened, bought."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from analytics import artifacts
from analytics.identity import Role, Speaker
from analytics.store.models import Interaction, Order, ShownSuggestion
from tests.assistant import Assistant, Conversation
from tests.conversations.facts import FreshOrders


@pytest.fixture
def mine(assistant: Assistant) -> SimpleNamespace:
    return FreshOrders(assistant).take("delivered english card")


def click(assistant: Assistant, token: str | None, body: Any) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"{assistant.url}/webhooks/widget/clicks"
    return httpx.post(address, json=body, headers=headers, timeout=30).status_code


def suggested(talk: Conversation) -> list[dict[str, Any]]:
    """Return the items that the assistant recommends."""
    answer = talk.send("What do you recommend for me?")
    cards = [one["custom"] for one in answer["messages"] if "custom" in one]
    (items,) = [card["items"] for card in cards if card["type"] == "products"]
    return list(items)


def rows(assistant: Assistant, conversation_id: str) -> list[ShownSuggestion]:
    with assistant.store.reading() as session:
        found = session.scalars(
            select(ShownSuggestion)
            .where(ShownSuggestion.conversation_id == conversation_id)
            .order_by(ShownSuggestion.id)
        )
        return list(found)


def clicks(assistant: Assistant, customer_id: str) -> Counter[str]:
    """Return what is learned from of a customer's clicks."""
    with assistant.store.reading() as session:
        found = select(Interaction.product_id).where(
            Interaction.customer_id == customer_id, Interaction.kind == "click"
        )
        return Counter(session.scalars(found))


def test_from_shown_to_bought(assistant: Assistant, mine: SimpleNamespace) -> None:
    me = Speaker("suggested:buyer", Role.SHOPPER, mine.id)
    talk, token = assistant.conversation(me), assistant.token(me)
    before = clicks(assistant, mine.id)
    items = suggested(talk)
    conversation_id = talk.send("thanks")["conversation_id"]
    version = artifacts.current(assistant.settings.artifacts).version
    shown = rows(assistant, conversation_id)
    assert [one.product_id for one in shown] == [item["id"] for item in items]
    assert [one.position for one in shown] == list(range(1, len(items) + 1))
    assert {(one.customer_id, one.model_version) for one in shown} == {(mine.id, version)}
    assert all(one.rung and not one.clicked_at and not one.order_id for one in shown)

    # One opened on its card, one by its button; what was not suggested does not count.
    first, second, *_ = (item["id"] for item in items)
    with assistant.store.reading() as session:
        other = session.scalars(
            select(Interaction.product_id)
            .where(Interaction.product_id.not_in([item["id"] for item in items]))
            .limit(1)
        ).one()
    assert click(assistant, token, {"product_id": first}) == httpx.codes.NO_CONTENT
    assert click(assistant, token, {"product_id": other}) == httpx.codes.NO_CONTENT
    talk.send(items[1]["actions"][0]["payload"])
    opened = {one.product_id for one in rows(assistant, conversation_id) if one.clicked_at}
    assert opened == {first, second}
    learned = clicks(assistant, mine.id)
    learned.subtract(before)
    assert +learned == Counter([first, second])

    answer = talk.send(f"I'd like to order 1 {first}")
    # By which means of payment, where there are several; then yes.
    while buttons := answer["messages"][-1].get("buttons"):
        answer = talk.send(buttons[0]["payload"])
    with assistant.store.reading() as session:
        order = session.scalars(
            select(Order).where(Order.customer_id == mine.id).order_by(Order.placed_at.desc())
        ).first()
    assert order is not None
    sold = {
        one.product_id: (one.order_id, one.bought_at)
        for one in rows(assistant, conversation_id)
        if one.order_id
    }
    assert sold == {first: (order.id, order.placed_at)}


def test_the_token_tells_whose_click_it_is(assistant: Assistant, mine: SimpleNamespace) -> None:
    me = Speaker("suggested:me", Role.SHOPPER, mine.id)
    talk = assistant.conversation(me)
    (item, *_) = suggested(talk)
    conversation_id = talk.send("thanks")["conversation_id"]
    other = assistant.token(Speaker("suggested:other", Role.SHOPPER, mine.id))
    agent = assistant.token(Speaker("agent:suggested", Role.AGENT))
    body = {"product_id": item["id"], "conversation_id": conversation_id}
    assert click(assistant, None, body) == httpx.codes.UNAUTHORIZED
    assert click(assistant, agent, body) == httpx.codes.FORBIDDEN
    assert click(assistant, other, body) == httpx.codes.NO_CONTENT
    for wrong in ({}, {"product_id": 1}, {"product_id": ""}, {"product_id": "x" * 65}, []):
        assert click(assistant, other, wrong) == httpx.codes.UNPROCESSABLE_ENTITY
    assert not any(one.clicked_at for one in rows(assistant, conversation_id))
