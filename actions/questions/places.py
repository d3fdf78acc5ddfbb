"""An address, as people type it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import identity, reference
from actions.questions.base import Answers, Question, choice, choice_button, known
from actions.turn import Turn
from analytics.store import customers

ADDRESS_SLOT: Final = "new_address"
"An address as `address`, `postcode` and `country`."
POSTCODE_SLOT: Final = "new_postcode"
SAVED: Final = "address-"
"Begins the choice of an address on file; its number follows, 0 for the default one."
_HAN: Final = re.compile("[\u3400-\u9fff]")
_WESTERN: Final = re.compile(
    r"""(?<![\w-])(?:(?:flat|unit|apt\.?|apartment|suite|no\.?|house|block|floor)\s+)*
        \d{1,5}[a-z]?(?:[-/]\d{1,4})?,?\s+[^\W\d][^\n?!;]*""",
    re.I | re.X,
)
_CHINESE: Final = re.compile(
    r"""[\u4e00-\u9fff\w]{2,}?(?:省|市|区|區|县|縣|镇|鎮)[\u4e00-\u9fff\w\s-]*
      | [\u4e00-\u9fff]{1,12}(?:路|街|大道|巷|弄|胡同)\s*\d+[\u4e00-\u9fff\w\s-]*""",
    re.X,
)
_BEHIND: Final = re.compile(
    r"""[\s,.]+(?:instead|please|pls|thanks|thank\s+you|from\s+now\s+on|as\s+(?:an?|my|her|his|the|another)\b.*
        |to\s+(?:my|her|his|the)\s+(?:account|addresses|profile).*|for\s+(?:order\s+)?[A-Z]*-?\d+.*
        |in\s+(?:my|her|his)\s+(?:account|profile).*)[\s.!]*$""",
    re.I | re.X,
)
_BEFORE: Final = re.compile(
    r"^.*(?:[寄送改换換发發]到|[改换換]成|[改换換][为為]|地址[是为為：:]|加上?|添加|新增)\s*"
)
_NONE: Final = re.compile(r"\b(?:none|no|don't have|do not have|skip)\b|没有|無|无|不知道", re.I)


class NewAddress(Question):
    """An address: typed, or one on file.

    Args:
        on_file: whether one on file will do.
        optional: whether the default one is meant where none is said.
    """

    slot = ADDRESS_SLOT
    greedy = True

    def __init__(self, on_file: bool, optional: bool = False) -> None:
        self.on_file = on_file
        self.optional = optional

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        return not self.optional

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        picked = choice(turn)
        if asked and picked and picked.startswith(SAVED):
            saved = _saved(turn, session, found)
            found[self.slot] = saved.get(picked)
            return
        if place := find_address(turn.text):
            found[self.slot] = place

    def ask(self, turn: Turn, session: Session) -> None:
        saved = _saved(turn, session, {}) if self.on_file else {}
        turn.say(
            "utter_ask_new_address",
            buttons=[
                choice_button(turn, "utter_button_address", key, address=place_text(place))
                for key, place in saved.items()
            ],
        )


class NewPostcode(Question):
    """The postcode, where an address was typed without one; some have none."""

    slot = POSTCODE_SLOT
    greedy = True

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        place = answers.get(ADDRESS_SLOT) or {}
        return bool(place) and not place.get("postcode") and not _HAN.search(place["address"])

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if ADDRESS_SLOT in found and not asked:
            found[self.slot] = None
        if asked:
            if code := reference.postcode(turn.text):
                found[self.slot] = code
            elif _NONE.search(turn.text):
                found[self.slot] = ""


def find_address(text: str) -> dict[str, str | None] | None:
    """Return the address that stands in a text, its postcode apart, or None."""
    pattern = _CHINESE if _HAN.search(text) else _WESTERN
    body = _BEFORE.sub("", text) if pattern is _CHINESE else text
    match = pattern.search(body)
    if match is None:
        return None
    address = _BEHIND.sub("", match.group().strip(" ,.。，"))
    code = reference.postcode(address)
    # The number of the house is no postcode.
    if code and address.upper().startswith(code):
        code = None
    if code:
        address = re.sub(rf"[\s,，]*{re.escape(code)}", "", address, flags=re.I).strip(" ,.。，")
    return {"address": address, "postcode": code, "country": None} if len(address) > 3 else None


def place_text(place: Mapping[str, Any]) -> str:
    """Return an address in one line."""
    return ", ".join(str(part) for part in (place["address"], place.get("postcode")) if part)


def with_postcode(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address with the postcode that was asked for apart."""
    place = dict(answers[ADDRESS_SLOT])
    place["postcode"] = place.get("postcode") or answers.get(POSTCODE_SLOT) or None
    return place


def _saved(
    turn: Turn, session: Session, found: Mapping[str, Any]
) -> dict[str, dict[str, str | None]]:
    """Return the addresses on file by the choice that picks them."""
    who = identity.actor(turn, session, known(turn, found).get("order_number"))
    if who.customer_id is None or not identity.proves_account(turn):
        return {}
    owner = customers.get(session, who.customer_id)
    every = [(owner.address, owner.postcode, owner.country)] if owner.address else []
    every += [(one.address, one.postcode, one.country) for one in owner.addresses]
    return {
        f"{SAVED}{place}": {"address": address, "postcode": code, "country": country}
        for place, (address, code, country) in enumerate(every)
    }
