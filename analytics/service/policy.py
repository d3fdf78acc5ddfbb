"""The service policy: what may be changed, until when, by whom; in a file that the shop edits."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from analytics import policy_file
from analytics.store.models import PaymentMethodKind
from analytics.store.states import OrderStatus

DEFAULT_POLICY: Final = Path(__file__).with_name("service.yml")
ORIGINAL: Final = "original"
"A refund goes back the way the money came."

Amount = Annotated[Decimal, Field(ge=0, decimal_places=2)]
Days = Annotated[int, Field(ge=0, le=3650)]
Reason = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=40)]
RefundRoute = Literal["original", "gift_card"]
Cancellable = Literal[OrderStatus.PENDING, OrderStatus.PROCESSING]
"States of an order from which it can be cancelled at all."


class Who(StrEnum):
    """Who has something done."""

    CUSTOMER = "customer"
    GUEST = "guest"
    AGENT = "agent"


class Proof(StrEnum):
    """What a guest can know."""

    ORDER_NUMBER = "order_number"
    EMAIL = "email"
    NAME = "name"
    POSTCODE = "postcode"


Facts = Annotated[frozenset[Proof], Field(min_length=1)]
"What is enough together."


class Identity(policy_file.Part):
    order: tuple[Facts, ...] = Field(min_length=1)
    account: tuple[Facts, ...] = Field(min_length=1)
    valid_minutes: int = Field(ge=1, le=24 * 60)
    attempts: int = Field(ge=1, le=100)
    attempts_minutes: int = Field(ge=1, le=24 * 60)


class Allowed(policy_file.Part):
    """What every kind of change has."""

    by: frozenset[Who]


class OrderChange(Allowed):
    """A change of an order that is not sent yet."""

    statuses: frozenset[OrderStatus]
    times: int | None = Field(default=None, ge=1)


class Cancellation(OrderChange):
    statuses: frozenset[Cancellable]
    fee: Amount
    reasons: tuple[Reason, ...] = Field(min_length=1)
    refund_to: tuple[RefundRoute, ...] = Field(min_length=1)


class Placing(Allowed):
    shipping_fee: Amount
    free_from: Amount
    maximum_quantity: int = Field(ge=1)
    delivery_days: Days


class SendingBack(Allowed):
    """What returns and exchanges have in common."""

    window_days: Days
    excluded_categories: frozenset[str]
    conditions: tuple[Reason, ...] = Field(min_length=1)
    reasons: tuple[Reason, ...] = Field(min_length=1)
    times: int | None = Field(default=None, ge=1)
    check_days: Days


class Returning(SendingBack):
    fee: Amount
    free_reasons: frozenset[Reason]
    refund_to: tuple[RefundRoute, ...] = Field(min_length=1)


class AddingAddress(Allowed):
    most: int = Field(ge=1, le=100)


class Deletion(Allowed):
    days: Days


class Warranty(policy_file.Part):
    months: int = Field(ge=0, le=600)
    categories: dict[str, Annotated[int, Field(ge=0, le=600)]] = {}

    def of(self, category_id: str | None) -> int:
        """Return the months of a category's goods."""
        return self.categories.get(category_id or "", self.months)


class Severity(policy_file.Part):
    name: Reason
    hours: int = Field(ge=1)
    words: tuple[str, ...] = ()


class Complaints(Allowed):
    severities: tuple[Severity, ...]
    default: Severity

    def judge(self, text: str) -> Severity:
        """Return the first severity of which a word stands in `text`, else the default."""
        found = (one for one in self.severities if any(_stands(word, text) for word in one.words))
        return next(found, self.default)


class Links(policy_file.Part):
    sign_in: str = ""
    sign_up: str = ""
    reset_password: str = ""


def _complete(days: dict[PaymentMethodKind, int]) -> dict[PaymentMethodKind, int]:
    if missing := [kind for kind in PaymentMethodKind if kind not in days]:
        raise ValueError(f"days for each of {', '.join(PaymentMethodKind)}; not {missing}")
    return days


class ServicePolicy(policy_file.Part):
    """What each field means stands beside it in service.yml."""

    identity: Identity
    cancel_order: Cancellation
    change_address: OrderChange
    change_lines: OrderChange
    change_payment: OrderChange
    place_order: Placing
    return_items: Returning
    exchange_items: SendingBack
    refund_days: Annotated[dict[PaymentMethodKind, Days], AfterValidator(_complete)]
    edit_account: Allowed
    add_address: AddingAddress
    newsletter: Allowed
    delete_account: Deletion
    review: Allowed
    complaint: Complaints
    warranty: Warranty
    links: Links


def _stands(word: str, text: str) -> bool:
    """Return whether a word stands in a text: a whole one, where words have blanks between."""
    found = re.escape(word)
    if word.isascii():
        # Not \b: Chinese, which has no blanks, may stand beside an English word.
        found = rf"(?<![a-z0-9_]){found}(?![a-z0-9_])"
    return bool(re.search(found, text, re.IGNORECASE))


def load_service_policy(path: Path) -> ServicePolicy:
    """Return the policy in `path`, a shop's own copy, or the one that comes with Salesclerk.

    Raises:
        InvalidFile: see `analytics.policy_file.load`.
    """
    return policy_file.load(path, DEFAULT_POLICY, ServicePolicy)
