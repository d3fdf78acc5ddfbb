"""Products side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import cards, phrases
from actions.again import ask_again, goes_on
from actions.base import GuardedAction
from actions.differences import Fact, facts
from actions.history import last_request
from actions.questionnaire import Ask, QuestionForm
from actions.questions.comparison import COMPARE, COMPARED_SLOT, Compared
from actions.turn import Turn
from analytics.store import catalogue


class ComparisonForm(QuestionForm):
    """Which products are to be compared."""

    form = "comparison_form"
    intents = frozenset({COMPARE})
    questions = (Compared(),)


class ActionAskCompared(Ask):
    slot = COMPARED_SLOT


class ActionCompare(GuardedAction):
    """Show two or three products side by side, and say in what they differ."""

    action_name = "action_compare"

    def redirect(self, turn: Turn, session: Session) -> list[EventType]:
        """Ask the last request of what is only named: "and the stool?"."""
        last = last_request(turn)
        named_only = not phrases.said("comparing", turn.text) and goes_on(turn, session)
        if turn.replayed or last is None or last.completed == ComparisonForm.form or not named_only:
            return []
        return ask_again(turn, session)

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        ids = [str(one) for one in turn.slots.get(COMPARED_SLOT) or []]
        found = catalogue.by_ids(session, ids)
        products = [found[one] for one in ids if one in found]
        known = facts(turn, session, products)
        turn.say(
            "utter_comparison" if any(one.differs for one in known) else "utter_comparison_same",
            products=_listed([catalogue.title(one, turn.language) for one in products]),
            differences=_rows(turn, [one for one in known if one.differs]),
        )
        alike = [one.title for one in known if not one.differs]
        if alike:
            turn.say("utter_comparison_alike", properties=turn.texts.enumeration(alike))
        turn.show(
            cards.comparison(turn.texts, products, [(one.title, one.values) for one in known])
        )
        return []


def _rows(turn: Turn, rows: Sequence[Fact]) -> str:
    unknown = turn.texts.get("utter_fact_unknown")
    return "\n".join(
        turn.texts.get(
            "utter_comparison_row",
            property=one.title,
            values=" / ".join(value or unknown for value in one.values),
        )
        for one in rows
    )


def _listed(titles: Sequence[str]) -> str:
    return "\n".join(f"{place}. {title}" for place, title in enumerate(titles, start=1))
