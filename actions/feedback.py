"""What customers think: complaints with a ticket, reviews, how satisfied they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.calling import MISSES_SLOT
from actions.history import Exchange, exchanges
from actions.questionnaire import PROPOSAL_SLOT, Ask, ChangeForm, Confirmed, QuestionForm
from actions.questions.accounts import AccountProof, WhichCustomer
from actions.questions.orders import NUMBER_SLOT, NamedOrder
from actions.questions.products import PRODUCT_SLOT, BoughtProduct
from actions.questions.proof import OrderProof
from actions.questions.satisfaction import (
    ABOUT_SLOT,
    REASON_SLOT,
    SCORE_SLOT,
    Score,
    ScoreReason,
)
from actions.questions.words import (
    COMPLAINT_SLOT,
    RATING_SLOT,
    REVIEW_SLOT,
    ComplaintText,
    Rating,
    ReviewText,
)
from actions.suspension import waiting_forms
from actions.turn import REQUESTED_SLOT, Turn
from analytics.identity import Role
from analytics.privacy.masking import mask
from analytics.service import ChangeKind
from analytics.store import catalogue, feedback

RESOLVING: Final = frozenset(
    [
        *("action_answer_faq", "action_fallback", "action_out_of_scope", "action_warranty"),
        *("action_track_order", "action_order_details", "action_track_refund", "action_invoice"),
    ]
)
"Actions that settle a customer's question, where they do not miss it."
PATIENT: Final = frozenset({"action_explain", "action_repeat", "action_change_language"})
"Actions after which the question of the satisfaction still stands."


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


class CsatForm(QuestionForm):
    """How satisfied the customer is; it never stands in the way of another request.

    The score is kept at once, so that it counts whether or not a reason follows.
    """

    form = "csat_form"
    intents = frozenset[str]()
    questions = (Score(), ScoreReason())
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if _begun_by(exchanges(turn)[0], self.form):
            return [SlotSet(REQUESTED_SLOT, SCORE_SLOT)]
        if turn.interrupted(self.form):
            asked = self.asked(turn) if exchanges(turn)[0].action in PATIENT else None
            return [SlotSet(REQUESTED_SLOT, asked)]
        events = super().act(turn, session)
        said = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        if said.get(SCORE_SLOT) or said.get(REASON_SLOT):
            self._keep(turn, session, {**turn.slots, **said})
        return events

    def extract(self, turn: Turn, session: Session, found: dict[str, Any]) -> None:
        super().extract(turn, session, found)
        asked = self.asked(turn)
        if asked and found.get(asked) is None and not turn.replies:
            turn.say(f"utter_invalid_{asked}")
            found[asked] = None

    def is_answer(self, turn: Turn, session: Session) -> bool:
        asked = self.question(self.asked(turn) or "")
        return asked is not None and asked.recognises(turn, session)

    def _keep(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> None:
        reason, now = answers.get(REASON_SLOT), turn.services.now()
        given = {
            "conversation_id": turn.conversation_id,
            "customer_id": turn.speaker.customer_id,
            "score": answers[SCORE_SLOT],
            "reason": mask(reason) if reason else None,
            "about": answers[ABOUT_SLOT],
        }
        feedback.record(session, **given, at=now)
        turn.services.publish(session, "feedback.given", given, now)


class ActionAskCsatScore(Ask):
    slot = SCORE_SLOT


class ActionAskCsatReason(Ask):
    slot = REASON_SLOT


class ActionCsatDone(GuardedAction):
    """Thank for the score; nothing where something else was asked instead."""

    action_name = "action_csat_done"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if not turn.interrupted(CsatForm.form):
            said = turn.slots.get(SCORE_SLOT)
            turn.say("utter_csat_thanks" if said else "utter_csat_declined")
        return []

    def redirect(self, turn: Turn, session: Session) -> list[EventType]:
        return []


class ActionThank(GuardedAction):
    """Thanks, or a goodbye, may be the moment to ask how it was."""

    action_name = "action_thank"
    response: ClassVar[str] = "utter_welcome"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        turn.say(self.response)
        return ask_csat(turn, session) if _resolved(turn) else []


class ActionGoodbye(ActionThank):
    action_name = "action_goodbye"
    response = "utter_goodbye"


def ask_csat(turn: Turn, session: Session, about: str = "resolution") -> list[EventType]:
    """Return the events that ask how satisfied the customer is; none where it is not the time.

    A conversation is asked about once, answered or not, its shopper alone, and never in the midst
    of something else.

    Args:
        about: after what it is asked, `resolution` or `handoff`.
    """
    busy = turn.form or waiting_forms(turn)
    asked = turn.slots.get(ABOUT_SLOT) or feedback.of_conversation(session, turn.conversation_id)
    if busy or asked or turn.speaker.role is Role.AGENT:
        return []
    return [
        SlotSet(ABOUT_SLOT, about),
        SlotSet(SCORE_SLOT, None),
        SlotSet(REASON_SLOT, None),
        ActiveLoop(CsatForm.form),
    ]


def _resolved(turn: Turn) -> bool:
    """Return whether a change was made, or a question of service answered, in this conversation."""
    proposal = turn.slots.get(PROPOSAL_SLOT) or {}
    return bool(proposal.get("done")) or any(
        one.action in RESOLVING and not _missed(one) for one in exchanges(turn)[1:]
    )


def _missed(exchange: Exchange) -> bool:
    return any(
        event.get("event") == "slot" and event.get("name") == MISSES_SLOT
        for event in exchange.events
    )


def _begun_by(exchange: Exchange, form: str) -> bool:
    return any(
        event.get("event") == "active_loop" and event.get("name") == form
        for event in exchange.events
    )
