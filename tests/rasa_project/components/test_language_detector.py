"""The language of messages."""

from __future__ import annotations

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.language_detector import LanguageDetector
from rasa_project.components.tokenizer import BilingualTokenizer
from tests.rasa_project.components.graph import untrained


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hi", "en"),
        ("Where is my order SC100234?", "en"),
        ("café crème", "en"),
        ("我的订单到哪里了", "zh"),
        ("請問運費多少錢", "zh"),
        ("嗯", "zh"),
        # Names and codes in Latin letters leave a Chinese sentence Chinese.
        ("给我报价2000个85123A", "zh"),
        ("我要买 iPhone 15 Pro Max", "zh"),
        ("我要 set of 6 spice tins pantry design", "zh"),
        ("ok 谢谢", "zh"),
        # A Chinese word leaves an English sentence English.
        ("where is my 快递", "en"),
        ("what does 你好 mean", "en"),
        # These are in no language.
        ("", None),
        ("😀👍", None),
        ("536365", None),
        ("200 x 85123A", None),
        ("LAMP-012-RED", None),
        ("anna@example.com", None),
        ("ok", None),
        ("50 GBP", None),
        ("Привет", None),
    ],
)
def test_detects(text: str, language: str | None) -> None:
    tokenizer = BilingualTokenizer(BilingualTokenizer.get_default_config())
    (message,) = untrained(LanguageDetector).process(tokenizer.process([Message({"text": text})]))
    expected = {
        "entity": "language",
        "value": language,
        "start": 0,
        "end": len(text),
        "extractor": "LanguageDetector",
    }
    assert message.get("entities", []) == ([expected] if language else [])
