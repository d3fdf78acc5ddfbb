"""Questions about the shop, answered from its articles; and what to say when nothing fits."""

from __future__ import annotations

from typing import ClassVar

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.misses import OFFER_SLOT, miss
from actions.turn import Turn
from analytics.faq import Article


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


def say_article(turn: Turn, article: Article) -> None:
    """Answer with an article, in the language of the message."""
    turn.say("utter_article", answer=article.answer.of(turn.language))
