"""A conversation's way from the bot to a person and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from analytics.errors import HandoffConflict, InvalidInput, SalesclerkError, UnknownHandoff
from analytics.handoff import HandoffDesk, HandoffPolicy, views
from analytics.handoff.desk import ELSEWHERE
from analytics.store import Store, handoffs
from analytics.store.models import (
    Handoff,
    HandoffMessage,
    HandoffOutcome,
    HandoffReason,
    HandoffState,
    Sender,
    Ticket,
)
from tests.analytics.handoff.conftest import NOON, Events, call

MINUTE = timedelta(minutes=1)


def called(store: Store, desk: HandoffDesk, conversation: str = "c1", at: datetime = NOON) -> int:
    with store.transaction() as session:
        handoff = desk.call(session, call(conversation), at).handoff
        assert handoff is not None
        return handoff.id


def claimed(store: Store, desk: HandoffDesk, at: datetime = NOON) -> int:
    number = called(store, desk)
    with store.transaction() as session:
        desk.claim(session, number, "agent:bob", at)
    return number


def test_a_conversation_has_one_open_handoff_and_one_ticket(
    store: Store, desk: HandoffDesk
) -> None:
    assert called(store, desk) == called(store, desk)
    with store.reading() as session:
        assert session.scalar(select(func.count(Handoff.id))) == 1
        assert session.scalar(select(func.count(Ticket.id))) == 1


def test_of_two_calls_at_once_one_ticket_counts(
    store: Store, desk: HandoffDesk, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, look, looks = called(store, desk), handoffs.under_way, []

    def too_early(session: Any, conversation_id: str) -> Handoff | None:
        looks.append(conversation_id)
        return look(session, conversation_id) if len(looks) > 1 else None

    monkeypatch.setattr(handoffs, "under_way", too_early)
    assert called(store, desk) == number
    assert events.names == ["ticket.opened", "handoff.requested"]
    with store.reading() as session:
        assert session.scalar(select(func.count(Ticket.id))) == 1


def test_the_whole_way(store: Store, desk: HandoffDesk, events: Events) -> None:
    number = claimed(store, desk)
    with store.transaction() as session:
        desk.hear(session, "c1", "m1", "hello?", NOON)
        desk.reply(session, number, "agent:bob", " hi there ", "r1", NOON)
        released = desk.release(session, number, "agent:bob", NOON + MINUTE)
        assert (released.state, released.outcome) == (HandoffState.CLOSED, HandoffOutcome.RELEASED)
        assert handoffs.unannounced(session, "c1") is released
    with store.reading() as session:
        said = [(one.sender, one.content.get("text")) for one in handoffs.said(session, number)]
        (ticket,) = session.scalars(select(Ticket))
    assert said == [
        ("state", None),
        ("state", None),
        ("customer", "hello?"),
        ("agent", "hi there"),
        ("state", None),
    ]
    assert (ticket.status, ticket.subject) == ("open", "request")
    assert events.names == [
        *("ticket.opened", "handoff.requested", "handoff.claimed"),
        *("message.customer", "message.agent", "handoff.released"),
    ]


def test_what_is_sent_twice_is_said_once(store: Store, desk: HandoffDesk, events: Events) -> None:
    number = claimed(store, desk)
    with store.transaction() as session:
        for _ in range(2):
            desk.hear(session, "c1", "m1", "hello?", NOON)
            desk.reply(session, number, "agent:bob", "hi", "m1", NOON)
        assert len(handoffs.said(session, number)) == 4
    assert events.names.count("message.customer") == events.names.count("message.agent") == 1


def test_of_two_agents_who_claim_at_once_one_has_it(store: Store, desk: HandoffDesk) -> None:
    number = called(store, desk)

    def claim(agent: str) -> str | None:
        try:
            with store.transaction() as session:
                return desk.claim(session, number, agent, NOON).agent
        except HandoffConflict:
            return None

    agents = [f"agent:{name}" for name in ("ann", "bob", "cat", "dan")]
    with ThreadPoolExecutor(4) as pool:
        won = [agent for agent in pool.map(claim, agents) if agent]
    assert len(won) == 1
    with store.transaction() as session:
        assert desk.claim(session, number, won[0], NOON).agent == won[0]
        assert desk.get(session, number).agent == won[0]


def test_only_the_agent_who_has_it_can_speak_and_give_back(store: Store, desk: HandoffDesk) -> None:
    number = called(store, desk)
    with store.transaction() as session:
        with pytest.raises(HandoffConflict, match="requested"):
            desk.reply(session, number, "agent:bob", "hi", "r1", NOON)
        desk.claim(session, number, "agent:bob", NOON)
        for act in (desk.release, desk.close):
            with pytest.raises(HandoffConflict, match="agent:bob has it"):
                act(session, number, "agent:eve", NOON)
        desk.close(session, number, "agent:bob", NOON)
        with pytest.raises(HandoffConflict, match="closed"):
            desk.reply(session, number, "agent:bob", "hi", "r1", NOON)
        with pytest.raises(UnknownHandoff):
            desk.claim(session, 99, "agent:bob", NOON)


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_texts_that_are_not_accepted(store: Store, desk: HandoffDesk, text: str) -> None:
    number = claimed(store, desk)
    with store.transaction() as session, pytest.raises(InvalidInput, match="1 to 4000"):
        desk.reply(session, number, "agent:bob", text, "r1", NOON)


def test_the_queue(store: Store, desk: HandoffDesk) -> None:
    first, second = called(store, desk), called(store, desk, "c2", NOON + MINUTE)
    with store.transaction() as session:
        assert desk.queue(session, desk.get(session, first), NOON) == (1, 5)
        assert desk.queue(session, desk.get(session, second), NOON) == (2, 10)
        desk.claim(session, first, "agent:bob", NOON + MINUTE)
        assert desk.queue(session, desk.get(session, second), NOON) == (1, 5)


def test_waiting_is_told_from_how_long_persons_took(store: Store, desk: HandoffDesk) -> None:
    for number, minutes in enumerate((1, 2, 2, 3, 30)):
        handoff = called(store, desk, f"old{number}")
        with store.transaction() as session:
            desk.claim(session, handoff, "agent:bob", NOON)
            desk.close(session, handoff, "agent:bob", NOON + minutes * MINUTE)
    waiting = called(store, desk, "new", NOON + 60 * MINUTE)
    with store.transaction() as session:
        assert desk.queue(session, desk.get(session, waiting), NOON + 60 * MINUTE) == (1, 2)


def test_who_stops_waiting_is_told_by_who_he_tells(store: Store, desk: HandoffDesk) -> None:
    called(store, desk)
    with store.transaction() as session:
        ended = desk.cancel(session, "c1", NOON)
        assert ended is not None
        assert ended.outcome == HandoffOutcome.CANCELLED
        assert handoffs.to_announce(session) == []
        assert desk.cancel(session, "c1", NOON) is None
        assert session.scalars(select(Ticket)).one().status == "closed"


def test_an_agent_can_take_a_conversation_unasked(
    store: Store, desk: HandoffDesk, policy: HandoffPolicy
) -> None:
    with store.transaction() as session:
        taken = desk.take(session, call(reason=HandoffReason.AGENT), "agent:bob", NOON)
        assert (taken.state, taken.agent) == (HandoffState.HUMAN, "agent:bob")
        with pytest.raises(HandoffConflict):
            desk.take(session, call(reason=HandoffReason.AGENT), "agent:eve", NOON)


def test_outside_the_hours_a_ticket_waits(store: Store, policy: HandoffPolicy) -> None:
    monday = {"monday": ((NOON.time().replace(hour=13), NOON.time().replace(hour=14)),)}
    desk = HandoffDesk(policy.model_copy(update={"hours": monday}))
    with store.transaction() as session:
        closed = desk.call(session, call(), NOON)
        assert closed.handoff is None
        assert closed.opens_at == datetime(2026, 3, 2, 13, tzinfo=UTC)
        assert desk.hear(session, "c1", "m1", "hello?", NOON) is None
        assert desk.call(session, call(), NOON + 60 * MINUTE).handoff is not None


@pytest.mark.parametrize(("minutes", "outcome"), [(14, None), (15, HandoffOutcome.WAITED_TOO_LONG)])
def test_waiting_ends(
    store: Store, desk: HandoffDesk, minutes: int, outcome: HandoffOutcome | None
) -> None:
    called(store, desk)
    with store.transaction() as session:
        ended = desk.sweep(session, NOON + minutes * MINUTE)
        assert [one.outcome for one in ended] == ([outcome] if outcome else [])
        assert session.scalars(select(Ticket)).one().status == "open"
        assert desk.sweep(session, NOON + minutes * MINUTE) == []


def swept(store: Store, desk: HandoffDesk, minutes: float) -> list[str | None]:
    with store.transaction() as session:
        return [one.outcome for one in desk.sweep(session, NOON + minutes * MINUTE)]


def test_a_person_who_does_not_answer_loses_the_conversation(
    store: Store, desk: HandoffDesk
) -> None:
    number = claimed(store, desk)
    with store.transaction() as session:
        desk.reply(session, number, "agent:bob", "hi", "r1", NOON + MINUTE)
        desk.hear(session, "c1", "m1", "hello?", NOON + 2 * MINUTE)
    assert swept(store, desk, 11.9) == []
    with store.transaction() as session:
        desk.seen(session, desk.get(session, number), Sender.AGENT, NOON + 11.9 * MINUTE)
    assert swept(store, desk, 21) == []
    assert swept(store, desk, 22) == [HandoffOutcome.AGENT_SILENT]


def test_a_person_who_never_spoke_loses_the_conversation(store: Store, desk: HandoffDesk) -> None:
    claimed(store, desk, NOON + MINUTE)
    assert swept(store, desk, 10.9) == []
    assert swept(store, desk, 11) == [HandoffOutcome.AGENT_SILENT]


def test_a_customer_who_leaves_ends_it(store: Store, desk: HandoffDesk) -> None:
    number = claimed(store, desk)
    with store.transaction() as session:
        desk.reply(session, number, "agent:bob", "hi", "r1", NOON + MINUTE)
        desk.seen(session, desk.get(session, number), Sender.CUSTOMER, NOON + 5 * MINUTE)
    assert swept(store, desk, 34.9) == []
    assert swept(store, desk, 35) == [HandoffOutcome.CUSTOMER_LEFT]


def test_views(store: Store, desk: HandoffDesk) -> None:
    number = claimed(store, desk)
    with store.reading() as session:
        row = views.row(session, desk.get(session, number))
        detail = views.detail(session, desk.get(session, number))
    assert row["customer"] == {"id": "ann", "name": "Ann"}
    assert detail["transcript"] == [{"sender": "customer", "text": "a person please"}]
    assert detail["summary"]["mood"] == "calm"
    assert [one["custom"]["state"] for one in detail["messages"]] == ["requested", "human"]


STEPS = st.lists(
    st.sampled_from(
        ["call", "claim", "other", "hear", "reply", "release", "close", "cancel", "sweep"]
    ),
    max_size=25,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_happens_a_conversation_is_whole(
    store: Store, desk: HandoffDesk, steps: list[str]
) -> None:
    """At most one handoff is open, an open one has no end, a claimed one its agent."""
    with store.transaction() as session:
        session.query(HandoffMessage).delete()
        session.query(Handoff).delete()
    at = NOON
    for place, step in enumerate(steps):
        at += 4 * MINUTE
        with store.transaction() as session:
            _take_step(session, desk, step, place, at)
        with store.reading() as session:
            found = session.scalars(select(Handoff)).all()
            assert sum(one.state != HandoffState.CLOSED for one in found) <= 1
            for one in found:
                over = one.state == HandoffState.CLOSED
                assert over == (one.outcome is not None) == (one.closed_at is not None)
                assert (one.agent is None) == (one.claimed_at is None)
                assert one.state != HandoffState.HUMAN or one.agent


def _take_step(session: Any, desk: HandoffDesk, step: str, place: int, at: datetime) -> None:
    open_one = handoffs.under_way(session, "c1")
    number = open_one.id if open_one else 0
    steps = {
        "call": lambda: desk.call(session, call(), at),
        "claim": lambda: desk.claim(session, number, "agent:bob", at),
        "other": lambda: desk.claim(session, number, "agent:eve", at),
        "hear": lambda: desk.hear(session, "c1", str(place), "hello", at),
        "reply": lambda: desk.reply(session, number, "agent:bob", "hi", str(place), at),
        "release": lambda: desk.release(session, number, "agent:bob", at),
        "close": lambda: desk.close(session, number, "agent:bob", at),
        "cancel": lambda: desk.cancel(session, "c1", at),
        "sweep": lambda: desk.sweep(session, at),
    }
    try:
        steps[step]()
    except SalesclerkError as error:
        assert isinstance(error, HandoffConflict | UnknownHandoff)


def test_what_another_system_took_over_is_not_announced_here(
    store: Store, desk: HandoffDesk
) -> None:
    number = called(store, desk)
    with store.transaction() as session:
        desk.claim(session, number, ELSEWHERE, NOON)
        desk.release(session, number, ELSEWHERE, NOON)
        assert handoffs.to_announce(session) == []
