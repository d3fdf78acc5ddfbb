"""A customer's account: details, newsletter, and the wish to have it deleted."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import ClassVar, Final

from analytics.errors import InvalidInput, Refused
from analytics.service.changes.addresses import owner_of
from analytics.service.changes.base import Change, ChangeKind, Context, Plan, Request
from analytics.store import consents, customers
from analytics.store.models import Customer, Purpose, Ticket
from analytics.store.service import new_id

EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
PHONE: Final = re.compile(r"\+?\d{8,15}")
MOST_NAME: Final = 200
DELETION: Final = "delete_account"
"Subject of the ticket for who handles the deletion."


class Field(StrEnum):
    """Details that can be changed; addresses are changed as addresses."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"


class EditRequest(Request):
    field: Field
    value: str


class EditPlan(Plan):
    kind: ChangeKind = ChangeKind.EDIT_ACCOUNT
    field: Field
    value: str
    old: str | None


class EditAccount(Change[EditRequest, EditPlan]):
    """Change the name, the e-mail address or the phone number."""

    kind: ClassVar[ChangeKind] = ChangeKind.EDIT_ACCOUNT
    request = EditRequest
    plan_type = EditPlan

    def plan(self, context: Context, request: EditRequest) -> EditPlan:
        self.allowed(context)
        owner = owner_of(context)
        value = checked_detail(request.field, request.value)
        old = getattr(owner, request.field)
        if value == old:
            raise Refused("same_detail", None)
        if request.field is Field.EMAIL and customers.has_email(context.session, value, owner.id):
            raise Refused("email_taken", "contact_human_agent")
        return EditPlan(customer_id=owner.id, field=request.field, value=value, old=old)

    def apply(self, context: Context, plan: EditPlan) -> None:
        setattr(owner_of(context), plan.field, plan.value)


class NewsletterRequest(Request):
    subscribed: bool


class NewsletterPlan(Plan):
    kind: ChangeKind = ChangeKind.NEWSLETTER
    subscribed: bool
    email: str | None


class Newsletter(Change[NewsletterRequest, NewsletterPlan]):
    """Order the newsletter, or cancel it."""

    kind: ClassVar[ChangeKind] = ChangeKind.NEWSLETTER
    request = NewsletterRequest
    plan_type = NewsletterPlan

    def plan(self, context: Context, request: NewsletterRequest) -> NewsletterPlan:
        self.allowed(context)
        owner = owner_of(context)
        if owner.marketing_consent == request.subscribed:
            rule = "subscribed_already" if request.subscribed else "unsubscribed_already"
            raise Refused(rule, None)
        return NewsletterPlan(
            customer_id=owner.id, subscribed=request.subscribed, email=owner.email
        )

    def apply(self, context: Context, plan: NewsletterPlan) -> None:
        consents.record(
            context.session,
            owner_of(context).id,
            Purpose.MARKETING,
            given=plan.subscribed,
            at=context.at,
            source=context.actor.name,
        )


class DeletionPlan(Plan):
    kind: ChangeKind = ChangeKind.DELETE_ACCOUNT
    days: int


class DeleteAccount(Change[Request, DeletionPlan]):
    """Record that the customer wants the account deleted; staff do it."""

    kind: ClassVar[ChangeKind] = ChangeKind.DELETE_ACCOUNT
    request = Request
    plan_type = DeletionPlan

    def plan(self, context: Context, request: Request) -> DeletionPlan:
        self.allowed(context)
        owner: Customer = owner_of(context)
        if owner.deletion_requested_at is not None:
            raise Refused("deletion_requested", None, until=owner.deletion_requested_at.date())
        return DeletionPlan(customer_id=owner.id, days=context.policy.delete_account.days)

    def apply(self, context: Context, plan: DeletionPlan) -> None:
        owner_of(context).deletion_requested_at = context.at
        context.session.add(
            Ticket(
                id=new_id("T"),
                customer_id=plan.customer_id,
                conversation_id=context.conversation_id,
                subject=DELETION,
                body="",
                created_at=context.at,
            )
        )


def checked_detail(field: Field, value: str) -> str:
    """Return the detail as it is kept.

    Raises:
        InvalidInput: it is no name, address or number.
    """
    text = " ".join(value.split())
    if field is Field.EMAIL:
        text = text.lower()
        if not EMAIL.fullmatch(text) or len(text) > 254:
            raise InvalidInput("email", value, "an address such as name@example.com")
    elif field is Field.PHONE:
        if not PHONE.fullmatch(re.sub(r"[\s().-]", "", text)) or len(text) > 40:
            raise InvalidInput("phone", value, "8 to 15 digits")
    elif not 1 <= len(text) <= MOST_NAME or not any(one.isalpha() for one in text):
        raise InvalidInput("name", value, f"1 to {MOST_NAME} characters, letters among them")
    return text
