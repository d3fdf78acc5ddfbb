"""A file that is edited while the assistant runs."""

import logging
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from analytics.errors import InvalidFile
from analytics.faq import Faq, load_articles
from analytics.faq.index import Encode

Make = Callable[..., str]
SECONDS = count(1_700_000_000)


def _edit(path: Path, text: str) -> None:
    """Write the file with a time of its own, however coarse the file system's clock is."""
    path.write_text(text, encoding="utf-8")
    now = next(SECONDS)
    os.utime(path, (now, now))


def _ids(faq: Faq) -> set[str]:
    return {hit.article.id for hit in faq.search("where", "en")}


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


def test_a_file_broken_from_the_start_is_refused(tmp_path: Path, encode: Encode) -> None:
    path = tmp_path / "faq.yml"
    path.write_text("not: a list", encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"faq\.yml: found no list"):
        Faq(path, encode)
