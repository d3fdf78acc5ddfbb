"""What a customer thinks: reviews of what was bought, complaints that somebody answers."""

from __future__ import annotations

import pytest

from analytics.errors import Refused, UnknownOrder, UnknownProduct
from analytics.service import ChangeKind
from analytics.store.models import Interaction, Review, Ticket
from tests.analytics.service.shop import ANN_AS_GUEST, AT, NEW, STRANGER, Counter, order

REVIEW, COMPLAINT = ChangeKind.REVIEW, ChangeKind.COMPLAINT


@pytest.mark.parametrize("named", ["SHIRT", "shirt", " SHIRT-RED-M "])
def test_a_review_counts_for_recommendations_too(counter: Counter, named: str) -> None:
    counter.usual(REVIEW, product_id=named)
    (review,) = counter.table(Review)
    assert (review.customer_id, review.product_id) == ("C1", "SHIRT")
    assert (review.rating, review.text, review.created_at) == (4, "Soft.", AT)
    (rating,) = counter.table(Interaction)
    assert (rating.customer_id, rating.product_id) == ("C1", "SHIRT")
    assert (rating.kind, rating.rating, rating.at) == ("rating", 4, AT)


def test_a_product_is_reviewed_once(counter: Counter) -> None:
    counter.usual(REVIEW, text=None)
    with pytest.raises(Refused, match="reviewed_already"):
        counter.usual(REVIEW, ANN_AS_GUEST, rating=5)
    counter.usual(REVIEW, product_id="LAMP")
    assert len(counter.table(Review)) == 2


def test_only_what_was_bought_is_reviewed(counter: Counter) -> None:
    with pytest.raises(Refused, match="not_bought"):
        counter.usual(REVIEW, NEW)
    with counter.store.transaction() as session:
        order(session, "C3-1", "cancelled")
    with pytest.raises(Refused, match="not_bought"):
        counter.usual(REVIEW, NEW)
    with counter.store.transaction() as session:
        order(session, "C3-2", "returned")
    counter.usual(REVIEW, NEW)


def test_only_what_is_sold_is_reviewed(counter: Counter) -> None:
    with pytest.raises(UnknownProduct):
        counter.usual(REVIEW, product_id="nothing")


def test_a_complaint_opens_a_ticket_that_can_be_named_before(counter: Counter) -> None:
    request = {"text": "It caught fire.", "order_id": "c1-delivered"}
    proposal, plan = counter.propose(COMPLAINT, request, ANN_AS_GUEST)
    assert (plan.severity, plan.hours) == ("urgent", 2)
    counter.confirm(proposal, ANN_AS_GUEST)
    (ticket,) = counter.table(Ticket)
    assert (ticket.id, ticket.subject, ticket.body) == (
        plan.ticket_id,
        "complaint",
        "It caught fire.",
    )
    assert (ticket.customer_id, ticket.order_id) == ("C1", "C1-delivered")
    assert (ticket.severity, ticket.status, ticket.created_at) == ("urgent", "open", AT)


def test_anybody_may_complain_but_about_own_orders_only(counter: Counter) -> None:
    request = {"text": "Nobody answers the phone."}
    counter.change(COMPLAINT, request, STRANGER)
    (ticket,) = counter.table(Ticket)
    assert (ticket.customer_id, ticket.order_id, ticket.severity) == (None, None, "normal")
    with pytest.raises(UnknownOrder):
        counter.change(COMPLAINT, {**request, "order_id": "C1-delivered"}, STRANGER)
