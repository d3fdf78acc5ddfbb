"""Questions that wait for review, and what becomes of a reviewed cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from analytics.errors import InvalidInput
from analytics.faq import Faq
from analytics.learning import articles, sentences
from analytics.learning.clusters import MOST, Cluster, Encode, cluster
from analytics.store import questions
from analytics.store.models import LANGUAGES, QuestionStatus


@dataclass(frozen=True)
class Outcome:
    """What the articles answer to one question before and after an edit, by article id."""

    question: str
    language: str
    before: str | None
    after: str | None


def waiting_clusters(
    session: Session, encode: Encode, now: datetime, days: int | None = None
) -> list[Cluster]:
    """Return the clusters of the questions that wait for review, the weightiest first.

    Args:
        days: how far back; None for all.
    """
    since = now - timedelta(days=days) if days is not None else None
    return cluster(questions.waiting(session, MOST, since), encode, now)


def named(clusters: list[Cluster], cluster_id: str) -> Cluster:
    """Return the cluster of this id (any case).

    Raises:
        InvalidInput: none of those that wait has it.
    """
    wanted = cluster_id.strip().upper()
    found = next((one for one in clusters if one.id == wanted), None)
    if found is None:
        accepted = ", ".join(one.id for one in clusters[:20]) or "none, as no question waits"
        raise InvalidInput("cluster", cluster_id, accepted)
    return found


def nearest_article(faq: Faq, one: Cluster) -> tuple[str, float]:
    """Return the likeliest article for a cluster's typical question, and its chance."""
    hit = faq.search(one.typical.text, one.typical.language)[0]
    return hit.article.id, float(hit.chance)


def answer_with_article(one: Cluster, path: Path, article_id: str, encode: Encode) -> list[Outcome]:
    """Make a cluster's questions wordings of an article that there is.

    Args:
        path: the shop's own file of articles.

    Returns:
        What the articles answer to each question before and after.

    Raises:
        InvalidInput: there is no such article.
        InvalidFile: the file is broken, or would be.
    """
    before = _answers(one, path, encode)
    articles.add_wordings(path, article_id, _by_language(one))
    return _outcomes(before, _answers(one, path, encode))


def answer_with_new_article(
    one: Cluster,
    path: Path,
    article_id: str,
    answers: Mapping[str, str],
    titles: Mapping[str, str],
    encode: Encode,
) -> list[Outcome]:
    """Make a cluster's questions an article of their own.

    Args:
        answers: what it says, by language.
        titles: its question by language, where it is to be another than the typical one.

    Returns:
        As `answer_with_article`.

    Raises:
        InvalidInput: there is an article of this name.
        InvalidFile: the file is broken, or the article lacks something.
    """
    before = _answers(one, path, encode)
    asked = _by_language(one)
    for language, title in titles.items():
        asked[language] = [title, *(text for text in asked.get(language, ()) if text != title)]
    articles.add_article(path, article_id, asked, answers)
    return _outcomes(before, _answers(one, path, encode))


def answer_with_intent(one: Cluster, folder: Path, intent: str) -> list[Path]:
    """Have the bot learn a cluster's questions as sentences of an intent; return the files written.

    Raises:
        InvalidInput: there is no such intent.
        InvalidFile: a file of sentences is broken.
    """
    return sentences.add_sentences(folder, intent, _by_language(one))


def settle(session: Session, one: Cluster, resolution: str | None) -> None:
    """Have a cluster's questions wait no longer.

    Args:
        resolution: `article:<id>` or `intent:<name>`; None where they are dismissed.
    """
    status = QuestionStatus.ANSWERED if resolution else QuestionStatus.DISMISSED
    questions.settle(session, [question.id for question in one.questions], status, resolution)


def _by_language(one: Cluster) -> dict[str, list[str]]:
    """Return the cluster's wordings by language, the most typical first where it has it."""
    found = {language: one.texts(language) for language in LANGUAGES}
    typical = one.typical
    found[typical.language].sort(key=lambda text: text != typical.text)
    return {language: texts for language, texts in found.items() if texts}


def _answers(one: Cluster, path: Path, encode: Encode) -> dict[tuple[str, str], str | None]:
    faq = Faq(path, encode)
    asked = [(language, text) for language in LANGUAGES for text in one.texts(language)]
    found = {(language, text): faq.answer(text, language).article for language, text in asked}
    return {key: article.id if article else None for key, article in found.items()}


def _outcomes(
    before: Mapping[tuple[str, str], str | None], after: Mapping[tuple[str, str], str | None]
) -> list[Outcome]:
    return [
        Outcome(text, language, before[language, text], after[language, text])
        for language, text in before
    ]
