"""Going on in the other language."""

from __future__ import annotations

import re
from typing import Any, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions.again import revive
from actions.base import GuardedAction
from actions.history import last_request
from actions.turn import Reply, Turn
from analytics.store.models import LANGUAGES

LANGUAGE_SLOT: Final = "language"
NAMES: Final = {
    "en": re.compile(r"english|英文|英语|英語", re.I),
    "zh": re.compile(r"chinese|mandarin|中文|汉语|漢語|华语|華語|普通话|普通話|国语|國語", re.I),
}
"What each language is called, in either."


class ActionChangeLanguage(GuardedAction):
    """Go on in the language asked for, whichever one it was asked in.

    A form asks its question again by itself. Else the last answer is given again, if that writes
    nothing into the shop's records.
    """

    action_name = "action_change_language"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        language = asked_for(turn)
        changed = SlotSet(LANGUAGE_SLOT, language)
        last = last_request(turn)
        if turn.form:
            return [changed]
        if last and last.action not in _writing(GuardedAction):
            return [changed, *revive(turn, last)]
        # Said as a text, since Rasa takes responses by the language that the slot had before.
        turn.replies.append(Reply(text=turn.texts_in(language).get("utter_language_changed")))
        return [changed]


def _writing(kind: Any) -> set[str]:
    """Return the names of all actions of this class, an abstract one too, that write."""
    found = {one for sub in kind.__subclasses__() for one in _writing(sub)}
    named = kind.__dict__.get("action_name")
    return found | {named} if kind.writes and named else found


def asked_for(turn: Turn) -> str:
    """Return the language that the message names, else the one that it is not written in."""
    named = [language for language, name in NAMES.items() if name.search(turn.text)]
    if len(named) == 1:
        return named[0]
    return next(one for one in LANGUAGES if one != turn.language)
