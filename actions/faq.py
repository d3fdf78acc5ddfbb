"""Questions about the shop, answered from its articles; and what to say when nothing fits."""

from __future__ import annotations

from typing import ClassVar, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.turn import Turn
from analytics.faq import Article

MISSES_SLOT: Final = "misses"
OFFER_SLOT: Final = "offered"
PERSON: Final = "person"
MISSES_BEFORE_OFFER: Final = 2


class ActionAnswerFaq(GuardedAction):
    """Answer from the article for the intent, or from the one nearest in meaning.

    Attributes:
        no_answer: what to say where no article is near enough.
    """

    action_name = "action_answer_faq"
    no_answer: ClassVar[str] = "utter_no_article"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        article = turn.services.faq.answer(turn.text, turn.language, turn.intent)
        if article is None:
            return miss(turn, self.no_answer)
        say_article(turn, article)
        return [SlotSet(MISSES_SLOT, 0), SlotSet(OFFER_SLOT, None)]


class ActionFallback(ActionAnswerFaq):
    """What was not understood is tried as a question to the articles before giving up."""

    action_name = "action_fallback"
    no_answer = "utter_not_understood"


class ActionOutOfScope(GuardedAction):
    """Say honestly that this is none of the assistant's business, and offer a person."""

    action_name = "action_out_of_scope"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        turn.say("utter_out_of_scope", buttons=[person_button(turn)])
        return [SlotSet(OFFER_SLOT, PERSON)]


def person_button(turn: Turn) -> dict[str, str]:
    """Return the button that calls a person."""
    return turn.button("utter_button_person", "/contact_human_agent")


def miss(turn: Turn, response: str) -> list[EventType]:
    """Say that this was not understood; the second time in a row, offer a person."""
    misses = int(turn.slots.get(MISSES_SLOT) or 0) + 1
    if misses < MISSES_BEFORE_OFFER:
        turn.say(response)
        return [SlotSet(MISSES_SLOT, misses)]
    turn.say("utter_offer_person", buttons=[person_button(turn)])
    return [SlotSet(MISSES_SLOT, misses), SlotSet(OFFER_SLOT, PERSON)]


def say_article(turn: Turn, article: Article) -> None:
    """Answer with an article, in the language of the message."""
    turn.say("utter_article", answer=article.answer.of(turn.language))
