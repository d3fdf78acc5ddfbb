"""Whole conversations with the real servers, the database checked after each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from analytics.identity import Role, Speaker
from analytics.store import orders, payments
from analytics.store.models import Base
from tests.assistant import Assistant
from tests.conversations.facts import FreshOrders, gather
from tests.conversations.scripts import (
    Case,
    Record,
    Script,
    Step,
    cases,
    faults,
    holds,
    pattern,
    responses,
)

RESPONSES = responses()
BOOKKEEPING = {"identity_attempts", "handoff_messages", "suggestions"}
"Tables that count tries, or keep what is said and shown, whatever the conversation is about."
IN_PASSING = {"questions", "interactions"}
"What was missed and what was opened is kept there; conversations name it where it matters."
TIMES = ("created_at", "requested_at", "placed_at", "at")


@pytest.fixture(scope="module")
def facts(assistant: Assistant) -> dict[str, Any]:
    return gather(assistant)


@pytest.fixture(scope="module")
def fresh(assistant: Assistant) -> FreshOrders:
    return FreshOrders(assistant)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_conversation(
    assistant: Assistant, facts: dict[str, Any], fresh: FreshOrders, case: Case
) -> None:
    if case.script.fresh:
        facts = {**facts, "mine": fresh.take(case.script.fresh)}
    script = _filled(case.script, facts)
    before = _counts(assistant)
    talk = assistant.conversation(
        _speaker(script, facts, str(case)),
        facts[script.contact].id if script.contact else None,
    )
    shown: set[str] = set()
    for step in script.turns:
        answer = talk.send(step.user)
        _check(step, answer, shown)
        shown |= {item["id"] for item in _listed(answer)}
    gained = {table: count - before[table] for table, count in _counts(assistant).items()}
    expected = {table: rows.added for table, rows in script.database.items()}
    for table in IN_PASSING - expected.keys():
        gained.pop(table)
    assert {table: count for table, count in gained.items() if count} == {
        table: count for table, count in expected.items() if count
    }
    for table, rows in script.database.items():
        if rows.last:
            newest = _newest(assistant, table)
            assert holds(newest, rows.last), f"{table}: {newest}"
    for record in script.records:
        row = _row(assistant, record)
        assert holds(row, record.has), f"{record.table}: {row}"
    if script.fresh:
        with assistant.store.reading() as session:
            order = orders.find(session, facts["mine"].order)
            assert order is not None
            assert payments.balance(order) == orders.total(order)


def _listed(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items of the answer's products card; none without such a card."""
    cards = [message.get("custom") or {} for message in answer["messages"]]
    return [item for card in cards if card.get("type") == "products" for item in card["items"]]


def _check(step: Step, answer: dict[str, Any], shown: set[str]) -> None:
    said = [message["text"] for message in answer["messages"] if "text" in message]
    cards = [message["custom"] for message in answer["messages"] if "custom" in message]
    told = f"\nuser: {step.user}\nbot: {said}\ncards: {cards}"
    assert answer["status"] == step.status, told
    assert len(said) == len(step.bot), told
    for text, name in zip(said, step.bot, strict=True):
        assert pattern(RESPONSES[name], step.language).fullmatch(text), f"{name}{told}"
    for words in step.says:
        assert any(words in text for text in said), f"{words}{told}"
    for words in step.hides:
        assert not any(words in text for text in said), f"{words}{told}"
    if step.buttons is not None:
        shown = answer["messages"][-1].get("buttons", [])
        assert [button["payload"] for button in shown] == step.buttons, told
    if step.listed is not None:
        assert _listed(answer), told
        assert not faults(_listed(answer), step.listed, shown), told
    if step.card is not None:
        assert any(holds(card, step.card) for card in cards), told


def _speaker(script: Script, facts: dict[str, Any], case: str) -> Speaker:
    if script.speaker == "agent":
        return Speaker(f"agent:{case}", Role.AGENT)
    if script.speaker == "guest":
        return Speaker(f"guest:{case}", Role.SHOPPER)
    return Speaker(f"customer:{case}", Role.SHOPPER, facts[script.speaker].id)


def _filled(script: Script, facts: dict[str, Any]) -> Script:
    """Return the script with facts in the place of `{…}`."""

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return value.format_map(facts) if "{" in value else value
        if isinstance(value, dict):
            return {key: fill(one) for key, one in value.items()}
        if isinstance(value, list):
            return [fill(one) for one in value]
        return value

    return Script.model_validate(fill(script.model_dump()))


def _counts(assistant: Assistant) -> dict[str, int]:
    with assistant.store.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in BOOKKEEPING
        }


def _newest(assistant: Assistant, name: str) -> dict[str, Any]:
    table = Base.metadata.tables[name]
    time = next(table.columns[name] for name in TIMES if name in table.columns)
    with assistant.store.reading() as session:
        row = session.execute(select(table).order_by(time.desc()).limit(1)).mappings().one()
    return dict(row)


def _row(assistant: Assistant, record: Record) -> dict[str, Any]:
    """Return the row as its JSON-like values: money as text without superfluous zeros."""
    table = Base.metadata.tables[record.table]
    query = select(table).where(*(table.c[name] == value for name, value in record.where.items()))
    with assistant.store.reading() as session:
        row = session.execute(query).mappings().one()
    return {
        name: format(value.normalize(), "f") if isinstance(value, Decimal) else value
        for name, value in row.items()
    }
