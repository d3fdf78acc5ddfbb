"""Whose account it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import identity, reference
from actions.questions.base import Answers, Question, known
from actions.questions.orders import NUMBER_SLOT
from actions.turn import Turn
from analytics.errors import UnknownAccount
from analytics.identity import Role
from analytics.service.policy import Proof
from analytics.store import customers

PROOF_SLOT: Final = "account_proof"
_INTRODUCTION: Final = re.compile(
    r"\b(?:my name is|name is|i am|i'm|this is|name|postcode is|postcode|post code|zip code|zip|and"
    r"|it's|it is|my)\b|我叫|我是|(?:姓名|名字|邮编)[是为]?|^\s*是|(?<=[,，\s])和|和(?=\s*$)",
    re.I,
)


class WhichCustomer(Question):
    """For which customer an agent asks; everybody else means the own account.

    Args:
        unless_order: whether an order, once named, tells it.
    """

    slot = identity.CUSTOMER_SLOT

    def __init__(self, unless_order: bool = False) -> None:
        self.unless_order = unless_order

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        if self.unless_order and answers.get(NUMBER_SLOT):
            return False
        return turn.speaker.role is Role.AGENT and turn.speaker.customer_id is None

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if turn.speaker.role is not Role.AGENT:
            return
        named = reference.named_customer(turn, session)
        codes = turn.codes
        email = turn.entity("email")
        if named is None and asked and codes:
            named = codes[0].value
        if named is not None:
            found[self.slot] = customers.get(session, named).id
        elif asked and email:
            fitting = customers.candidates(session, email, None)
            if len(fitting) != 1:
                raise UnknownAccount
            found[self.slot] = fitting[0].id


class AccountProof(Question):
    """What a guest knows of his account: the e-mail address, or name and postcode.

    Args:
        unless_order: whether an order, once named, makes it unnecessary.
    """

    slot = PROOF_SLOT
    greedy = True

    def __init__(self, unless_order: bool = False) -> None:
        self.unless_order = unless_order

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        if self.unless_order and answers.get(NUMBER_SLOT):
            return False
        return not identity.proves_account(turn)

    def answered(self, answers: Mapping[str, Any]) -> bool:
        # As long as it is needed, what was proved before is not enough.
        return False

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if not asked or not self.needed(turn, session, known(turn, found)):
            return
        facts = _claims(turn)
        if not facts:
            return
        event = identity.try_to_prove(turn, facts)
        if event is None or not identity.proves_account(turn):
            raise UnknownAccount
        found[identity.IDENTITY_SLOT] = event["value"]
        found[self.slot] = True

    def recognises(self, turn: Turn, session: Session) -> bool:
        return bool(_claims(turn))


def _claims(turn: Turn) -> dict[Proof, str]:
    """Return the facts that an answer claims."""
    if email := turn.entity("email"):
        return {Proof.EMAIL: email}
    code = reference.postcode(turn.text)
    if code is None:
        return {}
    rest = re.sub(re.escape(code), " ", turn.text, flags=re.I)
    name = re.sub(r"[^\w\s'’-]|\d", " ", _INTRODUCTION.sub(" ", rest)).strip()
    return {Proof.NAME: name, Proof.POSTCODE: code} if name else {}
