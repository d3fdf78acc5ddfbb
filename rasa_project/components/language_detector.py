"""Which language a message is in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.base import Component
from rasa_project.components.text import count_han

# Two letters or more of the Latin script; no digit, so no product code.
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f](?:['&_-]?[A-Za-z\u00c0-\u024f])+")
# Words of no language: who writes in Chinese writes them too.
_NEUTRAL = frozenset(
    ["ok", "okay", "pcs", "usd", "gbp", "eur", "cny", "rmb", "sku", "id", "vip", "app", "email"]
)
# Words that make a sentence English, and do not stand in names of products.
_ENGLISH = frozenset(
    [
        *("you", "we", "my", "your", "is", "are", "was", "do", "does", "did", "can", "could"),
        *("what", "where", "when", "how", "which", "who", "why", "please", "want", "need", "have"),
    ]
)


def detect(words: Sequence[str]) -> str | None:
    """Return "zh", "en", or None where the words tell nothing: numbers, codes, e-mails, "ok".

    Any Han character makes a message Chinese, however many product or brand names in Latin letters
    stand beside it. The exception is an English sentence that quotes some Chinese ("where is my
    快递"): at least as many Latin words as Han characters, and one of them such as only an English
    sentence has.
    """
    han = sum(map(count_han, words))
    latin = [
        word.lower()
        for word in words
        if _LATIN_WORD.fullmatch(word) and word.lower() not in _NEUTRAL
    ]
    if han and not (len(latin) >= han and not _ENGLISH.isdisjoint(latin)):
        return "zh"
    return "en" if latin else None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(Component):
    """Adds the entity `language`, "en" or "zh", over the whole message.

    Where nothing can be told it adds none, and the slot `language` keeps what it holds.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before in the pipeline."""
        return [Tokenizer]

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entity to each message."""
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT]) or []
            language = detect([token.text for token in tokens])
            if language:
                entity = {
                    "entity": "language",
                    "value": language,
                    "start": 0,
                    "end": len(message.get(TEXT)),
                    "extractor": type(self).__name__,
                }
                entities = [*message.get(ENTITIES, []), entity]
                message.set(ENTITIES, entities, add_to_output=True)
        return messages
