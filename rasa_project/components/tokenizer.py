"""Words of messages in English, Chinese or both, with their exact place in the text."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Any

import jieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.base import package_digest
from rasa_project.components.text import HAN, normalise

_LETTER = rf"[^\W_{HAN}]"
_WORD = re.compile(
    rf"""
    (?P<email>[A-Za-z0-9._%+-]{{1,64}}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)
    |(?P<han>[{HAN}]+)
    |(?P<number>\d+(?:[.,]\d+)+(?!{_LETTER}))
    |(?P<word>{_LETTER}+(?:[-_'&]{_LETTER}+)*)
    """,
    re.VERBOSE,
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class BilingualTokenizer(Tokenizer):
    """Splits Chinese by jieba's dictionary, everything else by rule.

    Words with hyphens or apostrophes, numbers, product codes and e-mail addresses stay whole;
    punctuation and emoji are dropped, so a message may have no token at all. A token's text has
    full-width characters in their usual form; its `start` and `end` are places in the message.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        # Now, so that the first Chinese message does not wait for the dictionary.
        _chinese_words()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return what Rasa's `Tokenizer` asks for: names of intents stay whole."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_"}

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages whose versions the tokens depend on."""
        return ["jieba"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """See `Component.fingerprint_addon`."""
        return package_digest()

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of one of the message's texts, in their order."""
        text = normalise(message.get(attribute))
        return [
            Token(text[start:end], start)
            for match in _WORD.finditer(text)
            for start, end in _parts(match)
        ]


def _parts(match: re.Match[str]) -> list[tuple[int, int]]:
    if match.lastgroup != "han":
        return [match.span()]
    start = match.start()
    spans = []
    for word in _chinese_words().cut(match.group()):
        spans.append((start, start + len(word)))
        start += len(word)
    return spans


@cache
def _chinese_words() -> jieba.Tokenizer:
    """Return jieba's tokenizer with its dictionary read, once in a process.

    Read straight from the package: left to itself jieba keeps a copy in the shared temporary
    folder, where another user of the machine could put one of their own.
    """
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
