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
from actions.wording import words
from analytics.service.changes.account import Field, checked_detail

FIELD_SLOT: Final = "account_field"
VALUE_SLOT: Final = "account_value"
ADDRESS: Final = "address"
_NAME: Final = re.compile(
    r"\b(?:name|surname)\b.*?\b(?:to|is|as|into)\s+(?P<en>[^\W\d][^\d,.;!?]*)"
    r"|(?:姓名|名字|名)(?:改成|改为|换成|是|为)\s*(?P<zh>[^\d,，.。;!！?？]+)",
    re.I,
)
_BESIDE_NAME: Final = re.compile(
    r"\b(?:it's|it\s+is|it\s+should\s+be|my\s+(?:new\s+)?(?:name|surname)\s+is|i'm|i\s+am|call\s+me|please|pls"
    r"|thanks|thank\s+you|now)\b|^(?:我叫|我是|叫|改成|改为|应该是)|谢谢|吧$",
    re.I,
)
_PLAIN_NAME: Final = re.compile(r"[^\W\d_][^\d_,;:!?@，。；：！？]*")
MOST_WORDS: Final = 5
"Of a name; in Chinese twice as many characters."
_PASSWORD: Final = re.compile(
    r"""(?:\b(?:password|passcode|pwd)\b|密码|口令)
        (?:\s*(?:(?:is|was|should\s+be|to|as)\b(?!['’])|[=:：]|是|为|改成|改为)\s*)(?P<value>\S+)""",
    re.I | re.X,
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
            [one.value for one in turn.entities(field)]
            if field != Field.NAME
            else _names(turn, asked)
        )
        if not values and asked:
            values = [turn.text]
        if values:
            # "From a@b.c to d@e.f": the last one is what it is to be.
            found[self.slot] = checked_detail(Field(field), values[-1])

    def recognises(self, turn: Turn, session: Session) -> bool:
        field = turn.slots.get(FIELD_SLOT)
        if tells_password(turn.text):
            return False
        return field == Field.NAME or bool(turn.entities("email", "phone"))

    def ask(self, turn: Turn, session: Session) -> None:
        field = turn.texts.get(f"utter_account_field_{turn.slots[FIELD_SLOT]}")
        turn.say("utter_ask_account_value", field=field)


def tells_password(text: str) -> bool:
    """Return whether the text seems to hold a password itself, not only the word."""
    match = _PASSWORD.search(text)
    value = match["value"].strip(".,!?。，！？") if match else ""
    # "My password is wrong" tells none.
    return bool(value) and not phrases.begins("no_value", "denied", value)


def as_address(answers: Mapping[str, Any]) -> bool:
    """Return whether it is an address that is to change."""
    field = answers.get(FIELD_SLOT)
    return field == ADDRESS or (field is None and bool(answers.get(ADDRESS_SLOT)))


def _names(turn: Turn, asked: bool) -> list[str]:
    match = _NAME.search(turn.text)
    named = (match["en"] or match["zh"]).strip() if match else None
    if named and not phrases.begins("no_value", "denied", named):
        return [named]
    plain = _BESIDE_NAME.sub("", turn.text).strip(" ,.!，。！")
    if asked and _PLAIN_NAME.fullmatch(plain) and words(plain) <= MOST_WORDS * (1 + _is_han(plain)):
        # Nothing but the name; understanding may see only a part of it as a person's.
        return [plain]
    return [one.value for one in turn.entities("person")]


def _is_han(text: str) -> bool:
    return not text.isascii() and bool(re.search("[\u4e00-\u9fff]", text))
