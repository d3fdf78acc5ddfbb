"""A question of a form: when it is needed, what answers it, how it is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from sqlalchemy.orm import Session

from actions.turn import Turn

type Answers = dict[str, Any]

CHOICE: Final = "choice"
"The entity that a button carries which answers a question."


class Question(ABC):
    """One question; it keeps nothing, so one object serves every conversation.

    Attributes:
        slot: where the answer is kept; the domain names the question and its why by it.
        greedy: whether an answer to it is taken whole, with nothing else read from it.
    """

    slot: ClassVar[str]
    greedy: ClassVar[bool] = False

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        """Return whether the form cannot do without the answer, by what is known so far."""
        return True

    def answered(self, answers: Mapping[str, Any]) -> bool:
        """Return whether the answer is there."""
        return answers.get(self.slot) is not None

    @abstractmethod
    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        """Put what the message answers into `found`, which holds what it has answered so far.

        Args:
            asked: whether the form has just asked this.

        Raises:
            SalesclerkError: the answer does not do.
        """

    def infer(self, turn: Turn, session: Session, found: Answers) -> None:
        """Put what follows from the other answers into `found`, whatever the message says."""
        return

    def take_as_is(self, turn: Turn, session: Session, found: Answers) -> None:
        """Put an answer into `found` that says nothing which any question knows."""
        return

    def recognises(self, turn: Turn, session: Session) -> bool:
        """Return whether the message answers this, once asked, whatever it was understood as."""
        found: Answers = {}
        self.read(turn, session, found, asked=True)
        return found.get(self.slot) is not None

    def volunteered(self, turn: Turn, session: Session) -> bool:
        """Return whether the message answers this by its words, though something else was asked."""
        return False

    def overrules(self, turn: Turn, session: Session) -> bool:
        """Return whether the message answers this though it was understood as a no or a stop."""
        return False

    def ask(self, turn: Turn, session: Session) -> None:
        """Say the question."""
        turn.say(f"utter_ask_{self.slot}")


def known(turn: Turn, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return all answers: those kept, and those that this message has given so far."""
    return {**turn.slots, **found}


def choice(turn: Turn) -> str | None:
    """Return what a pressed button stands for, or None."""
    return turn.entity(CHOICE)


def choice_button(turn: Turn, response: str, value: str, **values: object) -> dict[str, str]:
    """Return a button that answers the question under way."""
    return turn.button(response, f'/inform{{"{CHOICE}": "{value}"}}', **values)
