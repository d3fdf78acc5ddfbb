"""Whether something is about an order or about the account."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from actions import identity, phrases, reference
from actions.questions.base import Answers, choice, choice_button, known
from actions.questions.orders import OrderNumber
from actions.questions.places import outside_address
from actions.turn import Turn
from analytics.service import Who

ACCOUNT: Final = ""
"In the place of an order's number: the account itself."
DEFAULT: Final = "default_address"


class AddressOf(OrderNumber):
    """The order whose address it is; or the account, whose default address it is."""

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        picked = choice(turn) if asked else None
        said = phrases.said("which", turn.wanted)
        owner = reference.named_customer(turn, session)
        codes = [one for one in outside_address(turn.text, turn.codes) if one.value != owner]
        if not codes and DEFAULT in (picked, said):
            found[self.slot] = ACCOUNT
            return
        super().read(turn, session, found, asked)
        if known(turn, found).get(self.slot) is None and self._nothing_open(turn, session):
            found[self.slot] = ACCOUNT

    def ask(self, turn: Turn, session: Session) -> None:
        super().ask(turn, session)
        last = turn.replies.pop()
        button = choice_button(turn, "utter_button_default_address", DEFAULT)
        turn.say("utter_ask_address_of", buttons=[*last.buttons, button])

    def _nothing_open(self, turn: Turn, session: Session) -> bool:
        """Return whether the customer is known and has no order whose address can change."""
        who = identity.actor(turn, session)
        if who.customer_id is None or who.who is Who.GUEST:
            return False
        return not self.open_orders(turn, session, who.customer_id)
