"""Reviewing what was missed, at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from analytics import page
from analytics.cli import app
from analytics.errors import InvalidInput
from analytics.learning.sentences import read
from analytics.store import Store, questions
from analytics.store.models import Question, QuestionKind
from tests.analytics.learning.kept import NOW, asked

ENGRAVING = [
    ("can you engrave a name on a mug?", "en"),
    ("do you engrave names on mugs", "en"),
    ("可以在杯子上刻字吗", "zh"),
]


@pytest.fixture
def home(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which engraving was asked for by three, and something else by one."""
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    monkeypatch.setenv("AS_OF", f"{NOW:%Y-%m-%d}")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with store.transaction() as session:
        for number, (text, language) in enumerate(ENGRAVING):
            one = asked(number, text, language, intent="ask_faq", confidence=0.2)
            questions.keep(session, one, QuestionKind.UNANSWERED, NOW)
        alone = asked(9, "who painted the picture <on> your homepage")
        questions.keep(session, alone, QuestionKind.LOW_CONFIDENCE, NOW)
    return tmp_path


def run(*arguments: str) -> Any:
    """Return what a command prints as JSON."""
    done = CliRunner().invoke(app, [*arguments, "--json"])
    if isinstance(done.exception, InvalidInput):
        raise done.exception
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def statuses(store: Store) -> list[tuple[str, str | None]]:
    with store.reading() as session:
        found = session.scalars(select(Question).order_by(Question.id))
        return [(one.status, one.resolution) for one in found]


def test_a_cluster_becomes_an_article(store: Store, home: Path) -> None:
    first, second = run("questions", "list")
    assert (first["cluster"], first["asked"], first["languages"]) == ("Q1", 3, "en zh")
    assert second["cluster"] == "Q4"
    assert [one["text"] for one in run("questions", "show", "q1")] == [
        text for text, _ in ENGRAVING
    ]
    outcomes = run(
        *("questions", "answer", "Q1", "--new-article", "engraving"),
        *("--en", "Yes, on metal and stoneware.", "--zh", "可以，金属和陶瓷都行。"),
    )
    assert {one["after"] for one in outcomes} == {"engraving"}
    assert "engraving" not in {one["before"] for one in outcomes}
    assert statuses(store) == [("answered", "article:engraving")] * 3 + [("open", None)]
    assert [one["cluster"] for one in run("questions", "list")] == ["Q4"]


def test_a_cluster_becomes_wordings_of_an_article(store: Store, home: Path) -> None:
    outcomes = run("questions", "answer", "Q1", "--article", "gift-wrapping")
    assert {one["after"] for one in outcomes} == {"gift-wrapping"}
    assert "可以在杯子上刻字吗" in (home / "policies" / "faq.yml").read_text(encoding="utf-8")
    assert statuses(store)[0] == ("answered", "article:gift-wrapping")


def test_a_cluster_becomes_sentences(store: Store, home: Path) -> None:
    files = run("questions", "answer", "Q1", "--intent", "ask_faq")
    assert [Path(one["file"]).name for one in files] == ["nlu.en.yml", "nlu.zh.yml"]
    written = read(home / "training" / "nlu.en.yml")["ask_faq"]
    assert sorted(written) == sorted(text for text, language in ENGRAVING if language == "en")
    assert statuses(store)[0] == ("answered", "intent:ask_faq")


def test_a_cluster_is_dismissed(store: Store, home: Path) -> None:
    assert run("questions", "dismiss", "Q4") == [{"cluster": "Q4", "dismissed": 1}]
    assert statuses(store)[-1] == ("dismissed", None)


@pytest.mark.parametrize(
    "choice",
    [
        ("Q77", "--article", "gift-wrapping"),
        ("Q1", "--article", "no-such-article"),
        ("Q1", "--intent", "no_such_intent"),
    ],
)
def test_a_wrong_name_is_told_and_nothing_changes(
    store: Store, home: Path, choice: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput):
        run("questions", "answer", *choice)
    assert {status for status, _ in statuses(store)} == {"open"}
    assert not (home / "policies" / "faq.yml").exists()
    assert not (home / "training").exists()


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--article", "a", "--intent", "b"),
        ("--new-article", "a"),
        ("--article", "a", "--en", "x"),
    ],
)
def test_wrong_usage(home: Path, options: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, ["questions", "answer", "Q1", *options]).exit_code == 2


def test_the_report_is_one_page(home: Path) -> None:
    rows = run("report", "questions")
    assert [one["cluster"] for one in rows] == ["Q1", "Q4"]
    text = (home / "reports" / "questions.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 3
    assert "&lt;on&gt;" in text
    assert "可以在杯子上刻字吗" in text


def test_nothing_waits(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    assert run("questions", "list") == []
    assert run("report", "questions", "--output", str(tmp_path / "pages")) == []
    assert (tmp_path / "pages" / "questions.html").exists()


def test_no_text_of_a_table_is_markup() -> None:
    rows = [{"a<": "<script>", "list": ["<i>", None], "half": 0.5}]
    text = page.html("T&", "<n>", [], [page.Table("<t>", "", rows)])
    assert "<script>" not in text and "<i>" not in text and "<n>" not in text
    assert "&lt;script&gt;" in text and "0.50" in text
