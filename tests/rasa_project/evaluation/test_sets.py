"""Reading and splitting the sets."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from analytics.errors import InvalidFile
from rasa_project.evaluation import sets
from rasa_project.evaluation.sets import Example, Requests

MANY = [Example(f"{intent} {at}", intent) for intent in "abc" for at in range(40)]


def test_held_back_sentences_have_the_intent_of_their_topic(tmp_path: Path) -> None:
    text = "track_order: [where is it]\nsmalltalk/joke: [a joke]\n"
    (tmp_path / "held_back.en.yml").write_text(text)
    assert sets.held_back("en", tmp_path) == [
        Example("where is it", "track_order"),
        Example("a joke", "smalltalk"),
    ]


def test_messages_with_several_requests(tmp_path: Path) -> None:
    text = (
        "several_requests: [{text: a b, intents: [a, b]}]\none_request: [{text: a, intents: [a]}]"
    )
    (tmp_path / "several_requests.yml").write_text(text)
    assert sets.several_requests(tmp_path) == [Requests("a b", ("a", "b")), Requests("a", ("a",))]


@pytest.mark.parametrize("text", ["[a, b]", "a: {b: c}", "a: [1, 2]", "a: [", ""])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "held_back.en.yml").write_text(text)
    with pytest.raises(InvalidFile, match=r"held_back\.en\.yml"):
        sets.held_back("en", tmp_path)


@pytest.mark.parametrize("text", ["a: [{text: b}]", "a: [b]", "a: 3"])
def test_messages_without_text_or_intents_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "several_requests.yml").write_text(text)
    with pytest.raises(InvalidFile, match="text and intents"):
        sets.several_requests(tmp_path)


def test_a_public_set_is_read_where_it_is(tmp_path: Path) -> None:
    assert sets.bitext(tmp_path) is None
    path = tmp_path / sets.BITEXT
    path.parent.mkdir()
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write('flags,utterance,intent\nB,"where, please",track_order\n')
    assert sets.bitext(tmp_path) == [Example("where, please", "track_order")]


def test_a_public_set_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / sets.BANKING77
    path.parent.mkdir()
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("text,label\na,b\n")
    with pytest.raises(InvalidFile, match="'category'"):
        sets.banking(tmp_path)


def test_a_fifth_is_held_back_and_nothing_is_lost() -> None:
    split = sets.split(MANY, seed=1)
    assert len(split.test) == len(MANY) // 5
    assert sorted(one.text for one in split.train + split.test) == sorted(one.text for one in MANY)


def test_a_few_shots_are_the_first_of_the_same_rest() -> None:
    split, few = sets.split(MANY, seed=1), sets.split(MANY, seed=1, shots=10)
    assert few.test == split.test
    assert Counter(one.intent for one in few.train) == dict.fromkeys("abc", 10)
    of_a = [one for one in split.train if one.intent == "a"]
    assert [one for one in few.train if one.intent == "a"] == of_a[:10]


def test_another_seed_holds_others_back() -> None:
    assert sets.split(MANY, seed=1) == sets.split(MANY, seed=1)
    assert sets.split(MANY, seed=1).test != sets.split(MANY, seed=2).test


@pytest.mark.parametrize("language", sets.LANGUAGES)
def test_our_own_sets_can_be_read(language: str) -> None:
    assert len({one.intent for one in sets.held_back(language)}) > 27
    assert len(sets.out_of_scope(language)) >= 150
    assert {len(one.intents) for one in sets.several_requests()} == {1, 2}
