"""How satisfied somebody is with the conversation, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from actions.calling import person_button
from actions.questions.base import Answers, Question, choice, choice_button
from actions.questions.words import VALUES, skips
from actions.turn import AMBIGUOUS, ANSWERS, Turn
from actions.wording import asks, stops, words

SCORE_SLOT: Final = "csat_score"
REASON_SLOT: Final = "csat_reason"
ABOUT_SLOT: Final = "csat_about"
"After what the question was asked; set once, it is never asked again."
SCALE: Final = 5
DECLINED: Final = 0
LOW: Final = 2
"A score as low as this deserves more than thanks."
SKIP: Final = "skip"
WORDS_BESIDE: Final = 2
"More words beside a mere number, and the message is about something else."
WORDS_BESIDE_UNIT: Final = 6
REMARKS: Final = frozenset(
    {*ANSWERS, AMBIGUOUS, "complaint", "review", "out_of_scope", "smalltalk", "correct"}
)
"What a reason in one's own words may be understood as."
NOES: Final = frozenset({*ANSWERS, AMBIGUOUS, "deny", "stop"})
"What a no may be understood as, and a few words of blame."
_SCORE: Final = re.compile(
    r"""(?<![\w.])(\d+|one|two|three|four|five)(?![\w.]*\d)
          (?P<unit>\s*(?:stars?|points?|/\s*5|out\s+of\s+(?:5|five)))?\b
      | (?<![\d.])(\d+|[一二两三四五])\s*(?P<chinese>[颗顆]?星|分(?![钟鐘]))
      | ^\W*([一二两三四五])\W*$""",
    re.I | re.X,
)


def said_score(text: str) -> str | None:
    """Return the number that a message gives as a score, whether or not it does, or None."""
    match = _SCORE.search(text)
    if match is None or asks(text):
        return None
    most = WORDS_BESIDE_UNIT if match["unit"] or match["chinese"] else WORDS_BESIDE
    if words(text[: match.start()] + text[match.end() :]) > most:
        return None
    return next(one for one in (match[1], match[3], match[5]) if one).lower()


class Score(Question):
    """From 1, not at all, to 5, very; who doesn't want to say is not asked again."""

    slot = SCORE_SLOT

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if not asked:
            return
        if declines(turn):
            found[self.slot] = DECLINED
        elif (said := choice(turn) or said_score(turn.text)) in VALUES:
            found[self.slot] = VALUES[str(said)]

    def recognises(self, turn: Turn, session: Session) -> bool:
        # A number that is no score is one all the same: it is told what is.
        return declines(turn) or bool(choice(turn) or said_score(turn.text))

    def ask(self, turn: Turn, session: Session) -> None:
        about = str(turn.slots.get(ABOUT_SLOT))
        stars = [
            choice_button(turn, "utter_button_stars", str(score), stars="★" * score)
            for score in range(1, SCALE + 1)
        ]
        skip = choice_button(turn, "utter_button_csat_skip", SKIP)
        turn.show({"type": "csat", "scale": SCALE, "about": about})
        turn.say("utter_ask_csat_score", buttons=[*stars, skip])


class ScoreReason(Question):
    """Why, in one's own words, or nothing."""

    slot = REASON_SLOT
    greedy = True

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        return bool(answers.get(SCORE_SLOT))

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        if asked:
            found[self.slot] = "" if declines(turn) else turn.text

    def recognises(self, turn: Turn, session: Session) -> bool:
        remark = turn.intent in REMARKS or (turn.intent in NOES and not stops(turn.text))
        return declines(turn) or (remark and not asks(turn.text))

    def ask(self, turn: Turn, session: Session) -> None:
        skip = choice_button(turn, "utter_button_skip", SKIP)
        if turn.slots[SCORE_SLOT] <= LOW:
            turn.say("utter_ask_csat_reason_low", buttons=[person_button(turn), skip])
        else:
            turn.say("utter_ask_csat_reason", buttons=[skip])


def declines(turn: Turn) -> bool:
    """Return whether the message says that its speaker would rather not answer."""
    if choice(turn) is not None:
        return choice(turn) == SKIP
    return turn.intent in NOES and skips(turn.text)
