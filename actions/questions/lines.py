"""Which lines of an order, and how many units of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from actions import cards, phrases, reference, refusals
from actions.questions.base import Answers, Question, choice, choice_button, known
from actions.questions.orders import NUMBER_SLOT, known_order, line_names
from actions.turn import REQUESTED_SLOT, Turn
from actions.wording import mends
from analytics.errors import NotOnList, Refused
from analytics.service import ChangeKind
from analytics.store import catalogue, orders
from analytics.store.matching import named
from analytics.store.models import Order, OrderLine, Product

LINES_SLOT: Final = "order_lines"
PICKED: Final = frozenset(["new_options", "payment_method", "new_address"])
"Questions whose answers name no line, though their words may be those of one."
_SOME_OF: Final = re.compile(r"\s*(?:out\s+)?of\b|\s*[个件只把条双套张盏本块]", re.I)
"Behind a number it says that so many units are meant."


class OrderLines(Question):
    """Which lines of the order, and how many units of each."""

    slot = LINES_SLOT

    def __init__(self, kind: ChangeKind) -> None:
        self.kind = kind

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        order = known_order(turn, session, found)
        if order is None:
            return
        lines = choosable(turn, order, self.kind)
        answered = known(turn, found).get(self.slot) is not None
        if (asked or not answered) and (gone := self._gone(turn, session, order, lines)):
            rule = Refused("nothing_left", "track_refund", code=order.id, product=gone)
            turn.replies.append(refusals.reply(turn, rule))
            found[self.slot] = None
        elif chosen := self._chosen(turn, session, lines, asked, answered):
            found[self.slot] = _with_quantities(turn, chosen)
        elif not answered and len(lines) == 1:
            found[self.slot] = _with_quantities(turn, lines)
        elif answered and _corrects_quantity(turn):
            # "Only one of them", once it is known of what.
            numbers = [one["number"] for one in known(turn, found)[self.slot]]
            found[self.slot] = _with_quantities(
                turn, [one for one in lines if one.number in numbers]
            )

    def infer(self, turn: Turn, session: Session, found: Answers) -> None:
        order = known_order(turn, session, found)
        lines = choosable(turn, order, self.kind) if order else []
        if len(lines) == 1 and known(turn, found).get(self.slot) is None:
            found[self.slot] = [{"number": lines[0].number, "quantity": None}]

    def ask(self, turn: Turn, session: Session) -> None:
        order = known_order(turn, session, {})
        lines = choosable(turn, order, self.kind) if order else []
        buttons = [
            {
                "title": line_title(turn, line),
                "payload": cards.payload("inform", line.sku),
            }
            for line in lines
        ]
        everything = choice_button(turn, "utter_button_all", "all")
        turn.say(f"utter_ask_order_lines_{self.kind}", buttons=[*buttons, everything])

    def _gone(
        self, turn: Turn, session: Session, order: Order, lines: Sequence[OrderLine]
    ) -> Product | None:
        """Return the product that the message names of which nothing can be sent back any more."""
        others = [line for line in order.lines if line not in lines]
        if self.kind is ChangeKind.CHANGE_LINES or not others:
            return None
        named_lines = lines_named(turn, session, order.lines, turn.wanted, asked=True)
        if len(named_lines) != 1 or named_lines[0] not in others:
            return None
        return named_lines[0].variant.product

    def _chosen(
        self, turn: Turn, session: Session, lines: Sequence[OrderLine], asked: bool, answered: bool
    ) -> list[OrderLine]:
        # "Both handles are loose" says why, once it is known what comes back.
        may_be_all = asked or not answered or mends(turn.text)
        if not asked and not mends(turn.text) and _picks(turn) and not _names_line(turn, lines):
            return []
        if choice(turn) == "all" or (may_be_all and phrases.names("all", "which", turn.wanted)):
            return list(lines)
        # What comes back has nothing in its place: "a refund for the lamp".
        back = self.kind is ChangeKind.RETURN_ITEMS
        text = turn.wanted if back else reference.before_change(turn.wanted)
        found = lines_named(turn, session, lines, text, asked)
        # All lines alike say no more than none, unless just these were asked for.
        distinct = len(found) < len(lines) or len(lines) == 1 or len(found) == 1
        if found and (distinct or (asked and turn.entities("code", "ordinal"))):
            return found
        every = may_be_all and phrases.names("loosely_all", "which", turn.wanted)
        return list(lines) if every else []


def choosable(turn: Turn, order: Order, kind: ChangeKind) -> list[OrderLine]:
    """Return the lines of which something can still be changed."""
    if kind is ChangeKind.CHANGE_LINES:
        return [line for line in order.lines if len(line.variant.product.variants) > 1] or list(
            order.lines
        )
    return [line for line in order.lines if orders.left(order, line) > 0]


def line_title(turn: Turn, line: OrderLine) -> str:
    """Return a line's product with its options, such as "Mug (blue)"."""
    title = catalogue.title(line.variant.product, turn.language)
    options = catalogue.options(line.variant)
    return f"{title} ({options})" if options else title


def lines_named(
    turn: Turn, session: Session, lines: Sequence[OrderLine], text: str, asked: bool = False
) -> list[OrderLine]:
    """Return the lines that a message names: by code, by place, or by words.

    Args:
        text: where the words are looked for.
        asked: whether the lines were just shown, so that a place is one of these.

    Raises:
        NotOnList: the order has no such line.
    """
    codes = {code.value for code in (turn.entities("code") if asked else turn.codes)}
    if by_code := [
        line for line in lines if {line.sku.upper(), line.variant.product_id.upper()} & codes
    ]:
        return by_code
    places = [int(one.value) for one in turn.entities("ordinal")]
    if places and not asked:
        if outside := [place for place in places if not 0 < abs(place) <= len(lines)]:
            raise NotOnList(outside[0], len(lines))
        return [lines[place - 1 if place > 0 else place] for place in places]
    numbers = named(session, text, line_names(lines))
    return [line for line in lines if line.number in numbers]


def _with_quantities(turn: Turn, lines: Sequence[OrderLine]) -> list[dict[str, int | None]]:
    """Return the lines with the number of units said; None for all that are left."""
    numbers = [one for one in turn.entities("number") if one.value.isdecimal()]
    of_so_many = [one for one in numbers if _SOME_OF.match(turn.text, one.end)]
    said = of_so_many or numbers
    quantity = int(said[0].value) if len(lines) == 1 and len(said) == 1 else None
    if quantity is not None and (quantity < 1 or (quantity > lines[0].quantity and not of_so_many)):
        quantity = None
    return [{"number": line.number, "quantity": quantity} for line in lines]


def _picks(turn: Turn) -> bool:
    """Return whether the message picks from what was just shown: "the second one" is no line."""
    requested = turn.slots.get(REQUESTED_SLOT)
    if turn.begins(str(turn.form)):
        return False
    return requested in PICKED or (requested == NUMBER_SLOT and bool(turn.entities("ordinal")))


def _names_line(turn: Turn, lines: Sequence[OrderLine]) -> bool:
    """Return whether the message has the code of one of the lines, or of its product."""
    codes = {code.value.upper() for code in turn.codes}
    return any(
        code.upper() in codes for line in lines for code in (line.sku, line.variant.product_id)
    )


def _corrects_quantity(turn: Turn) -> bool:
    numbers = turn.entities("number")
    some_of = any(_SOME_OF.match(turn.text, one.end) for one in numbers)
    return bool(numbers) and (turn.bare or some_of or mends(turn.text))
