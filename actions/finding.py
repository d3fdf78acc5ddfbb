"""Guided finding: a vague wish is narrowed down by questions, then three products are shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from sqlalchemy.orm import Session

from actions import cards, reference, shown, suspension
from actions.base import GuardedAction
from actions.differences import differences
from actions.questionnaire import Ask, QuestionForm
from actions.questions.finding import (
    FINDING_SLOT,
    WISHES,
    Property,
    answers_in,
    offered,
    settled,
)
from actions.search import Search, enquiry, fits_within, weights
from actions.turn import REQUESTED_SLOT, Turn
from actions.wishes import Wanted, keep
from actions.wording import leaves
from analytics.columns import CATEGORY, PRICE
from analytics.store import catalogue
from analytics.store.models import Product
from analytics.suggestions import Suggestion, Wish, suggest

FORM: Final = "finding_form"
SHOWN: Final = 3
NARROW: Final = 500
"Products that fit; of more, those likeliest to be wanted are ranked."
OTHER_WISHES: Final = frozenset({"product_search", "recommend", "refine_products"})
NOES: Final = frozenset({"deny", "stop", "affirm"})
"What a few words such as I don't mind may be understood as."


def begin(turn: Turn, session: Session, wish: Wish, words: str | None = None) -> list[EventType]:
    """Return the events that begin guided finding, or none where there is nothing to ask.

    Nothing is to be asked where few products fit, or none, or nothing tells them apart: what fits
    can be shown at once. What the message itself tells of the products is not asked.

    Args:
        wish: what holds of all that is shown in the end.
        words: what the products must fit, such as "lamp"; None for anything.
    """
    search = Search.begun(wish, words)
    for answer in answers_in(turn, session, search):
        narrowed = search.answered(answer)
        if narrowed.remaining(session, turn.services.assortment).any():
            search = narrowed
    if enquiry(turn, session, search) is None:
        return []
    aside = suspension.suspend(turn, FORM, turn.form)
    return [*aside, SlotSet(FINDING_SLOT, search.kept()), ActiveLoop(FORM)]


class FindingForm(QuestionForm):
    """Asks what tells the products that fit apart, at most three times."""

    form = FORM
    intents = frozenset()
    questions = (Property(),)

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        # A message that answers nothing takes back nothing that was answered before.
        lost = SlotSet(FINDING_SLOT, None)
        kept = SlotSet(FINDING_SLOT, turn.slots.get(FINDING_SLOT))
        return [kept if event == lost else event for event in super().act(turn, session)]

    def recover(self, turn: Turn, error: Exception) -> list[EventType]:
        return [SlotSet(REQUESTED_SLOT, FINDING_SLOT)]

    def is_answer(self, turn: Turn, session: Session) -> bool:
        if turn.interrupted(self.form):
            return False
        if turn.intent in OTHER_WISHES:
            return self._goes_on(turn, session)
        search = Search.load(turn.slots.get(FINDING_SLOT))
        if turn.intent in WISHES | NOES and settled(turn, search):
            return not leaves(turn.text)
        return super().is_answer(turn, session)

    def _goes_on(self, turn: Turn, session: Session) -> bool:
        """Return whether a wish is about what is looked for, and not about something else."""
        question = self.questions[0]
        if question.volunteered(turn, session):
            return True
        search = Search.load(turn.slots.get(FINDING_SLOT))
        return fits_within(turn, session, search, turn.entity("product") or turn.wanted)


class ActionAskFinding(Ask):
    """Asks the question that tells most, and keeps what it offers."""

    slot = FINDING_SLOT

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        search = Search.load(turn.slots.get(FINDING_SLOT))
        events = super().act(turn, session)
        question = enquiry(turn, session, search)
        asked = [SlotSet(FINDING_SLOT, offered(search, question).kept())] if question else []
        return [*events, *asked]


class ActionShowFound(GuardedAction):
    """Show the three products that fit best, and how they differ."""

    action_name = "action_show_found"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        search = Search.load(turn.slots.get(FINDING_SLOT))
        found = best(turn, session, search)
        if not found:
            turn.say("utter_found_nothing")
            return []
        show(turn, session, [one.product for one in found])
        shown.record(turn, [(one.product.id, one.rung) for one in found])
        return [reference.remember(found[0].product), keep(_wanted(search))]


def best(turn: Turn, session: Session, search: Search) -> list[Suggestion]:
    """Return what to show of the products that are left, best first."""
    assortment = turn.services.assortment
    left = np.flatnonzero(search.remaining(session, assortment))
    if not len(left):
        return []
    likeliest = left[np.argsort(-weights(turn, assortment, search)[left], kind="stable")]
    items = frozenset(map(str, assortment.items[likeliest[:NARROW]]))
    services = turn.services
    wish = replace(search.wish, only_items=items, exclude_bought=False)
    return suggest(session, services.models.recommender, services.recommend_policy, wish, SHOWN)


def show(turn: Turn, session: Session, products: list[Product]) -> None:
    """Show products, and say in what each differs from the others."""
    if len(products) > 1:
        lines = [
            turn.texts.get(
                "utter_found_line",
                place=place,
                product=catalogue.title(product, turn.language),
                differences=differs,
            )
            for place, (product, differs) in enumerate(
                zip(products, differences(turn, session, products), strict=True), start=1
            )
        ]
        turn.say("utter_found", lines="\n".join(lines))
    else:
        turn.say("utter_found_one", product=catalogue.title(products[0], turn.language))
    turn.show(cards.products([cards.product(turn.texts, one) for one in products]))


def _wanted(search: Search) -> Wanted:
    """Return the wish that "cheaper" or "others" go on from."""
    answers = {one.attribute: one for one in search.answers}
    price, category = answers.get(PRICE), answers.get(CATEGORY)
    return Wanted(
        customer=search.wish.customer_id,
        kind=" ".join(search.words) or None,
        categories=category.values if category else tuple(sorted(search.wish.categories or ())),
        least=str(price.low) if price and price.low is not None else None,
        most=str(price.high) if price and price.high is not None else None,
        without_categories=tuple(sorted(search.wish.without_categories)),
        without_brands=tuple(sorted(search.wish.without_brands)),
    )
