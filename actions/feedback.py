"""What customers think: complaints with a ticket, reviews of what they bought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from actions.questionnaire import Ask, ChangeForm, Confirmed
from actions.questions.accounts import AccountProof, WhichCustomer
from actions.questions.orders import NUMBER_SLOT, NamedOrder, OrderProof
from actions.questions.products import PRODUCT_SLOT, BoughtProduct
from actions.questions.words import (
    COMPLAINT_SLOT,
    RATING_SLOT,
    REVIEW_SLOT,
    ComplaintText,
    Rating,
    ReviewText,
)
from actions.turn import Turn
from analytics.service import ChangeKind
from analytics.store import catalogue


class ComplaintForm(ChangeForm):
    """Open a ticket about what went wrong."""

    form = "complaint_form"
    kind = ChangeKind.COMPLAINT
    intents = frozenset({"complaint"})
    questions = (
        NamedOrder(optional=True),
        OrderProof(),
        WhichCustomer(unless_order=True),
        ComplaintText(),
        Confirmed(),
    )

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"text": answers[COMPLAINT_SLOT], "order_id": answers.get(NUMBER_SLOT)}

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        return {
            "complaint": plan.text,
            "ticket": plan.ticket_id,
            "severity": turn.texts.get(f"utter_severity_{plan.severity}"),
            "hours": plan.hours,
        }


class ReviewForm(ChangeForm):
    """Review a product that was bought."""

    form = "review_form"
    kind = ChangeKind.REVIEW
    intents = frozenset({"review"})
    questions = (
        WhichCustomer(),
        AccountProof(),
        BoughtProduct(),
        Rating(),
        ReviewText(),
        Confirmed(),
    )

    def known(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"product_id": answers.get(PRODUCT_SLOT)}

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "product_id": answers[PRODUCT_SLOT],
            "rating": answers[RATING_SLOT],
            "text": answers.get(REVIEW_SLOT) or None,
        }

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        product = catalogue.by_code(session, plan.product_id)
        return {
            "product": catalogue.title(product, turn.language) if product else plan.product_id,
            "stars": "★" * plan.rating,
            "words": f" {plan.text}" if plan.text else "",
        }


class ActionAskReviewProduct(Ask):
    slot = PRODUCT_SLOT


class ActionAskReviewRating(Ask):
    slot = RATING_SLOT


class ActionAskReviewText(Ask):
    slot = REVIEW_SLOT
