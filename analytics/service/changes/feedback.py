"""What a customer thinks: a review of a product, a complaint that somebody has to answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from analytics.errors import Refused, UnknownProduct
from analytics.service.changes.addresses import owner_of
from analytics.service.changes.base import Change, ChangeKind, Context, Plan, Request, own_order
from analytics.store import catalogue, customers, orders
from analytics.store.models import Interaction, InteractionKind, Product, Review, Ticket
from analytics.store.states import OrderStatus

MOST_CHARACTERS = 2000


class ReviewRequest(Request):
    product_id: str
    rating: int = Field(ge=1, le=5)
    text: str | None = Field(default=None, max_length=MOST_CHARACTERS)


class ReviewPlan(Plan):
    kind: ChangeKind = ChangeKind.REVIEW
    product_id: str
    rating: int
    text: str | None


class WriteReview(Change[ReviewRequest, ReviewPlan]):
    """Review a product that was bought; the rating counts for recommendations too."""

    kind: ClassVar[ChangeKind] = ChangeKind.REVIEW
    request = ReviewRequest
    plan_type = ReviewPlan

    def check_known(self, context: Context, known: Mapping[str, Any]) -> None:
        if "product_id" in known:
            _reviewable(context, known["product_id"])

    def plan(self, context: Context, request: ReviewRequest) -> ReviewPlan:
        self.allowed(context)
        product = _reviewable(context, request.product_id)
        return ReviewPlan(
            customer_id=owner_of(context).id,
            product_id=product.id,
            rating=request.rating,
            text=request.text,
        )

    def apply(self, context: Context, plan: ReviewPlan) -> None:
        owner = owner_of(context)
        context.session.add(
            Review(
                customer_id=owner.id,
                product_id=plan.product_id,
                rating=plan.rating,
                text=plan.text,
                conversation_id=context.conversation_id,
                created_at=context.at,
            )
        )
        context.session.add(
            Interaction(
                customer_id=owner.id,
                product_id=plan.product_id,
                kind=InteractionKind.RATING,
                rating=plan.rating,
                at=context.at,
            )
        )


class ComplaintRequest(Request):
    text: str = Field(min_length=1, max_length=MOST_CHARACTERS)
    order_id: str | None = None


class ComplaintPlan(Plan):
    kind: ChangeKind = ChangeKind.COMPLAINT
    ticket_id: str
    text: str
    severity: str
    hours: int


class Complain(Change[ComplaintRequest, ComplaintPlan]):
    """Open a ticket with the severity that the policy sees in the words."""

    kind: ClassVar[ChangeKind] = ChangeKind.COMPLAINT
    request = ComplaintRequest
    plan_type = ComplaintPlan

    def plan(self, context: Context, request: ComplaintRequest) -> ComplaintPlan:
        self.allowed(context)
        severity = context.policy.complaint.judge(request.text)
        order = own_order(context, request.order_id) if request.order_id else None
        return ComplaintPlan(
            customer_id=context.actor.customer_id,
            order_id=order.id if order else None,
            # One change, one ticket: the number can be told before it is opened.
            ticket_id=f"T{context.change_id.removeprefix('C')}",
            text=request.text,
            severity=severity.name,
            hours=severity.hours,
        )

    def apply(self, context: Context, plan: ComplaintPlan) -> None:
        context.session.add(
            Ticket(
                id=plan.ticket_id,
                customer_id=plan.customer_id,
                conversation_id=context.conversation_id,
                order_id=plan.order_id,
                subject="complaint",
                body=plan.text,
                severity=plan.severity,
                created_at=context.at,
            )
        )


def _reviewable(context: Context, product_id: str) -> Product:
    """Return a product that the customer has bought and not reviewed yet.

    Raises:
        UnknownProduct: there is none.
        Refused: `not_bought` or `reviewed_already`.
    """
    owner = owner_of(context)
    product = catalogue.by_code(context.session, product_id)
    if product is None:
        raise UnknownProduct(product_id)
    bought = orders.with_product(context.session, owner.id, product.id)
    if all(order.status == OrderStatus.CANCELLED for order in bought):
        raise Refused("not_bought", None, product=product)
    if customers.review(context.session, owner.id, product.id) is not None:
        raise Refused("reviewed_already", None, product=product)
    return product
