"""The shop's own training sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.errors import InvalidFile, InvalidInput
from analytics.learning.sentences import add_sentences, intents, read


def test_sentences_are_kept_by_intent_and_language(tmp_path: Path) -> None:
    add_sentences(tmp_path, "warranty", {"en": ["is it guaranteed", "- odd"], "zh": ["保多久"]})
    add_sentences(tmp_path, "ask_faq", {"en": ["who are you"], "zh": []})
    files = add_sentences(tmp_path, "warranty", {"en": ["is it guaranteed", "for how long"]})
    assert files == [tmp_path / "nlu.en.yml"]
    assert read(files[0]) == {
        "ask_faq": ["who are you"],
        "warranty": ["is it guaranteed", "- odd", "for how long"],
    }
    assert read(tmp_path / "nlu.zh.yml") == {"warranty": ["保多久"]}


def test_nothing_is_read_as_an_annotation(tmp_path: Path) -> None:
    (path,) = add_sentences(tmp_path, "ask_faq", {"en": ["mail [email](x) to\n[name]{a}"]})
    assert read(path) == {"ask_faq": ["mail email x to name a"]}


def test_unknown_intent_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="ask_faq"):
        add_sentences(tmp_path, "nonsense", {"en": ["x"]})
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "nlu.en.yml"
    path.write_text("nlu: 3", encoding="utf-8")
    with pytest.raises(InvalidFile, match="nlu"):
        add_sentences(tmp_path, "ask_faq", {"en": ["x"]})
    assert path.read_text(encoding="utf-8") == "nlu: 3"


def test_intents_are_those_of_the_domain() -> None:
    assert {"track_order", "warranty", "smalltalk", "out_of_scope"} <= set(intents())
    assert "nlu_fallback" not in intents()
