"""Going on in the other language."""

from __future__ import annotations

import re
from typing import Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions.base import GuardedAction
from actions.turn import Turn

LANGUAGE_SLOT: Final = "language"
NAMES: Final = {
    "en": re.compile(r"english|英文|英语|英語", re.I),
    "zh": re.compile(r"chinese|mandarin|中文|汉语|漢語|华语|華語|普通话|普通話|国语|國語", re.I),
}
"What each language is called, in either."


class ActionChangeLanguage(GuardedAction):
    """Go on in the language asked for, whichever one it was asked in."""

    action_name = "action_change_language"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        named = [language for language, name in NAMES.items() if name.search(turn.text)]
        language = named[0] if named else turn.language
        turn.say("utter_language_changed")
        return [SlotSet(LANGUAGE_SLOT, language)]
