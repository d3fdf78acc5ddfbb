"""The loop that learns, with the real servers: missed, clustered, answered from then on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from analytics.store.models import Question, QuestionStatus
from tests.assistant import RASA_PYTHON, SALESCLERK, Assistant, run, running_assistant
from tests.conversations.scripts import pattern, responses

RESPONSES = responses()
ENGLISH = "would you sponsor our football club"
CHINESE = "你们赞助球队吗"
ANSWER = "We sponsor youth teams of the town: write to us in spring."
ANSWER_ZH = "我们赞助本市青少年球队，请在春季来信。"
READ_SECONDS = 20
SLANG = "give me the lowdown on my haul"


@pytest.fixture(scope="module")
def learner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant that learns: its bots are its own."""
    with running_assistant(tmp_path_factory.mktemp("learner") / "home") as running:
        models = running.settings.bot_models
        shared = models.resolve()
        served = json.loads((running.home / "promoted.json").read_text(encoding="utf-8"))["model"]
        models.unlink()
        models.mkdir()
        (models / served).symlink_to(shared / served)
        yield running


def texts(answer: dict[str, Any]) -> list[str]:
    return [str(message["text"]) for message in answer["messages"] if "text" in message]


def said(answer: dict[str, Any], name: str, language: str = "en") -> bool:
    return any(pattern(RESPONSES[name], language).fullmatch(text) for text in texts(answer))


def salesclerk(assistant: Assistant, *arguments: str) -> Any:
    """Return what a command of ours prints as JSON."""
    return json.loads(run([*SALESCLERK, *arguments, "--json"], assistant.environ))


def clusters_with(assistant: Assistant, *wanted: str) -> list[str]:
    """Return the ids of the clusters that hold these questions."""
    found = []
    for one in salesclerk(assistant, "questions", "list"):
        held = {row["text"] for row in salesclerk(assistant, "questions", "show", one["cluster"])}
        if held & set(wanted):
            found.append(one["cluster"])
    return found


def answered_soon(assistant: Assistant, question: str, answer: str) -> bool:
    """Return whether a question gets this answer, once the edited articles are read."""
    deadline = time.monotonic() + READ_SECONDS
    while time.monotonic() < deadline:
        if any(answer in text for text in texts(assistant.conversation().send(question))):
            return True
        time.sleep(0.5)
    return False


def resolutions(assistant: Assistant, text: str) -> set[tuple[str, str | None]]:
    with assistant.store.reading() as session:
        found = session.scalars(select(Question).where(Question.text == text))
        return {(one.status, one.resolution) for one in found}


def test_a_missed_question_becomes_an_article_and_is_answered_at_once(learner: Assistant) -> None:
    assert said(learner.conversation().send(ENGLISH), "utter_out_of_scope")
    assert said(learner.conversation().send(CHINESE), "utter_out_of_scope", "zh")
    (cluster,) = clusters_with(learner, ENGLISH, CHINESE)
    outcomes = salesclerk(
        learner,
        *("questions", "answer", cluster, "--new-article", "sponsoring"),
        *("--en", ANSWER, "--zh", ANSWER_ZH),
    )
    assert {(one["before"], one["after"]) for one in outcomes} == {(None, "sponsoring")}
    answered = (QuestionStatus.ANSWERED.value, "article:sponsoring")
    assert resolutions(learner, ENGLISH) == resolutions(learner, CHINESE) == {answered}
    assert answered_soon(learner, ENGLISH, ANSWER)
    assert answered_soon(learner, CHINESE, ANSWER_ZH)
    assert answered_soon(learner, "would you sponsor our local football team", ANSWER)


@pytest.mark.timeout(900)
def test_a_missed_question_becomes_sentences_and_is_understood(learner: Assistant) -> None:
    assert said(learner.conversation().send(SLANG), "utter_not_understood")
    (cluster,) = clusters_with(learner, SLANG)
    salesclerk(learner, "questions", "answer", cluster, "--intent", "track_order")
    assert resolutions(learner, SLANG) == {(QuestionStatus.ANSWERED.value, "intent:track_order")}
    printed = run([str(RASA_PYTHON), "-m", "rasa_project", "train"], learner.environ)
    assert "of 1 understood before, 1 after" in printed
    assert "is served from the next start on" in printed
    learner.stop("rasa")
    learner.start("rasa")
    learner.wait("rasa")
    assert said(learner.conversation().send(SLANG), "utter_ask_order_number")


def test_conversations_and_what_was_missed_are_reported(learner: Assistant) -> None:
    assert said(learner.conversation().send("where is my order?"), "utter_ask_order_number")
    assert said(learner.conversation().send("你好"), "utter_greet", "zh")
    assert said(learner.conversation().send("who won the world cup in 1998?"), "utter_out_of_scope")
    lines = run([*SALESCLERK, "report", "conversations", "--json"], learner.environ).splitlines()
    rows = [json.loads(line) for line in lines]
    assert {"missed", "talk", "abandoned"} <= {row["outcome"] for row in rows}
    assert {row["language"] for row in rows} == {"en", "zh"}
    assert all(row["turns"] == 1 and row["first_response_seconds"] > 0 for row in rows)
    salesclerk(learner, "report", "questions")
    page = (learner.home / "reports" / "questions.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert run([*SALESCLERK, "report", "feedback"], learner.environ)
