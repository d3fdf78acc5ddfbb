"""The shop's FAQ file, edited without losing what people wrote in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import InvalidFile, InvalidInput
from analytics.faq import load_articles
from analytics.faq.articles import LOADER
from analytics.learning.articles import add_article, add_wordings

FILE = """\
# Our own answers; ask Li before you change them.
- id: gift-wrapping   # since May
  intents: []
  question:
    en: Do you wrap gifts?
    zh: 可以礼品包装吗？
  also:
    en:
      - gift wrap   # asked most
    # Chinese to come.
  answer:
    en: >-
      Yes, for two
      pounds.
    zh: 可以。

- id: flow
  intents: [warranty]
  question: {en: How long?, zh: 多久？}
  also: {en: [a while]}
  answer: {en: Two years., zh: 两年。}

- id: bare
  intents: []
  question:
    en: Where are you?
    zh: 你们在哪？
  answer: {en: Here., zh: 这里。}
# The end.
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "policies" / "faq.yml"
    made.parent.mkdir()
    made.write_text(FILE, encoding="utf-8")
    return made


@pytest.mark.parametrize("article", ["gift-wrapping", "flow", "bare"])
def test_wordings_are_added_and_all_else_stays(path: Path, article: str) -> None:
    add_wordings(path, article, {"en": ["one: #1", "gift wrap"], "zh": ["一个“问题”"]})
    before = yaml.load(FILE, LOADER)
    after = yaml.load(path.read_text(encoding="utf-8"), LOADER)
    (old,) = (one for one in before if one["id"] == article)
    (new,) = (one for one in after if one["id"] == article)
    assert "one: #1" in new["also"]["en"]
    assert len(new["also"]["en"]) == len(set(new["also"]["en"]))
    assert new["also"].pop("zh") == ["一个“问题”"]
    assert [one for one in after if one["id"] != article] == [
        one for one in before if one["id"] != article
    ]
    assert {**new, "also": None} == {**old, "also": None}


def test_comments_stay(path: Path) -> None:
    add_wordings(path, "gift-wrapping", {"en": ["do you gift wrap"]})
    text = path.read_text(encoding="utf-8")
    added = '      - "do you gift wrap"\n'
    assert text == FILE.replace("# asked most\n", "# asked most\n" + added)


def test_twice_changes_nothing(path: Path) -> None:
    add_wordings(path, "bare", {"zh": ["在哪里"]})
    once = path.read_text(encoding="utf-8")
    add_wordings(path, "bare", {"zh": ["在哪里"], "en": ["Where are you?"]})
    assert path.read_text(encoding="utf-8") == once


@given(st.lists(st.text(min_size=1).filter(lambda one: one.strip() == one), max_size=4))
def test_any_wording_is_read_as_it_was(texts: list[str]) -> None:
    import tempfile

    printable = ["".join(c for c in one if c.isprintable()).strip() for one in texts]
    wanted = [one for one in dict.fromkeys(printable) if one]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "faq.yml"
        path.write_text(FILE, encoding="utf-8")
        add_wordings(path, "bare", {"en": wanted})
        (article,) = (one for one in load_articles(path) if one.id == "bare")
    assert list(article.also.en) == [one for one in wanted if one != "Where are you?"]


def test_a_new_article_stands_at_the_end(path: Path) -> None:
    add_article(
        path,
        "engraving",
        {"en": ["can you engrave it?", "engraving"], "zh": ["可以刻字吗"]},
        {"en": "Yes: on metal.", "zh": "可以。"},
    )
    assert path.read_text(encoding="utf-8").startswith(FILE)
    article = load_articles(path)[-1]
    assert (article.id, article.question.en, article.also.en) == (
        "engraving",
        "can you engrave it?",
        ("engraving",),
    )
    assert article.answer.of("zh") == "可以。"


def test_an_answer_in_one_language_keeps_the_questions_of_the_other(path: Path) -> None:
    asked = {"en": ["can you engrave it?"], "zh": ["可以刻字吗", "能刻字吗"]}
    add_article(path, "engraving", asked, {"en": "Yes."})
    article = load_articles(path)[-1]
    assert article.question.languages == ["en"]
    assert article.also.zh == ("可以刻字吗", "能刻字吗")


def test_the_embedded_articles_are_copied_first(tmp_path: Path) -> None:
    path = tmp_path / "policies" / "faq.yml"
    first = load_articles()[0].id
    add_wordings(path, first, {"en": ["something quite new"]})
    assert "something quite new" in load_articles(path)[0].also.en
    assert len(load_articles(path)) == len(load_articles())
    assert path.read_text(encoding="utf-8").startswith("#")


def test_unknown_and_known_names_are_told(path: Path) -> None:
    with pytest.raises(InvalidInput, match="bare, flow, gift-wrapping"):
        add_wordings(path, "nothing", {"en": ["x"]})
    with pytest.raises(InvalidInput, match="no article has yet"):
        add_article(path, "bare", {"en": ["x"]}, {"en": "y"})
    assert path.read_text(encoding="utf-8") == FILE


def test_an_article_that_lacks_something_is_not_written(path: Path) -> None:
    with pytest.raises(InvalidFile):
        add_article(path, "engraving", {"en": ["x"]}, {"en": "y", "zh": "z"})
    with pytest.raises(InvalidFile):
        add_article(path, "Not A Name", {"en": ["x"]}, {"en": "y"})
    assert path.read_text(encoding="utf-8") == FILE
    assert list(path.parent.iterdir()) == [path]


def test_a_broken_file_stays_as_it_is(path: Path) -> None:
    path.write_text("- id: [", encoding="utf-8")
    with pytest.raises(InvalidFile):
        add_wordings(path, "bare", {"en": ["x"]})
    assert path.read_text(encoding="utf-8") == "- id: ["
