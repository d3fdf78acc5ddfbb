"""What people say in their own words: what is wrong, what they think."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import phrases
from actions.questions.base import Answers, Question, choice, choice_button, known
from actions.turn import Turn

COMPLAINT_SLOT: Final = "complaint_text"
RATING_SLOT: Final = "review_rating"
REVIEW_SLOT: Final = "review_text"
NEWSLETTER_SLOT: Final = "newsletter"
WORDS_OF_A_COMPLAINT: Final = 6
"With fewer, a first message says that there is a complaint, not what it is about."
_STARS: Final = re.compile(
    r"\b([1-5])\s*(?:stars?|out of (?:5|five)|/\s*5)|\b(one|two|three|four|five)\s*stars?"
    r"|([1-5一二两三四五])\s*[颗顆]?星|打\s*([1-5])\s*分|([1-5])\s*分",
    re.I,
)
_VALUES: Final = {
    **{str(value): value for value in range(1, 6)},
    **dict(zip(("one", "two", "three", "four", "five"), range(1, 6), strict=True)),
    **dict(zip("一二三四五", range(1, 6), strict=True)),
    "两": 2,
}
_SKIP: Final = re.compile(
    r"^\W*(?:no|none|nothing|nope|skip|that's all|no text|without)\b.{0,20}$"
    r"|^\W*(?:不用|没有|跳过|不写|算了).{0,6}$",
    re.I,
)


class ComplaintText(Question):
    """What went wrong; a first message that says it at length is taken as it is."""

    slot = COMPLAINT_SLOT
    greedy = True

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        long = len(re.findall(r"[A-Za-z']+|[\u4e00-\u9fff]", turn.rest)) >= WORDS_OF_A_COMPLAINT
        if asked or (long and known(turn, found).get(self.slot) is None):
            found[self.slot] = turn.text

    def recognises(self, turn: Turn, session: Session) -> bool:
        return True


class Rating(Question):
    """From one star to five."""

    slot = RATING_SLOT

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        match = _STARS.search(turn.text)
        said = next((one for one in match.groups() if one), None) if match else None
        if said is None and asked:
            said = choice(turn) or turn.entity("number") or turn.text.strip()
        if said is not None and said.lower() in _VALUES:
            found[self.slot] = _VALUES[said.lower()]

    def ask(self, turn: Turn, session: Session) -> None:
        turn.say(
            "utter_ask_review_rating",
            buttons=[
                choice_button(turn, "utter_button_stars", str(stars), stars="★" * stars)
                for stars in range(5, 0, -1)
            ],
        )


class ReviewText(Question):
    """A few words to go with the stars, or none."""

    slot = REVIEW_SLOT
    greedy = True

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if asked:
            found[self.slot] = "" if choice(turn) or _SKIP.match(turn.text) else turn.text

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
