"""`salesclerk faq`, as a business user calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.cli import app
from analytics.errors import InvalidFile

Make = Callable[..., str]


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    path = tmp_path / "policies" / "faq.yml"
    path.parent.mkdir()
    return path


def test_ask_shows_the_article_and_how_sure_it_is(articles: Path, article_yaml: Make) -> None:
    english = {"question": "{en: 'Do you rent out boats?'}", "answer": "{en: 'Yes, by the hour.'}"}
    articles.write_text(article_yaml("museum") + article_yaml("boats", **english), encoding="utf-8")
    for question in ("do you rent boats", "你们出租船吗"):
        result = CliRunner().invoke(app, ["faq", "ask", question, "-n", "1", "--json"])
        assert result.exit_code == 0, result.output
        (row,) = json.loads(result.stdout)
        assert row["article"] == "boats"
        assert row["told in"] == "en"
        assert 0 < row["chance"] <= 1
    result = CliRunner().invoke(app, ["faq", "ask", "where is museum", "--intent", "ask_faq"])
    assert "Here is museum." in result.stderr
    assert "likely enough" in result.stderr
    assert (articles.parents[1] / "cache" / "faq.npz").exists()


def test_ask_says_that_the_bot_would_not_know(articles: Path) -> None:
    result = CliRunner().invoke(app, ["faq", "ask", "what is the capital of Norway"])
    assert result.exit_code == 0, result.output
    assert "I don't know that." in result.stderr
    assert "no article is likely enough" in result.stderr


def test_check_counts_the_articles(articles: Path, article_yaml: Make) -> None:
    chinese = {"question": "{zh: 有船吗}", "answer": "{zh: 有}"}
    articles.write_text(article_yaml("museum") + article_yaml("boats", **chinese), encoding="utf-8")
    result = CliRunner().invoke(app, ["faq", "check", "--json"])
    (row,) = json.loads(result.stdout)
    assert row["file"] == str(articles)
    assert (row["articles"], row["only in en"], row["only in zh"]) == (2, 0, 1)


def test_check_names_the_line_of_what_is_wrong(articles: Path, article_yaml: Make) -> None:
    articles.write_text(article_yaml("museum") + article_yaml("boats", answer="42"), "utf-8")
    result = CliRunner().invoke(app, ["faq", "check"])
    assert isinstance(result.exception, InvalidFile)
    assert f"{articles}, line 5, article 'boats': answer" in str(result.exception)
