"""After delivery: returns, exchanges, and where a refund is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions import parts
from actions.base import GuardedAction
from actions.orders import orders_meant, swap_request
from actions.questionnaire import Ask, ChangeForm, Confirmed, QuestionForm
from actions.questions.choices import (
    CONDITION_SLOT,
    REASON_SLOT,
    REFUND_SLOT,
    Condition,
    Method,
    Reason,
    RefundTo,
)
from actions.questions.lines import LINES_SLOT, OrderLines
from actions.questions.options import NewOptions
from actions.questions.orders import NUMBER_SLOT, ORDER_SLOT, OrderNumber
from actions.questions.proof import OrderProof
from actions.turn import Turn
from analytics.service import ChangeKind
from analytics.store import payments
from analytics.store.models import Order, Payment, PaymentStatus


class ReturnForm(ChangeForm):
    """Send things back for the money."""

    form = "return_form"
    kind = ChangeKind.RETURN_ITEMS
    intents = frozenset({"return_item", "get_refund"})
    questions = (
        OrderNumber(ChangeKind.RETURN_ITEMS),
        OrderProof(),
        OrderLines(ChangeKind.RETURN_ITEMS),
        Reason(ChangeKind.RETURN_ITEMS),
        Condition(ChangeKind.RETURN_ITEMS),
        RefundTo(ChangeKind.RETURN_ITEMS),
        Confirmed(),
    )

    def known(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"condition": answers.get(CONDITION_SLOT)}

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "order_id": answers[NUMBER_SLOT],
            "lines": answers[LINES_SLOT],
            "reason": answers[REASON_SLOT],
            "condition": answers[CONDITION_SLOT],
            "refund_to": answers.get(REFUND_SLOT) or "original",
        }

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        lines = [
            parts.units(
                turn,
                session,
                one.sku,
                one.quantity,
                turn.texts.money(one.amount, plan.currency),
            )
            for one in plan.pieces
        ]
        return {
            "order_number": plan.order_id,
            "lines": "\n".join(lines),
            "reason": turn.texts.get(f"utter_reason_{plan.reason}"),
            "money": parts.money(turn, session, plan, plan.fee),
        }


class ExchangeForm(ChangeForm):
    """Send things back for another option."""

    form = "exchange_form"
    kind = ChangeKind.EXCHANGE_ITEMS
    twin = "change_order_form"
    intents = frozenset({"exchange_item"})
    questions = (
        OrderNumber(ChangeKind.EXCHANGE_ITEMS),
        OrderProof(),
        OrderLines(ChangeKind.EXCHANGE_ITEMS),
        NewOptions(),
        Reason(ChangeKind.EXCHANGE_ITEMS),
        Condition(ChangeKind.EXCHANGE_ITEMS),
        Method(always=False),
        Confirmed(),
    )

    def known(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"condition": answers.get(CONDITION_SLOT)}

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **swap_request(answers),
            "reason": answers[REASON_SLOT],
            "condition": answers[CONDITION_SLOT],
        }

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        return {
            "order_number": plan.order_id,
            "swaps": parts.swaps(turn, session, plan.swaps),
            "money": parts.money(turn, session, plan),
        }


class RefundStatusForm(QuestionForm):
    """Where a refund is: of one order, or of the customer's newest."""

    form = "refund_status_form"
    intents = frozenset({"track_refund"})
    questions = (OrderNumber(optional=True), OrderProof())


class ActionTrackRefund(GuardedAction):
    """Tell how much goes back where to, and until when."""

    action_name = "action_track_refund"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        found = orders_meant(turn, session)
        if found is None:
            return []
        refunds = [(order, one) for order in found for one in payments.refunds(order)]
        for order, one in refunds:
            _say(turn, session, order, one)
        if refunds:
            return [SlotSet(ORDER_SLOT, refunds[0][0].id)]
        if turn.slots.get(NUMBER_SLOT):
            turn.say("utter_no_refund_of", order_number=found[0].id)
        else:
            turn.say("utter_no_refund")
        return []


def _say(turn: Turn, session: Session, order: Order, refund: Payment) -> None:
    pending = refund.status == PaymentStatus.PENDING and refund.due_on is not None
    waits = pending and refund.return_id is not None
    response = (
        "utter_refund_waits"
        if waits
        else "utter_refund_pending"
        if pending
        else "utter_refund_done"
    )
    turn.say(
        response,
        order_number=order.id,
        amount=turn.texts.money(refund.amount, order.currency),
        method=parts.method_of(turn, session, refund.method_id),
        day=turn.texts.date(refund.due_on if pending and refund.due_on else refund.at),
    )


class ActionAskCondition(Ask):
    slot = CONDITION_SLOT
