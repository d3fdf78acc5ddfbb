"""Which other option of a product: another size, another colour."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import cards, reference
from actions.questions.base import Answers, Question, known
from actions.questions.lines import LINES_SLOT, line_title
from actions.questions.orders import known_order
from actions.turn import Turn
from analytics.store import catalogue
from analytics.store.matching import named
from analytics.store.models import OrderLine, Variant

OPTIONS_SLOT: Final = "new_options"
"SKUs wanted, by the number of the line as text."
_EDGES: Final = re.compile(r"^\W*(?:the\b)?\W*|[\W]*(?:please|pls|吧|的)?\W*$", re.I)
"What may stand around an option that is named alone."


class NewOptions(Question):
    """The option wanted in the place of each chosen line."""

    slot = OPTIONS_SLOT

    def answered(self, answers: Mapping[str, Any]) -> bool:
        chosen = answers.get(LINES_SLOT) or []
        wanted = answers.get(self.slot) or {}
        return bool(chosen) and all(str(one["number"]) in wanted for one in chosen)

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        lines = _chosen_lines(turn, session, found)
        wanted = dict(known(turn, found).get(self.slot) or {})
        if LINES_SLOT in found:
            wanted = {}
        missing = [line for line in lines if str(line.number) not in wanted] or lines
        for line in missing[:1] if asked else missing:
            if sku := _wanted(turn, session, line, asked):
                wanted[str(line.number)] = sku
        if wanted != (known(turn, found).get(self.slot) or {}):
            found[self.slot] = wanted

    def recognises(self, turn: Turn, session: Session) -> bool:
        found: Answers = {}
        self.read(turn, session, found, asked=True)
        return self.slot in found

    def ask(self, turn: Turn, session: Session) -> None:
        wanted = turn.slots.get(self.slot) or {}
        lines = [
            line for line in _chosen_lines(turn, session, {}) if str(line.number) not in wanted
        ]
        line = lines[0]
        others = [one for one in line.variant.product.variants if one.sku != line.sku]
        turn.say(
            "utter_ask_new_options" if others else "utter_ask_no_options",
            product=line_title(turn, line),
            buttons=[
                {"title": _title(turn, line, one), "payload": cards.payload("inform", one.sku)}
                for one in others
                if one.stock != 0
            ],
        )


def _chosen_lines(turn: Turn, session: Session, found: Mapping[str, Any]) -> list[OrderLine]:
    order = known_order(turn, session, found)
    numbers = [one["number"] for one in known(turn, found).get(LINES_SLOT) or []]
    return [line for line in order.lines if line.number in numbers] if order else []


def _wanted(turn: Turn, session: Session, line: OrderLine, asked: bool) -> str | None:
    """Return the SKU of the option that the message names for a line, or None."""
    variants = line.variant.product.variants
    codes = {code.value for code in turn.entities("code")}
    # Beside another code, its own says which line is meant.
    if by_code := [one.sku for one in variants if one.sku.upper() in codes - {line.sku.upper()}]:
        return by_code[0]
    if asked and line.sku.upper() in codes:
        return line.sku
    alone = _EDGES.sub("", turn.text).casefold()
    if whole := [one.sku for one in variants if alone in map(str.casefold, _names(one))]:
        return whole[0] if len(whole) == 1 else None
    for text in (reference.after_change(turn.wanted), turn.wanted):
        fitting = named(session, text, {one.sku: _names(one) for one in variants})
        others = [one for one in variants if one.sku in fitting and one.sku != line.sku]
        if others:
            return _closest(line.variant, others)
        if fitting:
            return line.sku
    return None


def _closest(now: Variant, others: Sequence[Variant]) -> str | None:
    """Return the option that has most in common with what it replaces, if it is one alone."""

    def in_common(one: Variant) -> int:
        return len(set(one.options.items()) & set(now.options.items()))

    most = max(in_common(one) for one in others)
    closest = [one.sku for one in others if in_common(one) == most]
    return closest[0] if len(closest) == 1 else None


def _names(variant: Variant) -> list[str]:
    return [str(value) for value in variant.options.values()]


def _title(turn: Turn, line: OrderLine, variant: Variant) -> str:
    more = variant.list_price - line.unit_price
    if not more:
        return catalogue.options(variant) or variant.sku
    return turn.texts.get(
        "utter_button_option_dearer" if more > 0 else "utter_button_option_cheaper",
        options=catalogue.options(variant) or variant.sku,
        difference=turn.texts.money(abs(more), variant.currency),
    )
