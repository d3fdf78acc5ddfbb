"""Parts of the sentences that show a change: money, lines, addresses."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from actions.questions.choices import method_title
from actions.turn import Turn
from analytics.service import Plan
from analytics.service.changes.base import NEW_GIFT_CARD
from analytics.service.changes.options import Swap
from analytics.store import catalogue
from analytics.store.models import PaymentMethod, Variant


def money(turn: Turn, session: Session, plan: Plan, fee: Decimal = Decimal(0)) -> str:
    """Return in sentences what is paid and what goes back, where to and until when.

    Args:
        fee: what the shop keeps of it.
    """
    today = turn.services.now().date()
    sentences = [
        turn.texts.get(
            "utter_part_refund" if one.due_on > today else "utter_part_refund_now",
            amount=turn.texts.money(one.amount, plan.currency),
            method=method_of(turn, session, one.method_id),
            due_on=turn.texts.date(one.due_on),
        )
        for one in plan.refunds
    ]
    if plan.charge:
        sentences.append(
            turn.texts.get(
                "utter_part_charge",
                amount=turn.texts.money(plan.charge, plan.currency),
                method=method_of(turn, session, plan.method_id),
            )
        )
    sentences = sentences or [turn.texts.get("utter_part_no_money")]
    if fee:
        amount = turn.texts.money(fee, plan.currency)
        sentences.append(turn.texts.get("utter_part_fee", amount=amount))
    return joined(turn, sentences)


def joined(turn: Turn, sentences: Sequence[str]) -> str:
    """Return sentences as one text, with a blank between them where the language has one."""
    return ("" if turn.language == "zh" else " ").join(one for one in sentences if one)


def method_of(turn: Turn, session: Session, method_id: str | None) -> str:
    """Return a means of payment in words."""
    if method_id == NEW_GIFT_CARD:
        return turn.texts.get("utter_method_new_gift_card")
    found = session.get(PaymentMethod, method_id) if method_id else None
    return method_title(turn, found)


def variant(turn: Turn, session: Session, sku: str) -> str:
    """Return a product with its options, such as "Mug (blue)"."""
    found = session.get_one(Variant, sku)
    title = catalogue.title(found.product, turn.language)
    options = catalogue.options(found)
    return f"{title} ({options})" if options else title


def swaps(turn: Turn, session: Session, wanted: Sequence[Swap]) -> str:
    """Return what is put in the place of what, a line each."""
    return "\n".join(
        turn.texts.get(
            "utter_part_swap",
            quantity=one.quantity,
            old=variant(turn, session, one.old_sku),
            new=variant(turn, session, one.new_sku),
        )
        for one in wanted
    )


def units(turn: Turn, session: Session, sku: str, quantity: int, amount: str) -> str:
    """Return so many of a product, and what they cost."""
    return turn.texts.get(
        "utter_part_units", quantity=quantity, product=variant(turn, session, sku), amount=amount
    )
