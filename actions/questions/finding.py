"""What tells the products apart that fit a vague wish; one question after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import phrases, reference
from actions.questions.base import CHOICE, Answers, Question, choice, known
from actions.search import MOST_QUESTIONS, Search, enquiry, fits_within
from actions.turn import AMBIGUOUS, ANSWERS, REPAIRS, Turn
from actions.wording import asks, words
from analytics.columns import CATEGORY, PRICE
from analytics.errors import NothingFits
from analytics.recommend.guide import OPTION, Answer, Assortment, Enquiry, Mask
from analytics.store import catalogue
from analytics.store.matching import named
from analytics.store.terms import terms

FINDING_SLOT: Final = "finding"
"What is looked for, and what has been answered so far."
WISHES: Final = frozenset({*ANSWERS, *REPAIRS, AMBIGUOUS, "recommend", "refine_products"})
"What an answer may be understood as."
FEW_WORDS: Final = 6
"With more, a message that was understood as something else is not an answer."
GROUP: Final = "finding"
"The words by which people answer without naming anything; see `phrases`."
ENDS: Final[Mapping[str, int]] = {"cheap": 0, "dear": -1}
"Which of the ranges of prices offered is meant by which words."
_BOUNDS: Final = re.compile(r"(\d[\d.e+]*)?-(\d[\d.e+]*)?")
_HAS: Final = "="
_OTHER: Final = "!"
_ANY: Final = "?"


class Property(Question):
    """The property that tells most about what is wanted."""

    slot = FINDING_SLOT

    def answered(self, answers: Mapping[str, Any]) -> bool:
        # Whether anything is left to be asked, the products tell: see `needed`.
        return False

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        return enquiry(turn, session, Search.load(answers.get(self.slot))) is not None

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        search = Search.load(known(turn, found).get(self.slot))
        narrowed = search
        for answer in answers_in(turn, session, search):
            narrowed = narrowed.answered(answer)
        if narrowed != search:
            found[self.slot] = _checked(turn, session, narrowed).kept()
        elif settled(turn, search) == "enough":
            found[self.slot] = replace(search, rounds=MOST_QUESTIONS).kept()

    def take_as_is(self, turn: Turn, session: Session, found: Answers) -> None:
        """Take words that name no property as words of what is wanted: "something wooden"."""
        if turn.intent in ANSWERS and not asks(turn.text):
            search = Search.load(known(turn, found).get(self.slot))
            more = turn.entity("product") or turn.wanted
            if fits_within(turn, session, search, more):
                narrowed = replace(search, words=(*search.words, more))
                found[self.slot] = replace(narrowed, rounds=search.rounds + 1).kept()

    def recognises(self, turn: Turn, session: Session) -> bool:
        return self.volunteered(turn, session)

    def volunteered(self, turn: Turn, session: Session) -> bool:
        if turn.intent not in WISHES and (asks(turn.text) or words(turn.text) > FEW_WORDS):
            return False
        search = Search.load(turn.slots.get(self.slot))
        return bool(settled(turn, search) or answers_in(turn, session, search))

    def ask(self, turn: Turn, session: Session) -> None:
        search = Search.load(turn.slots.get(self.slot))
        question = enquiry(turn, session, search)
        if question is None:
            return
        attribute = question.attribute
        option = attribute.startswith(OPTION)
        response = "utter_ask_finding_option" if option else f"utter_ask_finding_{attribute}"
        buttons = [
            {
                "title": answer_title(turn, session, one),
                "payload": _payload(attribute + _HAS + _value(one)),
            }
            for one in question.groups
        ]
        if question.others:
            buttons.append(turn.button("utter_finding_others", _payload(attribute + _OTHER)))
        buttons.append(turn.button("utter_finding_any", _payload(attribute + _ANY)))
        turn.say(response, buttons=buttons, option=attribute_title(turn, attribute))


def settled(turn: Turn, search: Search) -> str | None:
    """Return what a message says to the question under way without naming anything, or None.

    That is `any`, `others`, `enough`, and asked for the price also `cheap` or `dear`.
    """
    said = phrases.said(GROUP, turn.text)
    return None if said in ENDS and search.asked != PRICE else said


def offered(search: Search, question: Enquiry) -> Search:
    """Return the search with what is asked now."""
    values = tuple(_value(one) for one in question.groups)
    return replace(search, asked=question.attribute, offered=values)


def attribute_title(turn: Turn, attribute: str) -> str:
    """Return what an attribute is called; an option that the domain does not know, by its name."""
    name = attribute.removeprefix(OPTION)
    known_as = f"utter_option_{name}"
    return turn.texts.get(known_as) if turn.texts.has(known_as) else name


def answer_title(turn: Turn, session: Session, answer: Answer) -> str:
    """Return one of the groups to choose from in words."""
    if answer.attribute != PRICE:
        attribute = turn.services.assortment.attributes[answer.attribute]
        place = attribute.values.index(answer.values[0])
        return attribute.labels[turn.language][place]
    shop = catalogue.shop(session)
    low, high = (
        turn.texts.limit(Decimal(str(one)), shop.currency if shop else "")
        if one is not None
        else ""
        for one in (answer.low, answer.high)
    )
    name = "up_to" if answer.low is None else "over" if answer.high is None else "between"
    return turn.texts.get(f"utter_finding_{name}", low=low, high=high)


def answers_in(turn: Turn, session: Session, search: Search) -> list[Answer]:
    """Return what a message answers of any property, by button, by an amount or by words."""
    assortment = turn.services.assortment
    if (picked := choice(turn)) is not None:
        found = _picked(picked, search, assortment)
        return [found] if found else []
    price = _price(turn, search)
    found_values = _named(turn, session, search, assortment)
    answers = [*([price] if price else []), *found_values]
    said = settled(turn, search)
    if search.asked and search.asked not in [one.attribute for one in answers]:
        if said == "any":
            answers.append(Answer(search.asked))
        elif said == "others" and not answers:
            answers.append(Answer(PRICE) if search.asked == PRICE else _others(search))
    return answers


def _checked(turn: Turn, session: Session, search: Search) -> Search:
    """Return the search one round on.

    Raises:
        NothingFits: no product is left.
    """
    if not search.remaining(session, turn.services.assortment).any():
        raise NothingFits
    return replace(search, rounds=search.rounds + 1)


def _picked(picked: str, search: Search, assortment: Assortment) -> Answer | None:
    """Return the answer that a button stands for, also one of an earlier question; or None."""
    for name in (PRICE, *assortment.attributes):
        sign, value = picked[len(name) : len(name) + 1], picked[len(name) + 1 :]
        if not picked.startswith(name) or sign not in (_HAS, _OTHER, _ANY):
            continue
        if sign == _ANY:
            return Answer(name)
        if sign == _OTHER:
            return _others(search) if name == search.asked else None
        if name == PRICE:
            return _band(value)
        if value in assortment.attributes[name].values:
            return Answer(name, values=(value,))
    return None


def _band(value: str) -> Answer | None:
    """Return a range of prices that a button carries, or None for another text."""
    match = _BOUNDS.fullmatch(value)
    if match is None:
        return None
    low, high = (float(one) if one else None for one in match.groups())
    return Answer(PRICE, low=low, high=high)


def _others(search: Search) -> Answer:
    """Return that none of what was offered is wanted, nor what was turned down before."""
    attribute = str(search.asked)
    before = [
        value for one in search.answers if one.attribute == attribute for value in one.without
    ]
    return Answer(attribute, without=(*before, *search.offered))


def _price(turn: Turn, search: Search) -> Answer | None:
    """Return the limits of the price that a message names, or None.

    Asked for it, a number is the most, and something cheap is the first range offered.
    """
    low = high = None
    amounts = turn.entities("money")
    if not amounts and search.asked == PRICE:
        amounts = turn.entities("number")[:1]
    for one in amounts:
        if (said := reference.amount(one.value)) is not None:
            low, high = (float(said), high) if one.bound == "min" else (low, float(said))
    if low or high:
        return Answer(PRICE, low=low, high=high)
    place = ENDS.get(settled(turn, search) or "")
    return _band(search.offered[place]) if place is not None and search.offered else None


def _named(turn: Turn, session: Session, search: Search, assortment: Assortment) -> list[Answer]:
    """Return the values that a message names of what some product has that fits the rest.

    Of the property asked about a part of the name will do, of others it takes the whole name;
    where nothing else is named, part of a category's will do too: "for the kitchen".
    """
    fitting = search.fitting(session, assortment)
    found = [
        answer
        for name in assortment.attributes
        if (answer := _named_of(turn, session, search, assortment, fitting, name, search.asked))
    ]
    if found or search.words:
        return found
    category = _named_of(turn, session, search, assortment, fitting, CATEGORY, CATEGORY)
    return [category] if category else []


def _named_of(
    turn: Turn,
    session: Session,
    search: Search,
    assortment: Assortment,
    fitting: Mask,
    name: str,
    loosely: str | None,
) -> Answer | None:
    """Return what a message names of one attribute; what it takes back is not wanted."""
    attribute = assortment.attributes[name]
    remaining = fitting.astype(float)
    for one in search.answers:
        if one.attribute != name:
            remaining *= one.keeps(assortment)
    held = attribute.held @ remaining > 0
    names = {
        value: {labels[place] for labels in attribute.labels.values()}
        for place, value in enumerate(attribute.values)
        if held[place]
    }
    said, wanted = (
        _values(session, text, names, partly=name == loosely) for text in (turn.text, turn.wanted)
    )
    if not said:
        return None
    return Answer(name, values=tuple(wanted)) if wanted else Answer(name, without=tuple(said))


def _values(
    session: Session, text: str, names: Mapping[str, Collection[str]], partly: bool
) -> list[str]:
    said = set(terms(text))
    whole = {
        value: list(labels)
        for value, labels in names.items()
        if any(set(terms(label)) and set(terms(label)) <= said for label in labels)
    }
    if whole:
        return named(session, text, whole)
    return named(session, text, {value: list(of) for value, of in names.items()}) if partly else []


def _value(group: Answer) -> str:
    """Return what a button carries for one of the groups of an attribute."""
    if group.attribute != PRICE:
        return group.values[0]
    low, high = ("" if one is None else f"{one:g}" for one in (group.low, group.high))
    return f"{low}-{high}"


def _payload(token: str) -> str:
    return f"/inform{json.dumps({CHOICE: token})}"
