"""A customer's account: details, addresses, newsletter, and the wish to have it deleted."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.errors import InvalidInput, Refused
from analytics.service import ChangeKind
from analytics.store.models import Address, Customer, Ticket
from tests.analytics.service.shop import AT, DAY, NEW, Counter

EDIT, ADDRESS = ChangeKind.EDIT_ACCOUNT, ChangeKind.CHANGE_ADDRESS
ADD, NEWS, DELETE = ChangeKind.ADD_ADDRESS, ChangeKind.NEWSLETTER, ChangeKind.DELETE_ACCOUNT


def account(counter: Counter, customer_id: str = "C1") -> Customer:
    with counter.store.reading() as session:
        return session.get_one(Customer, customer_id)


def edit(counter: Counter, field: str, value: str) -> Any:
    return counter.change(EDIT, {"field": field, "value": value})


@pytest.mark.parametrize(
    ("field", "said", "kept"),
    [
        ("name", "  Ann   Lee-Smith ", "Ann Lee-Smith"),
        ("name", "李安", "李安"),
        ("email", " Ann.Lee+shop@Example.CO.UK ", "ann.lee+shop@example.co.uk"),
        ("phone", "+44 (0)20 7946-0000", "+44 (0)20 7946-0000"),
        ("phone", "13800138000", "13800138000"),
    ],
)
def test_details_are_kept_as_they_should_be(
    counter: Counter, field: str, said: str, kept: str
) -> None:
    old = getattr(account(counter), field)
    plan = edit(counter, field, said)
    assert (plan.old, plan.value) == (old, kept)
    assert getattr(account(counter), field) == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \n "),
        ("name", "12345"),
        ("name", "x" * 201),
        ("email", "ann"),
        ("email", "ann@example"),
        ("email", "ann@@example.com"),
        ("email", "ann lee@example.com"),
        ("email", "ann@example..com"),
        ("email", f"ann@{'x' * 250}.com"),
        ("phone", "1234567"),
        ("phone", "1" * 16),
        ("phone", "call me"),
        ("phone", "+"),
        ("phone", f"12345678{' .' * 20}9"),
    ],
)
def test_what_is_no_name_address_or_number_is_explained(
    counter: Counter, field: str, value: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        edit(counter, field, value)
    assert caught.value.values["field"] == field


def test_a_detail_that_stands_there_already_is_no_change(counter: Counter) -> None:
    with pytest.raises(Refused, match="same_detail"):
        edit(counter, "email", "ANN@example.com")


def test_an_email_address_belongs_to_one_account(counter: Counter) -> None:
    with pytest.raises(Refused) as caught:
        edit(counter, "email", "BOB@example.com")
    assert (caught.value.rule, caught.value.instead) == ("email_taken", "contact_human_agent")


# Addresses


def test_without_an_order_it_is_the_default_address(counter: Counter) -> None:
    plan = counter.change(ADDRESS, {"address": " 9  New Road\n", "postcode": "n1 9gu"})
    assert (plan.order_id, plan.old_address, plan.old_postcode) == (
        None,
        "1 High Street",
        "SW1A 1AA",
    )
    changed = account(counter)
    assert (changed.address, changed.postcode, changed.country) == (
        "9 New Road",
        "N1 9GU",
        "United Kingdom",
    )


def test_with_an_order_it_is_that_of_the_order_alone(counter: Counter) -> None:
    plan = counter.change(ADDRESS, {"order_id": "c1-pending", "address": "9 New Road"})
    # The order had none, so it was to go to the default one.
    assert plan.old_address == "1 High Street"
    order = counter.order("C1-pending")
    assert (order.address, order.postcode, order.country) == ("9 New Road", None, "United Kingdom")
    assert account(counter).address == "1 High Street"
    assert counter.order("C1-pending-old").address is None
    plan = counter.change(ADDRESS, {"order_id": "C1-pending", "address": "1 Old Road"})
    assert plan.old_address == "9 New Road"


@pytest.mark.parametrize("order_id", [None, "C1-pending"])
def test_the_same_address_is_no_change(counter: Counter, order_id: str | None) -> None:
    same = {"order_id": order_id, "address": "1  High Street ", "postcode": " sw1a  1aa"}
    with pytest.raises(Refused, match="same_address"):
        counter.change(ADDRESS, same)


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"address": ""}, "address"),
        ({"address": " x "}, "address"),
        ({"address": "x" * 301}, "address"),
        ({"address": "9 New Road", "postcode": "1" * 21}, "postcode"),
        ({"address": "9 New Road", "country": "x" * 81}, "country"),
        ({"address": "9 New\x00Road"}, "address"),
    ],
)
@pytest.mark.parametrize("kind", [ADDRESS, ADD])
def test_what_is_no_address_is_explained(
    counter: Counter, kind: ChangeKind, place: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        counter.change(kind, place)
    assert caught.value.values["field"] == field


def test_further_addresses_up_to_the_most(counter: Counter) -> None:
    counter = counter.under(add_address={"most": 2})
    for number in (2, 3):
        plan = counter.change(ADD, {"address": f"{number} High Street"})
        assert not plan.default
        with pytest.raises(Refused, match="same_address"):
            counter.change(ADD, {"address": f" {number} High  Street"})
    with pytest.raises(Refused) as caught:
        counter.change(ADD, {"address": "4 High Street"})
    assert (caught.value.rule, caught.value.values) == ("most_addresses", {"most": 2})
    assert [(one.customer_id, one.address) for one in counter.table(Address)] == [
        ("C1", "2 High Street"),
        ("C1", "3 High Street"),
    ]
    assert account(counter).address == "1 High Street"


def test_the_first_address_is_the_default_one(counter: Counter) -> None:
    assert counter.change(ADD, {"address": "9 New Road"}, NEW).default
    assert account(counter, "C3").address == "9 New Road"
    assert not counter.change(ADD, {"address": "10 New Road"}, NEW).default
    assert [one.address for one in counter.table(Address)] == ["10 New Road"]


# Newsletter and deletion


def test_the_newsletter_is_ordered_and_cancelled(counter: Counter) -> None:
    for subscribed, rule in ((True, "subscribed_already"), (False, "unsubscribed_already")):
        plan = counter.change(NEWS, {"subscribed": subscribed})
        assert plan.email == "ann@example.com"
        assert account(counter).marketing_consent is subscribed
        with pytest.raises(Refused, match=rule):
            counter.change(NEWS, {"subscribed": subscribed})


def test_a_deletion_is_requested_once_and_handed_to_staff(counter: Counter) -> None:
    plan = counter.under(delete_account={"days": 14}).change(DELETE, {})
    assert plan.days == 14
    assert account(counter).deletion_requested_at == AT
    (ticket,) = counter.table(Ticket)
    assert (ticket.customer_id, ticket.subject) == ("C1", "delete_account")
    assert (ticket.status, ticket.conversation_id) == ("open", "conversation")
    with pytest.raises(Refused) as caught:
        counter.after(DAY).change(DELETE, {})
    assert (caught.value.rule, caught.value.values) == (
        "deletion_requested",
        {"until": AT.date()},
    )
