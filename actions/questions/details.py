"""Which detail of an account is to change, and into what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import phrases
from actions.questions.base import Answers, Question, choice, choice_button, known
from actions.questions.places import ADDRESS_SLOT
from actions.turn import Turn
from analytics.service.changes.account import Field, checked_detail

FIELD_SLOT: Final = "account_field"
VALUE_SLOT: Final = "account_value"
ADDRESS: Final = "address"
_NAME: Final = re.compile(
    r"\b(?:name|surname)\b.*?\b(?:to|is|as|into)\s+(?P<en>[^\W\d][^\d,.;!?]*)"
    r"|(?:姓名|名字|名)(?:改成|改为|换成|是|为)\s*(?P<zh>[^\d,，.。;!！?？]+)",
    re.I,
)


class AccountField(Question):
    """Name, e-mail address, phone number, or address."""

    slot = FIELD_SLOT

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        said = (choice(turn) if asked else None) or phrases.said("account_field", turn.text)
        if said is None and known(turn, found).get(self.slot) is None:
            said = "email" if turn.entity("email") else "phone" if turn.entity("phone") else None
        if said in {*Field, ADDRESS}:
            found[self.slot] = said

    def ask(self, turn: Turn, session: Session) -> None:
        turn.say(
            "utter_ask_account_field",
            buttons=[
                choice_button(turn, f"utter_account_field_{one}", one) for one in (*Field, ADDRESS)
            ],
        )


class AccountValue(Question):
    """What the detail is to be."""

    slot = VALUE_SLOT
    greedy = True

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        field = known(turn, found).get(FIELD_SLOT)
        if field not in set(Field):
            return
        values = (
            [one.value for one in turn.entities(field)] if field != Field.NAME else _names(turn)
        )
        if not values and asked:
            values = [turn.text]
        if values:
            # "From a@b.c to d@e.f": the last one is what it is to be.
            found[self.slot] = checked_detail(Field(field), values[-1])

    def recognises(self, turn: Turn, session: Session) -> bool:
        field = turn.slots.get(FIELD_SLOT)
        return field == Field.NAME or bool(turn.entities("email", "phone"))

    def ask(self, turn: Turn, session: Session) -> None:
        field = turn.texts.get(f"utter_account_field_{turn.slots[FIELD_SLOT]}")
        turn.say("utter_ask_account_value", field=field)


def as_address(answers: Mapping[str, Any]) -> bool:
    """Return whether it is an address that is to change."""
    field = answers.get(FIELD_SLOT)
    return field == ADDRESS or (field is None and bool(answers.get(ADDRESS_SLOT)))


def _names(turn: Turn) -> list[str]:
    match = _NAME.search(turn.text)
    named = (match["en"] or match["zh"]).strip() if match else None
    return [named] if named else [one.value for one in turn.entities("person")]
