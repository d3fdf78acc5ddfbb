"""What people say in their own words: what is wrong, what they think."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import phrases
from actions.questions.base import Answers, Question, choice, choice_button, known
from actions.turn import AMBIGUOUS, ANSWERS, Turn
from actions.wording import leaves, words

COMPLAINT_SLOT: Final = "complaint_text"
RATING_SLOT: Final = "review_rating"
REVIEW_SLOT: Final = "review_text"
MORE: Final = frozenset({*ANSWERS, AMBIGUOUS, "complaint", "out_of_scope"})
"What a sentence may be understood as that adds to a complaint."
NEWSLETTER_SLOT: Final = "newsletter"
WORDS_OF_A_COMPLAINT: Final = 4
"With fewer, a first message says that there is a complaint, not what it is about."
_ANNOUNCES: Final = re.compile(
    r"""\b(?:i|i'd|i'm|we|would|like|want|wish|need|have|to|can|could|may|make|file|raise|lodge|log|open|a|an
        |the|my|this|about|regarding|with|for|of|on|from|formal|official|complain|complaint|complaints
        |complaining|order|please|pls|hi|hello|customer|client)\b
      | 我们?|想|要|需要|帮|投诉|客诉|对|关于|订单|一下|一个|的|请|你们|客户|这个|那个""",
    re.I | re.X,
)
"Words that say that there is a complaint."
_STARS: Final = re.compile(
    r"\b([1-5])\s*(?:stars?|out of (?:5|five)|/\s*5)|\b(one|two|three|four|five)\s*stars?"
    r"|([1-5一二两三四五])\s*[颗顆]?星|打\s*([1-5])\s*分|([1-5])\s*分",
    re.I,
)
VALUES: Final = {
    **{str(value): value for value in range(1, 6)},
    **dict(zip(("one", "two", "three", "four", "five"), range(1, 6), strict=True)),
    **dict(zip("一二三四五", range(1, 6), strict=True)),
    "两": 2,
}
_SKIP: Final = re.compile(
    r"^\W*(?:no|none|nothing|nope|skip|that's all|no text|without)\b.{0,20}$"
    r"|^\W*(?:不用|不了|没有|跳过|不写|算了|不想).{0,6}$",
    re.I,
)


def skips(text: str) -> bool:
    """Return whether the text says that there is nothing to say: "no", "skip", 不用."""
    return bool(_SKIP.match(text))


class ComplaintText(Question):
    """What went wrong; a first message that says it at length is taken as it is."""

    slot = COMPLAINT_SLOT

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        said = known(turn, found).get(self.slot)
        if asked or (said is None and self._long(turn)):
            found[self.slot] = turn.text
        elif said is not None and self._goes_on(turn):
            found[self.slot] = f"{said} {turn.text}"

    def recognises(self, turn: Turn, session: Session) -> bool:
        return True

    def overrules(self, turn: Turn, session: Session) -> bool:
        return self._long(turn) and not leaves(turn.text)

    def volunteered(self, turn: Turn, session: Session) -> bool:
        return turn.slots.get(self.slot) is not None and self._goes_on(turn)

    def _long(self, turn: Turn) -> bool:
        return words(_ANNOUNCES.sub(" ", turn.rest)) >= WORDS_OF_A_COMPLAINT

    def _goes_on(self, turn: Turn) -> bool:
        """Return whether the message says more of what went wrong, where a yes was expected."""
        return turn.intent in MORE and self._long(turn)


class Rating(Question):
    """From one star to five."""

    slot = RATING_SLOT

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        match = _STARS.search(turn.text)
        said = next((one for one in match.groups() if one), None) if match else None
        if said is None and asked:
            said = choice(turn) or turn.entity("number") or turn.text.strip()
        if said is not None and said.lower() in VALUES:
            found[self.slot] = VALUES[said.lower()]

    def ask(self, turn: Turn, session: Session) -> None:
        turn.say(
            "utter_ask_review_rating",
            buttons=[
                choice_button(turn, "utter_button_stars", str(stars), stars="★" * stars)
                for stars in range(1, 6)
            ],
        )


class ReviewText(Question):
    """A few words to go with the stars, or none."""

    slot = REVIEW_SLOT
    greedy = True

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if asked:
            found[self.slot] = "" if choice(turn) or skips(turn.text) else turn.text

    def recognises(self, turn: Turn, session: Session) -> bool:
        return True

    def ask(self, turn: Turn, session: Session) -> None:
        turn.say(
            "utter_ask_review_text", buttons=[choice_button(turn, "utter_button_skip", "skip")]
        )


class Subscription(Question):
    """Whether the newsletter is wanted."""

    slot = NEWSLETTER_SLOT

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        return True

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        said = (choice(turn) if asked else None) or phrases.said("newsletter", turn.text)
        if said in ("subscribed", "unsubscribed"):
            found[self.slot] = said

    def ask(self, turn: Turn, session: Session) -> None:
        turn.say(
            "utter_ask_newsletter",
            buttons=[
                choice_button(turn, f"utter_button_{one}", one)
                for one in ("subscribed", "unsubscribed")
            ],
        )
