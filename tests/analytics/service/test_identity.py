"""Who a guest is: few tries, and nothing to probe."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from analytics.errors import TooManyAttempts
from analytics.service.identity import Proven, opens_account, opens_order, prove
from analytics.service.policy import Identity, Proof
from analytics.store.models import Customer, IdentityAttempt, Order
from tests.analytics.service.shop import AT, DAY, Counter, policy

NUMBER, EMAIL, NAME, POSTCODE = Proof.ORDER_NUMBER, Proof.EMAIL, Proof.NAME, Proof.POSTCODE
RULES = policy().identity
ANN = {NUMBER: "C1-pending", EMAIL: "ann@example.com"}
WRONG = {NUMBER: "C1-pending", EMAIL: "bob@example.com"}


def claim(
    counter: Counter,
    claims: dict[Proof, str],
    conversation: str = "here",
    at: datetime = AT,
    rules: Identity = RULES,
) -> Proven | None:
    with counter.store.transaction() as session:
        return prove(session, rules, claims, conversation, "key", at)


def attempts(counter: Counter) -> list[tuple[str, str, bool]]:
    return [
        (one.conversation_id, one.claim, one.succeeded) for one in counter.table(IdentityAttempt)
    ]


@pytest.mark.parametrize(
    ("claims", "known"),
    [
        (ANN, {EMAIL}),
        ({NUMBER: "C1-pending", POSTCODE: "SW1A 1AA"}, {POSTCODE}),
        ({**ANN, NAME: "Ann Lee"}, {EMAIL, NAME}),
        ({EMAIL: "ann@example.com"}, {EMAIL}),
        ({NAME: "Ann Lee", POSTCODE: "SW1A 1AA"}, {NAME, POSTCODE}),
        # However it is spelled.
        ({NUMBER: " #c1-PENDING ", EMAIL: " ANN@Example.com "}, {EMAIL}),
        ({NUMBER: "C1-pending", POSTCODE: "sw1a1aa"}, {POSTCODE}),
        ({NAME: "ANN  lee", POSTCODE: " Sw1A-1aA "}, {NAME, POSTCODE}),
        ({NAME: "Ａｎｎ Lee", POSTCODE: "ＳＷ１Ａ １ＡＡ", NUMBER: "C1-pending"}, {NAME, POSTCODE}),
        ({NAME: "ann-lee.", POSTCODE: "sw1a 1aa"}, {NAME, POSTCODE}),
    ],
)
def test_what_only_the_customer_knows_proves_it(
    counter: Counter, claims: dict[Proof, str], known: set[Proof]
) -> None:
    assert claim(counter, claims) == Proven("C1", frozenset(known))


@pytest.mark.parametrize(
    "claims",
    [
        {NUMBER: "C1-pending", EMAIL: "annie@example.com"},
        {NUMBER: "C1-pending", EMAIL: "an-n@example.com"},
        {NUMBER: "C1-pending", EMAIL: ""},
        {NUMBER: "C1-pending", EMAIL: " -- "},
        {NUMBER: "C1-pending", POSTCODE: "M1 1AE"},
        # What is enough is not all; each has to be right.
        {NUMBER: "C1-pending", EMAIL: "ann@example.com", NAME: "Bob Ng"},
        {NUMBER: "C1-pending", EMAIL: "ann@example.com", POSTCODE: "M1 1AE"},
        # Right, but not enough.
        {NUMBER: "C1-pending"},
        {NUMBER: "C1-pending", NAME: "Ann Lee"},
        {NAME: "Ann Lee"},
        {POSTCODE: "SW1A 1AA"},
        {NAME: "Ann Lee", POSTCODE: "M1 1AE"},
        {NAME: "Bob Ng", POSTCODE: "SW1A 1AA"},
        {EMAIL: "nobody@example.com"},
        {EMAIL: "%@example.com"},
        {},
    ],
)
def test_what_is_wrong_or_not_enough_proves_nothing(
    counter: Counter, claims: dict[Proof, str]
) -> None:
    assert claim(counter, claims) is None
    assert not any(succeeded for _, _, succeeded in attempts(counter))


def test_wrong_and_unknown_are_the_same(counter: Counter) -> None:
    """Neither the result nor what is written tells whether there is such an order or account."""
    for claims, unknown in (
        (WRONG, {**WRONG, NUMBER: "C1-nothing"}),
        ({EMAIL: "ann@example.com", NAME: "Bob"}, {EMAIL: "nobody@example.com", NAME: "Bob"}),
        ({NAME: "Ann Lee", POSTCODE: "X"}, {NAME: "Nobody", POSTCODE: "X"}),
    ):
        shapes = []
        for said in (claims, unknown):
            assert claim(counter, said) is None
            shapes.append(
                [
                    (conversation, len(mark), succeeded)
                    for conversation, mark, succeeded in attempts(counter)
                ]
            )
            with counter.store.transaction() as session:
                session.execute(delete(IdentityAttempt))
        assert shapes[0] == shapes[1] != []


def test_what_was_claimed_is_not_kept_in_the_clear(counter: Counter) -> None:
    claim(counter, ANN)
    marks = [mark for _, mark, _ in attempts(counter)]
    assert len(set(marks)) == 2
    assert all(len(mark) == 64 and "ann" not in mark for mark in marks)
    with counter.store.transaction() as session:
        prove(session, RULES, ANN, "here", "another key", AT)
    assert not set(marks) & {mark for _, mark, _ in attempts(counter)[2:]}


def test_an_account_of_two_people_is_nobodys(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Customer, "C2").email = "ann@example.com"
    assert claim(counter, {EMAIL: "ann@example.com"}) is None
    # An order has one owner.
    assert claim(counter, ANN) == Proven("C1", frozenset({EMAIL}))


def test_the_postcode_of_the_order_counts_for_the_order(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Order, "C1-pending").postcode = "N1 9GU"
    for postcode in ("n19gu", "SW1A 1AA"):
        assert claim(counter, {NUMBER: "C1-pending", POSTCODE: postcode})
    assert claim(counter, {NAME: "Ann Lee", POSTCODE: "N1 9GU"}) is None


def test_an_order_of_nobody_is_proved_by_nobody(counter: Counter) -> None:
    with counter.store.transaction() as session:
        session.get_one(Order, "C1-pending").customer_id = None
    assert claim(counter, ANN) is None


@pytest.mark.parametrize(
    ("known", "order", "account"),
    [
        (set(), False, False),
        ({EMAIL}, True, True),
        ({POSTCODE}, True, False),
        ({NAME}, False, False),
        ({NAME, POSTCODE}, True, True),
    ],
)
def test_what_facts_open(known: set[Proof], order: bool, account: bool) -> None:
    assert opens_order(RULES, frozenset(known)) is order
    assert opens_account(RULES, frozenset(known)) is account


# Few tries


def limited(
    counter: Counter, claims: dict[Proof, str], conversation: str = "here", at: datetime = AT
) -> bool:
    try:
        claim(counter, claims, conversation, at)
    except TooManyAttempts as error:
        assert error.values == {"minutes": RULES.attempts_minutes}
        return True
    return False


def test_a_conversation_has_few_tries_about_whatever(counter: Counter) -> None:
    tries = [limited(counter, {NUMBER: str(number), POSTCODE: "X"}) for number in range(7)]
    assert tries == [False] * 5 + [True] * 2
    assert limited(counter, ANN)
    assert not limited(counter, ANN, "elsewhere")


@pytest.mark.parametrize("order_id", ["C1-pending", "C1-nothing"])
def test_an_order_has_few_tries_in_whatever_conversation(counter: Counter, order_id: str) -> None:
    wrong = {NUMBER: order_id, POSTCODE: "X"}
    tries = [limited(counter, wrong, f"conversation {number}") for number in range(7)]
    assert tries == [False] * 5 + [True] * 2
    # Spelled otherwise it is the same order.
    assert limited(counter, {**wrong, NUMBER: f" #{order_id.lower()}"}, "elsewhere")
    assert limited(counter, {NUMBER: order_id, EMAIL: "ann@example.com"}, "elsewhere")
    assert not limited(counter, {NUMBER: "C1-shipped", POSTCODE: "SW1A 1AA"}, "elsewhere")


@pytest.mark.parametrize(
    "wrong", [{EMAIL: "ann@example.com", NAME: "X"}, {NAME: "Ann Lee", POSTCODE: "X"}]
)
def test_an_account_has_few_tries_in_whatever_conversation(
    counter: Counter, wrong: dict[Proof, str]
) -> None:
    for number in range(5):
        limited(counter, wrong, f"conversation {number}")
    subject = next(iter(wrong))
    right = {subject: wrong[subject], POSTCODE: "SW1A 1AA"}
    assert limited(counter, right, "elsewhere")


def test_while_limited_nothing_more_is_counted_and_then_it_passes(counter: Counter) -> None:
    for number in range(5):
        claim(counter, {NUMBER: str(number), POSTCODE: "X"}, at=AT + timedelta(minutes=number))
    before = attempts(counter)
    window = timedelta(minutes=RULES.attempts_minutes)
    assert limited(counter, ANN, at=AT + window - timedelta(seconds=1))
    assert attempts(counter) == before
    # The first one has left the window.
    assert not limited(counter, ANN, at=AT + window)


def test_right_ones_are_not_counted(counter: Counter) -> None:
    assert not any(limited(counter, ANN) for _ in range(20))


def test_a_right_one_does_not_forgive_wrong_ones(counter: Counter) -> None:
    tries = []
    for number in range(5):
        tries.append(limited(counter, {NUMBER: str(number), POSTCODE: "X"}))
        tries.append(limited(counter, ANN))
    assert tries == [False] * 9 + [True]


def test_another_day_is_another_day(counter: Counter) -> None:
    for number in range(5):
        claim(counter, {NUMBER: str(number), POSTCODE: "X"})
    assert not limited(counter, ANN, at=AT + DAY)
