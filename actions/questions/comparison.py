"""Which products are to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import cards, phrases, reference
from actions.questions.base import Answers, Question, known
from actions.questions.products import named_products
from actions.turn import ANSWERS, Turn
from actions.wording import asks, mends
from analytics.errors import SalesclerkError
from analytics.store import catalogue
from analytics.store.models import Product

COMPARED_SLOT: Final = "compared"
"Ids of the products to be compared."
COMPARE: Final = "compare_products"
FEWEST: Final = 2
MOST: Final = 3
OFFERED: Final = 4


class Compared(Question):
    """Two products or three; one beside the one talked about will do."""

    slot = COMPARED_SLOT

    def answered(self, answers: Mapping[str, Any]) -> bool:
        return len(answers.get(self.slot) or []) >= FEWEST

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        begins = turn.begins(str(turn.form))
        before = [] if begins or mends(turn.text) else known(turn, found).get(self.slot) or []
        wanted: list[str] = []
        try:
            said = named_products(turn, session, codes_too=True, words_too=True)
            # One by one: those before one that is not known are kept.
            wanted.extend(catalogue.resolve(session, one.value).id for one in said)
            if not wanted and asked and turn.intent in ANSWERS:
                wanted.append(catalogue.resolve(session, turn.text).id)
        except SalesclerkError:
            # What is known is kept beside what is not.
            if before or wanted:
                found[self.slot] = [*before, *wanted]
            raise
        products = list(dict.fromkeys([*before, *wanted]))
        if not products and begins:
            products = self._shown(turn, session)
        talked_about = turn.slots.get(reference.PRODUCT_SLOT)
        if len(products) == 1 and begins and talked_about:
            products = list(dict.fromkeys([str(talked_about), *products]))
        if wanted or products != before:
            found[self.slot] = products[:MOST]

    def _shown(self, turn: Turn, session: Session) -> list[str]:
        """Return the products shown last: the first two of them where two are meant."""
        shown = list(catalogue.by_ids(session, turn.shown))
        most = FEWEST if phrases.said("so_many", turn.text) == "two" else MOST
        return [one for one in turn.shown if one in shown][:most]

    def recognises(self, turn: Turn, session: Session) -> bool:
        if asks(turn.text) and turn.intent not in ANSWERS | {COMPARE}:
            # "What goes with LAMP-001?" names one and asks something else of it.
            return False
        found: Answers = {}
        try:
            self.read(turn, session, found, asked=True)
        except SalesclerkError:
            # It names a product, if one that is not known: the form says so.
            return True
        return found.get(self.slot, turn.slots.get(self.slot)) != turn.slots.get(self.slot)

    def ask(self, turn: Turn, session: Session) -> None:
        chosen = [str(one) for one in turn.slots.get(self.slot) or []]
        products = catalogue.by_ids(session, [*chosen, *turn.shown])
        others = [products[one] for one in turn.shown if one in products and one not in chosen]
        buttons = [_button(turn, one) for one in others[:OFFERED]]
        if chosen and chosen[0] in products:
            title = catalogue.title(products[chosen[0]], turn.language)
            turn.say("utter_ask_compared_other", buttons=buttons, product=title)
        else:
            turn.say("utter_ask_compared", buttons=buttons)


def _button(turn: Turn, product: Product) -> dict[str, str]:
    title = catalogue.title(product, turn.language)
    return {"title": title, "payload": cards.payload("inform", product.id)}
