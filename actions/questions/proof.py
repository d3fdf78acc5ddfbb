"""What a guest knows of an order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import identity, reference
from actions.questions.base import Answers, Question, known
from actions.questions.orders import NUMBER_SLOT, visible
from actions.questions.places import find_address
from actions.turn import Turn
from analytics.errors import UnknownOrder
from analytics.service.policy import Proof

PROOF_SLOT: Final = "order_proof"
_POSTCODE_WORD: Final = re.compile(
    r"\b(?:post\s?code|postal\s+code|zip(?:\s?code)?)\b|邮编|郵編|邮政编码", re.I
)


class OrderProof(Question):
    """What a guest knows of his order beside its number: e-mail address or postcode."""

    slot = PROOF_SLOT
    greedy = True

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        number = answers.get(NUMBER_SLOT)
        return number is not None and not visible(turn, session, str(number))

    def answered(self, answers: Mapping[str, Any]) -> bool:
        # As long as it is needed, what was proved before is not enough.
        return False

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        answers = known(turn, found)
        number = answers.get(NUMBER_SLOT)
        if number is None or not self.needed(turn, session, answers):
            return
        facts = claims(turn, asked)
        if not facts and found.get(NUMBER_SLOT):
            # With a number corrected, what was claimed before need not be said again.
            facts = {Proof(one): value for one, value in (answers.get(self.slot) or {}).items()}
        if not facts:
            return
        found[self.slot] = dict(facts)
        event = identity.try_to_prove(turn, {Proof.ORDER_NUMBER: str(number), **facts})
        if event is None or not visible(turn, session, str(number)):
            raise UnknownOrder(str(number))
        found[identity.IDENTITY_SLOT] = event["value"]

    def recognises(self, turn: Turn, session: Session) -> bool:
        return bool(claims(turn, asked=True))


def claims(turn: Turn, asked: bool) -> dict[Proof, str]:
    """Return the facts that a message claims: an e-mail address, else a postcode.

    Args:
        asked: whether they were asked for; else a number is a postcode only where it is said so.
    """
    if email := turn.entity("email"):
        return {Proof.EMAIL: email}
    # That of an address which is typed proves nothing.
    called = _POSTCODE_WORD.search(turn.text) and not find_address(turn.text, surely=True)
    if (asked or called) and (code := reference.postcode(turn.text)):
        return {Proof.POSTCODE: code}
    return {}
