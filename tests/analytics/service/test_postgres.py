"""The same on a real PostgreSQL, where several conversations write at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from analytics.errors import Refused
from analytics.service import Actor, ChangeKind, ServiceDesk
from analytics.store import Store
from analytics.store.models import Change, Order, Quote, Variant
from tests.analytics.service.shop import (
    ANN,
    BOB,
    REQUESTS,
    Counter,
    fill,
    policy,
    rows,
    wrong_books,
)


@pytest.fixture
def counter(fresh_postgres_url: str) -> Iterator[Counter]:
    store = Store(fresh_postgres_url)
    store.migrate()
    with store.transaction() as session:
        fill(session)
    yield Counter(store, ServiceDesk(policy()))
    store.close()


def test_every_kind_of_change(counter: Counter) -> None:
    others = rows(counter.store, "C2")
    # Calling an order off comes last: nothing else can be done with it then.
    for kind in sorted(ChangeKind, key=lambda kind: kind == ChangeKind.CANCEL_ORDER):
        before = rows(counter.store)
        proposal, shown = counter.propose(kind, REQUESTS[kind])
        assert rows(counter.store) == before
        assert counter.confirm(proposal) == (shown, True)
        after = rows(counter.store)
        assert counter.confirm(proposal) == (shown, False)
        assert rows(counter.store) == after
        assert wrong_books(counter.store) == []
    assert {row.kind: row.details["kind"] for row in counter.table(Change)} == {
        kind: kind for kind in ChangeKind
    }
    assert rows(counter.store, "C2") == others


type Asked = tuple[ChangeKind, dict[str, Any], Actor]


def at_the_same_time(counter: Counter, first: Asked, second: Asked) -> Callable[[], bool]:
    """Confirm the second while the first is done but not yet kept; return how it went."""
    proposals = [counter.propose(*asked)[0] for asked in (first, second)]
    with ThreadPoolExecutor(1) as pool:
        with counter.store.transaction() as session:
            counter.desk.carry_out(session, proposals[0], first[2], counter.at, "first")
            other: Future[Any] = pool.submit(counter.confirm, proposals[1], second[2])
            while not other.done() and not _somebody_waits(counter):
                time.sleep(0.01)
        other.exception()
    return lambda: other.result()[1]


def _somebody_waits(counter: Counter) -> bool:
    with counter.store.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_an_order_that_two_call_off_is_refunded_once(counter: Counter) -> None:
    cancel: Asked = (ChangeKind.CANCEL_ORDER, {"order_id": "C1-pending"}, ANN)
    second = at_the_same_time(counter, cancel, cancel)
    with pytest.raises(Refused, match="cancel_order_status"):
        second()
    cancelled = counter.order("C1-pending")
    assert [one.amount for one in cancelled.payments if one.kind == "refund"] == [Decimal("108.95")]
    assert len(counter.table(Change)) == 1
    assert (counter.stock("SHIRT-RED-M"), counter.stock("LAMP")) == (7, 4)


def test_units_that_two_send_back_come_back_once(counter: Counter) -> None:
    request = {**REQUESTS[ChangeKind.RETURN_ITEMS], "lines": [{"number": 2}]}
    sends_back: Asked = (ChangeKind.RETURN_ITEMS, request, ANN)
    with pytest.raises(Refused, match="nothing_left"):
        at_the_same_time(counter, sends_back, sends_back)()
    assert wrong_books(counter.store) == []


def test_two_refunds_to_one_gift_card_are_both_on_it(counter: Counter) -> None:
    request = {"order_id": "C1-pending", "refund_to": "gift_card"}
    first: Asked = (ChangeKind.CANCEL_ORDER, request, ANN)
    request = {"order_id": "C1-pending-split", "method_id": "C1-paypal"}
    second: Asked = (ChangeKind.CHANGE_PAYMENT, request, ANN)
    assert at_the_same_time(counter, first, second)()
    assert counter.gift_card() == 30 + Decimal("108.95") + 10


def test_a_gift_card_is_spent_once(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Order, "C1-pending").payment_method_id = "C1-gift"
    request = {"items": [{"sku": "SOAP-S", "quantity": 10}], "method_id": "C1-gift"}
    first: Asked = (ChangeKind.PLACE_ORDER, request, ANN)
    second: Asked = (ChangeKind.CHANGE_LINES, REQUESTS[ChangeKind.CHANGE_LINES], ANN)
    with pytest.raises(Refused, match="gift_card_balance"):
        at_the_same_time(counter, first, second)()
    assert counter.gift_card() == Decimal("1.05")


def test_the_last_unit_is_sold_once(counter: Counter) -> None:
    first, second = (
        (
            ChangeKind.PLACE_ORDER,
            {"items": [{"sku": "LAMP", "quantity": 2}], "method_id": f"{actor.customer_id}-card"},
            actor,
        )
        for actor in (ANN, BOB)
    )
    with pytest.raises(Refused, match="stock"):
        at_the_same_time(counter, first, second)()
    assert counter.stock("LAMP") == 1


def test_units_put_back_and_taken_at_the_same_time_are_both_counted(counter: Counter) -> None:
    first: Asked = (ChangeKind.CANCEL_ORDER, {"order_id": "C1-pending"}, ANN)
    second: Asked = (
        ChangeKind.PLACE_ORDER,
        {"items": [{"sku": "SHIRT-RED-M", "quantity": 1}], "method_id": "C2-card"},
        BOB,
    )
    assert at_the_same_time(counter, first, second)()
    with counter.store.reading() as session:
        assert session.get_one(Variant, "SHIRT-RED-M").stock == 5 + 2 - 1


def test_a_quote_is_ordered_once(counter: Counter) -> None:
    order: Asked = (
        ChangeKind.PLACE_ORDER,
        {"quote_id": "Q-OPEN", "method_id": "C1-card"},
        ANN,
    )
    with pytest.raises(Refused, match="quote_over"):
        at_the_same_time(counter, order, order)()
    with counter.store.reading() as session:
        assert session.get_one(Quote, "Q-OPEN").status == "accepted"
    assert counter.stock("SOAP-S") == 17
