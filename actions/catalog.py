"""The catalogue: finding products, their stock and their prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import cards, consent, finding, phrases, reference
from actions.again import ask_again, goes_on
from actions.base import GuardedAction
from actions.forms import FormValidation
from actions.history import last_request
from actions.reference import PRODUCT_SLOT
from actions.turn import ANSWERS, Turn
from actions.wording import says_more
from analytics.errors import MissingProduct, UnknownProduct
from analytics.store import catalogue
from analytics.store.models import Product
from analytics.suggestions import Wish

SHOWN: Final = 5
LEAST_COVERAGE: Final = 0.25
"A product that answers less of the wish than this is not shown."
TOPIC_SLOT: Final = "product_topic"
ASKED_SLOT: Final = "product_asked"
AGAIN: Final = "again"
"The topic of a question that is asked again of another product."
TOPICS: Final = {
    "check_stock": "stock",
    "ask_price": "price",
    "product_question": "details",
    "similar_items": "similar",
    "demand_forecast": "forecast",
}
"What each intent about one product wants to know."


class ActionSearchProducts(GuardedAction):
    """Show products that fit the shopper's words, within the price named.

    Of a vague wish, which many fit alike, it is asked what tells them apart.
    """

    action_name = "action_search_products"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        codes = turn.entities("code")
        wish = turn.entity("product") or (codes[0].value if codes else turn.text)
        if not codes and (guided := self._guide(turn, session)):
            return guided
        limit = reference.price_limit(turn)
        if codes and (exact := catalogue.by_code(session, codes[0].value)):
            found = [exact]
        else:
            hits = catalogue.search(session, wish, limit=SHOWN, max_price=limit)
            found = [hit.product for hit in hits if hit.coverage >= LEAST_COVERAGE]
        if not found:
            raise UnknownProduct(wish)
        turn.say("utter_products_found")
        turn.show(cards.products([cards.product(turn.texts, product) for product in found]))
        return [reference.remember(found[0])]

    def _guide(self, turn: Turn, session: Session) -> list[EventType]:
        """Return the events that begin guided finding, if the wish is vague.

        It is not where somebody asks to see all there is, or where what fits fits on a card.
        """
        if phrases.names("shown", "search", turn.text):
            return []
        vague = phrases.names("vague", "search", turn.text)
        words = turn.entity("product")
        if vague and words and not says_more(phrases.without("vague", "search", words)):
            words = None
        if words is None and not vague:
            return []
        fitting = catalogue.fitting(session, words, SHOWN + 1) if words else None
        if fitting is not None and len(fitting) <= SHOWN:
            return []
        wish = Wish(customer_id=consent.personalised(turn, session))
        return finding.begin(turn, session, wish, words)


class ActionInform(GuardedAction):
    """A bare code or product, asked for by nobody: show the product if it is one."""

    action_name = "action_inform"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        product = reference.named_product(turn, session)
        # Asked again, what was only named would ask itself again without end.
        again = ask_again(turn, session) if product is None and not turn.replayed else []
        if again:
            return again
        if product is None:
            turn.say("utter_inform")
            return []
        turn.say("utter_products_found")
        turn.show(cards.products([cards.product(turn.texts, product)]))
        return [reference.remember(product)]


class ValidateProductForm(FormValidation):
    """Questions about one product ask which, when the message does not say."""

    form = "product_form"
    slots = (ASKED_SLOT,)
    intents = frozenset(TOPICS)

    def missing(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> list[str]:
        return [slot for slot in self.slots if answers.get(slot) is None]

    def extract(self, turn: Turn, session: Session, found: dict[str, object]) -> None:
        topic = TOPICS.get(turn.intent)
        if self._goes_on(turn, session):
            # "What about the floor lamp?" sounds like a question about a product, but asks the
            # last one again, whatever it was.
            last = last_request(turn)
            if last and last.completed != self.form:
                found |= {TOPIC_SLOT: AGAIN, ASKED_SLOT: turn.text}
                return
        elif topic:
            found[TOPIC_SLOT] = topic
        product = reference.named_product(turn, session)
        if product is None and self.asked(turn) and turn.intent in ANSWERS:
            product = catalogue.resolve(session, turn.text)
        elif product is None and topic and (talked_about := turn.slots.get(PRODUCT_SLOT)):
            product = catalogue.resolve(session, str(talked_about))
        if product is not None:
            found[ASKED_SLOT] = product.id

    def _goes_on(self, turn: Turn, session: Session) -> bool:
        return turn.begins(self.form) and goes_on(turn, session) and last_request(turn) is not None


class ActionAskAgain(GuardedAction):
    """Ask the last request again of what the message names."""

    action_name = "action_ask_again"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        events = ask_again(turn, session)
        if not events:
            turn.say("utter_inform")
        return events


class ActionStock(GuardedAction):
    """Tell whether a product is at hand, by variant where it has several."""

    action_name = "action_stock"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        product = asked_product(turn, session)
        at_hand = catalogue.in_stock(product)
        values: dict[str, Any] = {"product": catalogue.title(product, turn.language)}
        if at_hand is None:
            turn.say("utter_stock_unknown", **values)
        elif not at_hand:
            turn.say("utter_out_of_stock", **values)
        else:
            turn.say("utter_in_stock", stock=_stock(turn, product), **values)
        turn.show(cards.products([cards.product(turn.texts, product)]))
        return answered(product)


class ActionPrice(GuardedAction):
    """Tell what a product costs."""

    action_name = "action_price"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        product = asked_product(turn, session)
        variant = catalogue.variant_for(product, turn.entity("code") or product.id)
        turn.say(
            "utter_price",
            product=catalogue.title(product, turn.language),
            price=turn.texts.money(variant.list_price, variant.currency),
            sku=variant.sku,
        )
        turn.show(cards.products([cards.product(turn.texts, product)]))
        return answered(product)


class ActionProductDetails(GuardedAction):
    """Tell what the shop knows of a product."""

    action_name = "action_product_details"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        product = asked_product(turn, session)
        description = catalogue.description(product, turn.language)
        title = catalogue.title(product, turn.language)
        if description:
            turn.say("utter_product_details", product=title, description=description)
        else:
            turn.say("utter_no_details", product=title)
        turn.show(cards.products([cards.product(turn.texts, product)]))
        return answered(product)


def asked_product(turn: Turn, session: Session) -> Product:
    """Return the product that the product form has settled on.

    Raises:
        MissingProduct: the form has not run.
    """
    product_id = turn.slots.get(ASKED_SLOT)
    if not product_id:
        raise MissingProduct
    return catalogue.resolve(session, str(product_id))


def answered(product: Product) -> list[EventType]:
    """Return the events that end a question about `product`: it is remembered."""
    return [reference.remember(product)]


def _stock(turn: Turn, product: Product) -> str:
    parts = []
    for variant in product.variants:
        count = turn.texts.number(variant.stock or 0)
        named = catalogue.options(variant)
        parts.append(f"{named}: {count}" if named else count)
    return "; ".join(parts)
