"""Questions about the shop, answered from its articles; and what to say when nothing fits."""

from __future__ import annotations

import calendar
from datetime import date
from typing import ClassVar, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions import identity, reference
from actions.base import GuardedAction
from actions.calling import OFFER_SLOT
from actions.misses import miss
from actions.turn import Turn
from analytics.faq import Article
from analytics.store import catalogue, orders
from analytics.store.matching import named
from analytics.store.models import Order, OrderLine

LOOKED_AT: Final = 20
"Newest orders in which a product is looked for."


class ActionAnswerFaq(GuardedAction):
    """Answer from the article for the intent, or from the one nearest in meaning.

    Attributes:
        no_answer: what to say where no article is near enough.
    """

    action_name = "action_answer_faq"
    no_answer: ClassVar[str] = "utter_no_article"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        found = turn.services.faq.answer(turn.text, turn.language, turn.intent)
        if found.article is None:
            return miss(turn, self.no_answer)
        say_article(turn, found.article)
        return [SlotSet(OFFER_SLOT, None)]


class ActionFallback(ActionAnswerFaq):
    """What was not understood is tried as a question to the articles before giving up."""

    action_name = "action_fallback"
    no_answer = "utter_not_understood"


class ActionOutOfScope(ActionAnswerFaq):
    """Say honestly that this is none of the assistant's business, if no article knows better.

    It counts as a miss: who is sent away a second time wants a person, whatever the reason.
    """

    action_name = "action_out_of_scope"
    no_answer = "utter_out_of_scope"


class ActionWarranty(ActionAnswerFaq):
    """Until when a product that was bought is under warranty; else how it is in general."""

    action_name = "action_warranty"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        order, line = _bought(turn, session) or (None, None)
        delivered = orders.delivered_at(order) if order else None
        if order is None or line is None or delivered is None:
            return super().act(turn, session)
        product = line.variant.product
        policy = turn.services.service_desk.policy.warranty
        until = after_months(delivered.date(), policy.of(product.category_id))
        over = until < turn.services.now().date()
        turn.say(
            "utter_warranty_over" if over else "utter_warranty",
            product=catalogue.title(product, turn.language),
            order_number=order.id,
            until=turn.texts.date(until),
        )
        return [SlotSet(OFFER_SLOT, None)]


def _bought(turn: Turn, session: Session) -> tuple[Order, OrderLine] | None:
    """Return the newest purchase of what the message names, if the customer has bought it."""
    buyer = reference.named_customer(turn, session)
    if buyer is None and identity.proves_account(turn):
        buyer = identity.actor(turn, session).customer_id
    if buyer is None:
        return None
    product = catalogue.mentioned(session, turn.wanted)
    placed = orders.with_product(session, buyer, product.id) if product else []
    placed = placed or orders.of_customer(session, buyer, limit=LOOKED_AT)
    lines = {f"{order.id} {line.number}": (order, line) for order in placed for line in order.lines}
    names = {
        key: [line.variant.product.title_en, line.variant.product.title_zh]
        for key, (_, line) in lines.items()
    }
    keys = named(session, turn.wanted, names)
    products = {lines[key][1].variant.product_id for key in keys}
    return lines[keys[0]] if len(products) == 1 else None


def after_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def say_article(turn: Turn, article: Article) -> None:
    """Answer with an article and cite it; say so where it is only in the other language."""
    language = article.told_in(turn.language)
    if language != turn.language:
        turn.say(f"utter_article_only_{language}")
    turn.say(
        "utter_article_with_link" if article.url else "utter_article",
        answer=article.answer.of(language),
        title=article.question.of(language),
        url=article.url,
    )
