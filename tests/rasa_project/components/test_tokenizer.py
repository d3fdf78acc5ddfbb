"""Words of messages and their places."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.text import normalise
from rasa_project.components.tokenizer import BilingualTokenizer, _chinese_words


@pytest.fixture(scope="module")
def tokenizer() -> BilingualTokenizer:
    return BilingualTokenizer(BilingualTokenizer.get_default_config())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Where's my order?", ["Where's", "my", "order"]),
        ("don’t re-order e-mail", ["don't", "re-order", "e-mail"]),
        ("LAMP-012-RED, 85123A; 1,500.50 pcs", ["LAMP-012-RED", "85123A", "1,500.50", "pcs"]),
        ("mail anna.b+x@mail.example.com!", ["mail", "anna.b+x@mail.example.com"]),
        ("我的订单SC100234到哪里了？", ["我", "的", "订单", "SC100234", "到", "哪里", "了"]),
        ("８５１２３Ａ　多少钱", ["85123A", "多少", "钱"]),
        ("我要T恤", ["我要", "T", "恤"]),
        ("café für 2", ["café", "für", "2"]),
        ("", []),
        ("😀👍🏽 !?…", []),
    ],
)
def test_splits(tokenizer: BilingualTokenizer, text: str, words: list[str]) -> None:
    tokens = tokenizer.tokenize(Message({"text": text}), "text")
    assert [token.text for token in tokens] == words
    assert [normalise(text)[token.start : token.end] for token in tokens] == words


def test_no_chinese_character_is_lost(tokenizer: BilingualTokenizer) -> None:
    # Rare characters too, which are in no dictionary.
    text = "𠮷野家〇々㐀我想退货這個紅色的陶瓷馬克杯"
    tokens = tokenizer.tokenize(Message({"text": text}), "text")
    assert "".join(token.text for token in tokens) == text


def test_a_message_without_words_passes(tokenizer: BilingualTokenizer) -> None:
    (message,) = tokenizer.process([Message({"text": "😀"})])
    assert message.get("text_tokens") == []


def test_the_dictionary_is_read_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    words = _chinese_words.__wrapped__()
    assert list(words.cut("我想退货")) == ["我", "想", "退货"]
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
