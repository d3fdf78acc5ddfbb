"""The `validate_…` action of a form, with what every form can do.

Answers are given in any order and corrected at any question; another request is left alone and
answered in the midst of it; a form that another one interrupts comes back.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions import suspension
from actions.base import FAULTS, GuardedAction
from actions.turn import AMBIGUOUS, ANSWERS, REPAIRS, REQUESTED_SLOT, Turn
from actions.wording import follows, leaves, mends
from analytics.errors import NoOrders, Refused, SalesclerkError, TooManyAttempts

LEADS_NOWHERE: Final = (Refused, TooManyAttempts, NoOrders)
"Errors after which no other answer helps: the form ends."


class FormValidation(GuardedAction):
    """What the message answers, and what to ask next.

    Attributes:
        form: the form's name in the domain.
        slots: all that it fills, in the order of asking.
        intents: of requests that start it or go on with it.
    """

    answers = False
    form: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]
    intents: ClassVar[frozenset[str]]

    def name(self) -> str:
        return f"validate_{self.form}"

    @abstractmethod
    def missing(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> list[str]:
        """Return the slots that are still to be filled, in the order of asking."""

    @abstractmethod
    def extract(self, turn: Turn, session: Session, found: dict[str, object]) -> None:
        """Put the slots that this message answers into `found`; None for what does not do.

        In a message that starts the form all its slots are None in `found` to begin with.

        Raises:
            SalesclerkError: an answer does not do; what was found before counts all the same.
        """

    def asked(self, turn: Turn) -> str | None:
        """Return the slot that the form has asked for, or None."""
        asked = turn.slots.get(REQUESTED_SLOT)
        return asked if asked in self.slots and not turn.begins(self.form) else None

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        begins = turn.begins(self.form)
        found: dict[str, object] = dict.fromkeys(self.slots) if begins else {}
        suspended = suspension.suspend(turn, self.form, turn.form_before) if begins else []
        if begins or self.is_answer(turn, session):
            self._hear(turn, session, found)
        filled = [SlotSet(slot, value) for slot, value in found.items()]
        missing = self.missing(turn, session, {**turn.slots, **found})
        return [*suspended, *filled, SlotSet(REQUESTED_SLOT, missing[0] if missing else None)]

    def _hear(self, turn: Turn, session: Session, found: dict[str, object]) -> None:
        """Put what the message answers into `found`; what does not do is said and asked again."""
        asked = self.asked(turn)
        try:
            self.extract(turn, session, found)
        except (*FAULTS, *LEADS_NOWHERE):
            raise
        except SalesclerkError as error:
            turn.replies += self.explain(turn, error)
            # Set, though to nothing: the form asks again instead of giving up.
            missing = self.missing(turn, session, {**turn.slots, **found})
            if asked or not found:
                found.setdefault(asked or next(iter(missing), self.slots[0]), None)
        if asked and not found and (turn.replies or turn.intent in self.intents):
            # Something was said to it, or the form was asked for again: so is its question.
            found[asked] = None

    def recover(self, turn: Turn, error: Exception) -> list[EventType]:
        """Ask again: answers of an earlier time must never complete the form."""
        asked = self.asked(turn) or self.slots[0]
        lost = self.slots if turn.begins(self.form) else (asked,)
        return [*(SlotSet(slot, None) for slot in lost), SlotSet(REQUESTED_SLOT, asked)]

    def redirect(self, turn: Turn, session: Session) -> list[EventType]:
        return []

    def settle(self, turn: Turn, events: list[EventType]) -> list[EventType]:
        return []

    def is_answer(self, turn: Turn, session: Session) -> bool:
        """Return whether the message may go on with the form instead of asking something else."""
        if turn.interrupted(self.form) or leaves(turn.text):
            return False
        if follows(turn.text) or mends(turn.text):
            return True
        return turn.intent in {*ANSWERS, *REPAIRS, AMBIGUOUS, *self.intents} or turn.bare
