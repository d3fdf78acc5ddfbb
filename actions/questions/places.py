"""An address, as people type it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import identity, phrases, reference
from actions.questions.base import Answers, Question, choice, choice_button, known
from actions.turn import Entity, Turn
from analytics.store import customers, orders

ADDRESS_SLOT: Final = "new_address"
"An address as `address`, `postcode` and `country`."
POSTCODE_SLOT: Final = "new_postcode"
SAVED: Final = "address-"
"Begins the choice of an address on file; its number follows, 0 for the default one."
_HAN: Final = re.compile("[\u3400-\u9fff]")
_HOUSE: Final = (
    r"(?:(?:flat|unit|apt\.?|apartment|suite|no\.?|house|block|floor)\s+(?:\d{0,4}[a-z]?,\s+)?)*"
    r"\d{1,5}[a-z]?(?:[-/]\d{1,4})?,?\s+[^\W\d]"
)
_WESTERN: Final = re.compile(rf"(?<![A-Za-z\d-]){_HOUSE}[^\n?!;\u3400-\u9fff，。；？！]*", re.I)
_CHINESE: Final = re.compile(
    r"""[\u4e00-\u9fff\w]{2,}?(?:省|市|区|區|县|縣|镇|鎮)[\u4e00-\u9fff\w\s-]*
      | [\u4e00-\u9fff]{1,12}(?:路|街|道|巷|弄|胡同)\s*\d+[\u4e00-\u9fff\w\s-]*""",
    re.X,
)
_LED_TO: Final = re.compile(rf"^.*\b(?:to|at|is|address)\b[\s:]*(?={_HOUSE})", re.I | re.S)
"""Before the address itself: of "2 lamps to 5 Mill Lane" the lamps are none of it."""
_BEHIND: Final = re.compile(
    r"""[\s,.]+(?:instead(?:\s+of\b.*)?|please|pls|thanks|thank\s+you|from\s+now\s+on
        |as\s+(?:an?|my|her|his|the|another)\b.*
        |(?:on|to)\s+(?:my|her|his|the|their)\s+(?:account|addresses|profile|file).*
        |in\s+(?:my|her|his|the|their)\s+(?:account|profile).*
        |(?:(?:for|on)\s+)?(?:(?:my|her|his|the|this|that|their)\s+)?order\b.*
        |for\s+[A-Z]*-?\d+.*)[\s.!]*$""",
    re.I | re.X,
)
_BEFORE: Final = re.compile(
    r"^.*(?:[寄送改换換发發]到|[改换換]成|[改换換][为為]|地址[是为為：:改换換]|加上?|添加|新增)\s*"
)
_BEHIND_ZH: Final = re.compile(
    r"(?:\s|吧|呢|吗|嗎|啊|哦|可以|可不可以|行|好|谢谢|謝謝|这里|這裡|这个地址|就行|就好)+$"
)
_CODE_BEHIND: Final = re.compile(
    r"^[^\d]{0,12}(?:邮编|郵編|邮政编码|郵遞區號)\s*[是为為:：]?\s*(\d{5,6})"
)
_STREET: Final = re.compile(
    r"""\b(?:street|st|road|rd|lane|ln|avenue|ave|close|drive|court|terrace|square|crescent|grove|gardens
        |mews|boulevard|blvd|highway|parade|walk|strand|stra(?:ss|ß)e|rue|via)\b""",
    re.I | re.X,
)
_NONE: Final = re.compile(r"\b(?:none|no|don't have|do not have|skip)\b|没有|無|无|不知道", re.I)
_EDGE: Final = " ,.。，、"


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
        # Where an address is not what it is all about, what looks like one has to be one for sure.
        if place := find_address(turn.text, surely=self.optional and not asked):
            found[self.slot] = place

    def volunteered(self, turn: Turn, session: Session) -> bool:
        # "Add the address … to my account" asks for something else.
        other = phrases.names("default_address", "which", turn.text)
        other = other or phrases.names("keep", "act", turn.text)
        return not other and find_address(turn.text, surely=True) is not None

    def ask(self, turn: Turn, session: Session) -> None:
        saved = _saved(turn, session, {}) if self.on_file else {}
        now = _now(turn, session)
        turn.say(
            "utter_ask_new_address",
            buttons=[
                choice_button(turn, "utter_button_address", key, address=place_text(place))
                for key, place in saved.items()
                if place_text(place) != now
            ],
        )


class NewPostcode(Question):
    """The postcode, where an address was typed without one; some have none."""

    slot = POSTCODE_SLOT
    greedy = True

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        place = answers.get(ADDRESS_SLOT) or {}
        return bool(place) and not place.get("postcode") and not _HAN.search(place["address"])

    def overrules(self, turn: Turn, session: Session) -> bool:
        # No postcode is an answer.
        return bool(_NONE.search(turn.text))

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if ADDRESS_SLOT in found and not asked:
            found[self.slot] = None
        if asked:
            if code := reference.postcode(turn.text):
                found[self.slot] = code
            elif _NONE.search(turn.text):
                found[self.slot] = ""


def find_address(text: str, surely: bool = False) -> dict[str, str | None] | None:
    """Return the address that stands in a text, its postcode apart, or None.

    Args:
        surely: whether it must have a postcode, or a word for a street or a city.
    """
    where = address_span(text)
    if where is None:
        return None
    address = text[slice(*where)]
    code = reference.postcode(address)
    # The number of the house is no postcode.
    if code and address.upper().startswith(code):
        code = None
    if code:
        address = re.sub(rf"[\s,，]*{re.escape(code)}", "", address, flags=re.I).strip(_EDGE)
    elif behind := _CODE_BEHIND.search(text[where[1] :]):
        code = behind[1]
    if surely and not (code or _HAN.search(address) or _STREET.search(address)):
        return None
    return {"address": address, "postcode": code, "country": None} if len(address) > 3 else None


def address_span(text: str) -> tuple[int, int] | None:
    """Return where the address begins in a text, and where it ends; None where there is none."""
    if _HAN.search(text):
        before = _BEFORE.match(text)
        begin = before.end() if before else 0
        if match := _CHINESE.search(text, begin):
            return _trimmed(text, match.start(), match.end(), _BEHIND_ZH)
    match = _WESTERN.search(text)
    if match is None:
        return None
    led_to = _LED_TO.match(text[: match.end()])
    return _trimmed(text, led_to.end() if led_to else match.start(), match.end(), _BEHIND)


def outside_address(text: str, found: Sequence[Entity]) -> list[Entity]:
    """Return the entities that are no part of an address: its house number counts nothing."""
    address = find_address(text, surely=True)
    begin, end = (address and address_span(text)) or (0, 0)
    behind = _CODE_BEHIND.search(text[end:]) if address else None
    end += behind.end() if behind else 0
    return [one for one in found if not begin <= one.start < end]


def _trimmed(text: str, begin: int, end: int, behind: re.Pattern[str]) -> tuple[int, int]:
    body = behind.sub("", text[begin:end].rstrip(_EDGE)).rstrip(_EDGE)
    return begin, begin + len(body)


def place_text(place: Mapping[str, Any]) -> str:
    """Return an address in one line."""
    return ", ".join(str(part) for part in (place["address"], place.get("postcode")) if part)


def with_postcode(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address with the postcode that was asked for apart."""
    place = dict(answers[ADDRESS_SLOT])
    place["postcode"] = place.get("postcode") or answers.get(POSTCODE_SLOT) or None
    return place


def _now(turn: Turn, session: Session) -> str | None:
    """Return the address that is to change, in one line."""
    number = turn.slots.get("order_number")
    who = identity.actor(turn, session, number)
    if who.customer_id is None:
        return None
    owner = customers.get(session, who.customer_id)
    order = orders.find(session, str(number)) if number else None
    place = order if order and order.address else owner
    return place_text({"address": place.address, "postcode": place.postcode})


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
