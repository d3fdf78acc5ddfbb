"""A file that is edited while the assistant runs."""

import logging
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from analytics.errors import InvalidFile
from analytics.faq import Faq, load_articles, serving
from analytics.faq.vectors import Encode

Make = Callable[..., str]
SECONDS = count(1_700_000_000)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, an edit is read before the next answer."""
    monkeypatch.setattr(serving, "PATIENCE", 60)


def _edit(path: Path, text: str) -> None:
    """Write the file with a time of its own, however coarse the file system's clock is."""
    path.write_text(text, encoding="utf-8")
    now = next(SECONDS)
    os.utime(path, (now, now))


def _ids(faq: Faq) -> set[str]:
    return {article.id for article in faq.articles}


def test_an_edit_answers_at_once(tmp_path: Path, encode: Encode, article_yaml: Make) -> None:
    path = tmp_path / "faq.yml"
    _edit(path, article_yaml("museum"))
    faq = Faq(path, encode)
    assert _ids(faq) == {"museum"}
    _edit(path, article_yaml("museum") + article_yaml("library", intents="[store_information]"))
    assert _ids(faq) == {"museum", "library"}
    article = faq.by_intent("store_information")
    assert article is not None
    assert article.id == "library"


def test_a_broken_edit_leaves_the_old_articles_and_names_the_place(
    tmp_path: Path, encode: Encode, article_yaml: Make, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "faq.yml"
    _edit(path, article_yaml("museum"))
    faq = Faq(path, encode)
    _edit(path, article_yaml("museum") + article_yaml("library", colour="red"))
    with caplog.at_level(logging.ERROR):
        assert _ids(faq) == {"museum"}
        assert _ids(faq) == {"museum"}
    (record,) = caplog.records
    assert f"{path}, line 5, article 'library': colour" in record.getMessage()
    _edit(path, article_yaml("library"))
    assert _ids(faq) == {"library"}


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("- id: [library\n", "line 5"),
        ("- id: museum\n  intents: []\n  question: {en: W}\n  answer: {en: H}\n", "line 5"),
        ("- id: library\n  intents: []\n", "line 5"),
        ("  more: {\n", "line 6"),
    ],
    ids=["syntax", "id twice", "fields missing", "half saved"],
)
def test_whatever_broke_the_file_the_old_articles_answer_and_the_log_has_the_line(
    tmp_path: Path,
    encode: Encode,
    article_yaml: Make,
    caplog: pytest.LogCaptureFixture,
    lines: str,
    place: str,
) -> None:
    path = tmp_path / "faq.yml"
    _edit(path, article_yaml("museum"))
    faq = Faq(path, encode)
    _edit(path, article_yaml("museum") + lines)
    with caplog.at_level(logging.ERROR):
        answer = faq.answer("Where is museum?", "en")
    assert answer.article is not None
    assert answer.article.id == "museum"
    (record,) = caplog.records
    assert str(path) in record.getMessage()
    assert place in record.getMessage()


def test_a_file_that_is_made_or_removed_counts_as_an_edit(
    tmp_path: Path, encode: Encode, article_yaml: Make
) -> None:
    path = tmp_path / "faq.yml"
    faq = Faq(path, encode)
    embedded = {article.id for article in load_articles()}
    assert _ids(faq) == embedded
    _edit(path, article_yaml("museum"))
    assert _ids(faq) == {"museum"}
    path.unlink()
    assert _ids(faq) == embedded


def test_an_unchanged_file_is_encoded_once(
    tmp_path: Path, encode: Encode, article_yaml: Make
) -> None:
    calls: list[int] = []

    def counting(texts: list[str]) -> object:
        calls.append(len(texts))
        return encode(texts)

    path = tmp_path / "faq.yml"
    _edit(path, article_yaml("museum"))
    faq = Faq(path, counting)  # type: ignore[arg-type]
    before = len(calls)
    faq.answer("where is museum", "en")
    faq.answer("where is museum", "en")
    assert calls[before:] == [1, 1]


def test_an_edit_encodes_only_what_is_new(
    tmp_path: Path, encode: Encode, article_yaml: Make
) -> None:
    asked: list[str] = []

    def noting(texts: list[str]) -> object:
        asked.extend(texts)
        return encode(texts)

    path, vectors = tmp_path / "faq.yml", tmp_path / "cache" / "faq.npz"
    _edit(path, article_yaml("museum"))
    faq = Faq(path, noting, vectors)  # type: ignore[arg-type]
    asked.clear()
    _edit(path, article_yaml("museum", also="{en: [where is the old museum]}"))
    assert len(faq.articles[0].wordings("en")) == 2
    assert asked == ["where is the old museum"]
    asked.clear()
    Faq(path, noting, vectors)  # type: ignore[arg-type]
    assert asked == []


def test_a_long_edit_does_not_hold_up_the_conversations(
    tmp_path: Path, encode: Encode, article_yaml: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "PATIENCE", 0.01)
    goes_on = Event()

    def slow(texts: list[str]) -> object:
        if "Where is library?" in texts:
            assert goes_on.wait(10)
        return encode(texts)

    path = tmp_path / "faq.yml"
    _edit(path, article_yaml("museum"))
    faq = Faq(path, slow)  # type: ignore[arg-type]
    _edit(path, article_yaml("library"))
    assert _ids(faq) == {"museum"}
    goes_on.set()
    for _ in range(500):
        if _ids(faq) == {"library"}:
            break
        sleep(0.01)
    assert _ids(faq) == {"library"}


def test_a_file_broken_from_the_start_is_refused(tmp_path: Path, encode: Encode) -> None:
    path = tmp_path / "faq.yml"
    path.write_text("not: a list", encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"faq\.yml: found no list"):
        Faq(path, encode)
