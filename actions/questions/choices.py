"""Questions with a few answers: reason, condition, where money goes to, by what it is paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import cards, identity, phrases
from actions.questions.base import Answers, Question, choice, choice_button, known
from actions.questions.orders import NUMBER_SLOT, known_order
from actions.turn import AMBIGUOUS, ANSWERS, Turn
from actions.wording import asks, bids, leaves, mends, stops, words
from analytics.service import ChangeKind
from analytics.service.policy import ORIGINAL
from analytics.store import payments
from analytics.store.models import PaymentMethod

REASON_SLOT: Final = "reason"
CONDITION_SLOT: Final = "condition"
REFUND_SLOT: Final = "refund_to"
METHOD_SLOT: Final = "payment_method"
CONDITIONS: Final = ("unopened", "opened", "used", "faulty")
"What goods may be in; which of them the shop takes back is policy."
OTHER: Final = "other"
FAULTY: Final = "faulty"
REMARKS: Final = frozenset({"complaint", "review", "product_question", "out_of_scope", "correct"})
'What an answer to the question why may be understood as: "the zip is torn".'
REMARK: Final = 3
"With fewer words a no is a no, and no reason."
MOST_FOR_OTHER: Final = 2
'Of more means of payment than this, "the other one" is none for sure.'


class PolicyChoice(Question):
    """One of a few answers, by button or by words."""

    def __init__(self, kind: ChangeKind) -> None:
        self.kind = kind

    def choices(self, turn: Turn) -> tuple[str, ...]:
        """Return what can be answered."""
        rule = getattr(turn.services.service_desk.policy, self.kind)
        return tuple(getattr(rule, f"{self.slot}s"))

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        said = choice(turn) if asked else None
        said = said or phrases.said(self.slot, self.words(turn))
        if said in self.choices(turn):
            found[self.slot] = said

    def volunteered(self, turn: Turn, session: Session) -> bool:
        return phrases.said(self.slot, self.words(turn)) in self.choices(turn)

    def recognises(self, turn: Turn, session: Session) -> bool:
        return super().recognises(turn, session) and (not asks(turn.text) or bids(turn.text))

    def words(self, turn: Turn) -> str:
        """Return what is looked at in the message: what it takes back does not count."""
        return turn.wanted

    def ask(self, turn: Turn, session: Session) -> None:
        turn.say(
            f"utter_ask_{self.slot}",
            buttons=[
                choice_button(turn, f"utter_{self.slot}_{one}", one) for one in self.choices(turn)
            ],
        )


class Reason(PolicyChoice):
    """Why: one of the reasons that the policy names, any other one is "other"."""

    slot = REASON_SLOT

    def words(self, turn: Turn) -> str:
        # "I don't need it" takes nothing back here.
        return _complete(turn)

    def take_as_is(self, turn: Turn, session: Session, found: Answers) -> None:
        if _remark(turn) and not turn.codes:
            found[self.slot] = OTHER

    def recognises(self, turn: Turn, session: Session) -> bool:
        # "I changed my mind" is a reason, and drops nothing.
        if leaves(phrases.without("no_longer_needed", self.slot, turn.text)):
            return False
        remark = _remark(turn) and not turn.codes and not asks(turn.text)
        return super().recognises(turn, session) or remark

    def overrules(self, turn: Turn, session: Session) -> bool:
        return self.recognises(turn, session)


class Condition(PolicyChoice):
    """In which condition the goods are."""

    slot = CONDITION_SLOT

    def choices(self, turn: Turn) -> tuple[str, ...]:
        return CONDITIONS

    def words(self, turn: Turn) -> str:
        # "Not opened" takes nothing back here.
        return _complete(turn)

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if phrases.names(FAULTY, self.slot, self.words(turn)):
            # What broke in use is faulty, however much it was used.
            found[self.slot] = FAULTY
        elif asked or mends(turn.text) or known(turn, found).get(self.slot) != FAULTY:
            super().read(turn, session, found, asked)


class RefundTo(PolicyChoice):
    """Where the money goes back to."""

    slot = REFUND_SLOT

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        return len(self.choices(turn)) > 1

    def choices(self, turn: Turn) -> tuple[str, ...]:
        rule = getattr(turn.services.service_desk.policy, self.kind)
        return tuple(rule.refund_to)

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        super().read(turn, session, found, asked)
        kind = phrases.said("payment_kind", turn.wanted)
        if asked and kind and self.slot not in found and not choice(turn):
            # Asked where to, "card" is the one that was paid with.
            found[self.slot] = kind if kind in self.choices(turn) else ORIGINAL


class Method(Question):
    """By which of the means on file to pay.

    Args:
        always: whether it is asked for where there are several; else only words choose one.
    """

    slot = METHOD_SLOT

    def __init__(self, always: bool) -> None:
        self.always = always

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        return self.always

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        methods = self._methods(turn, session, found)
        order = known_order(turn, session, found)
        used = order.payment_method_id if order else known(turn, found).get(self.slot)
        fitting = _named(turn, methods, used)
        if len(fitting) == 1:
            found[self.slot] = fitting[0].id
        elif self.always and used is None and len(methods) == 1:
            found[self.slot] = methods[0].id

    def ask(self, turn: Turn, session: Session) -> None:
        methods = self._methods(turn, session, {})
        turn.say(
            "utter_ask_payment_method" if methods else "utter_ask_no_payment_method",
            buttons=[
                {
                    "title": method_title(turn, one),
                    "payload": cards.payload("inform", one.id),
                }
                for one in methods
            ],
        )

    def _methods(
        self, turn: Turn, session: Session, found: Mapping[str, Any]
    ) -> list[PaymentMethod]:
        answers = known(turn, found)
        if known_order(turn, session, found) is None and not identity.proves_account(turn):
            return []
        who = identity.actor(turn, session, answers.get(NUMBER_SLOT))
        return payments.methods(session, who.customer_id) if who.customer_id else []


def _complete(turn: Turn) -> str:
    """Return the text without what it says is not so: "it's not broken"."""
    return phrases.without(FAULTY, "denied", turn.text)


def _remark(turn: Turn) -> bool:
    """Return whether the message may say why, in words that are none of the reasons."""
    if turn.intent in ("deny", AMBIGUOUS):
        return words(turn.text) >= REMARK and not (stops(turn.text) or asks(turn.text))
    return turn.intent in ANSWERS | REMARKS


def method_title(turn: Turn, method: PaymentMethod | None) -> str:
    """Return a means of payment as it may be told: never more than its last four digits."""
    if method is None:
        return turn.texts.get("utter_method_unknown")
    kind = f"utter_method_{method.kind}"
    if method.balance is not None:
        return turn.texts.get(kind, balance=turn.texts.money(method.balance, method.currency))
    if method.last_four:
        return turn.texts.get(
            f"{kind}_ending",
            brand=method.brand or turn.texts.get(kind),
            last_four=method.last_four,
        )
    return turn.texts.get(kind)


def _named(turn: Turn, methods: list[PaymentMethod], used: str | None) -> list[PaymentMethod]:
    """Return the means of payment that a message names: by id, last digits, brand or kind.

    Args:
        used: the id of that by which the order is paid now; "the other one" is not this.
    """
    codes = {code.value for code in turn.entities("code")}
    text = turn.wanted.casefold()
    kind = phrases.said("payment_kind", turn.wanted)
    if phrases.names("other", "which", turn.wanted):
        # "My other card" is a card, and "the other one" of two any of them.
        others = [one for one in methods if one.id != used]
        alike = [one for one in others if one.kind == kind]
        return alike if kind else others if len(methods) <= MOST_FOR_OTHER else []
    for fitting in (
        [one for one in methods if one.id.upper() in codes],
        [one for one in methods if one.last_four and one.last_four in text],
        [one for one in methods if one.brand and one.brand.casefold() in text],
    ):
        if fitting:
            return fitting
    return [one for one in methods if one.kind == kind]
