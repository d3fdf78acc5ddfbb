"""Find the article that answers a question by meaning, and know when there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import batched
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from analytics.faq.articles import CHINESE, ENGLISH, LANGUAGES, LOADER, Article, other
from analytics.faq.decision import DECISION, Decision, Talk, Values
from analytics.faq.space import Space
from analytics.faq.vectors import Halves, Matrix, Vectors
from analytics.faq.words import WordIndex, terms

UNRELATED: Final = Path(__file__).with_name("unrelated.yml")
UNRELATED_NEIGHBOURS: Final = 3
RELATED: Final = 0.9
"""A sentence as near as this to a wording is about that article, and not unrelated talk."""
WORDINGS_COUNTED: Final = 2
SHORTLIST: Final = 50
"""How many articles, the likeliest by their nearest wording roughly, are looked at closely."""

Numbers = npt.NDArray[np.intp]


class Hit(NamedTuple):
    """An article, and how sure it is that it answers.

    Attributes:
        chance: from 0 to 1; see `Weights.chance`, also for the last two.
        needed: the least chance at which it is given as the answer.
        nearness: how near it is in meaning, at most 1.
        words: how much it shares of the question's words.
    """

    article: Article
    chance: float
    needed: float
    nearness: float
    words: float


class Why(StrEnum):
    """Why an article answers, or none does."""

    INTENT = "the likeliest of those that name the intent"
    MEANING = "likely enough"
    UNLIKELY = "no article is likely enough"


class Answer(NamedTuple):
    """What the articles say to a question; `hits` are the likeliest, the first one first."""

    article: Article | None
    why: Why
    hits: list[Hit]
    talk: Talk


class FaqIndex:
    """Some articles, prepared to be searched in either language.

    An article that has no wording in the language of a question is found by those of the other: the
    sentence encoder knows both.
    """

    def __init__(
        self,
        articles: Iterable[Article],
        vectors: Vectors,
        unrelated: Mapping[str, Sequence[str]] | None = None,
        decision: Decision = DECISION,
    ) -> None:
        """Encode the articles, and the sentences `unrelated` to them by language.

        The default for the latter are those of the embedded file.
        """
        self.articles = tuple(articles)
        self._decision = decision
        self._vectors = vectors
        unrelated = unrelated or _embedded_unrelated()
        wordings = {
            language: [a.wordings(language) or a.wordings(other(language)) for a in self.articles]
            for language in LANGUAGES
        }
        blocks = [
            texts
            for language in LANGUAGES
            for texts in ([w for each in wordings[language] for w in each], unrelated[language])
        ]
        matrix = vectors.of([text for block in blocks for text in block])
        parts = np.split(matrix, np.cumsum([len(block) for block in blocks])[:-1])
        self._sides = {
            language: self._side(language, wordings[language], unrelated[language], *pair)
            for language, pair in zip(LANGUAGES, batched(parts, 2), strict=True)
        }
        self._naming: dict[str, list[int]] = {}
        for number, article in enumerate(self.articles):
            for intent in article.intents:
                self._naming.setdefault(intent, []).append(number)

    def _side(
        self,
        language: str,
        wordings: Sequence[Sequence[str]],
        unrelated: Sequence[str],
        vectors: Halves,
        unrelated_vectors: Halves,
    ) -> _Side:
        """One language's side; what an article is about is not unrelated any more."""
        space = Space(vectors)
        talk = unrelated_vectors.astype(np.float32)
        apart = np.flatnonzero(space.greatest(talk) < RELATED)
        return _Side(
            space,
            np.cumsum([0, *(len(each) for each in wordings)]),
            np.array([not article.wordings(language) for article in self.articles]),
            WordIndex(
                "\n".join((*each, article.answer.of(language)))
                for article, each in zip(self.articles, wordings, strict=True)
            ),
            talk[apart],
            WordIndex([unrelated[int(number)] for number in apart]),
        )

    def by_intent(self, intent: str) -> Article | None:
        """The first article that names this intent."""
        return self.articles[self._naming[intent][0]] if intent in self._naming else None

    def search(self, text: str, language: str) -> list[Hit]:
        """The likeliest articles, `SHORTLIST` at most; equal ones in the order of the file."""
        return self.answer(text, language).hits

    def answer(self, text: str, language: str, intent: str | None = None) -> Answer:
        """The article that answers `text`.

        That is the likeliest of those that name its intent; where none does, the likeliest of all,
        or None where its chance is less than needed.
        """
        side = self._sides[CHINESE if language == CHINESE else ENGLISH]
        vector = self._vectors.one(text)
        talk = side.talk(text, vector)
        naming = self._naming.get(intent or "")
        hits = self._rank(side, text, vector, talk, np.array(naming) if naming else None)
        if naming:
            return Answer(hits[0].article, Why.INTENT, hits, talk)
        if hits[0].chance >= hits[0].needed:
            return Answer(hits[0].article, Why.MEANING, hits, talk)
        return Answer(None, Why.UNLIKELY, hits, talk)

    def _rank(
        self, side: _Side, text: str, vector: Matrix, talk: Talk, among: Numbers | None
    ) -> list[Hit]:
        """The likeliest of all articles, or of those `among` them."""
        words = side.words.scores(text)
        nearness = side.nearness_roughly(vector)
        likeliest = _likeliest(self._chances(side, nearness, words, talk), among)
        nearness[likeliest] = side.nearness(vector, likeliest)
        chances = self._chances(side, nearness, words, talk)
        same, across = self._decision.same, self._decision.across
        needed = np.where(side.across, across.threshold, same.threshold)
        return [
            Hit(
                self.articles[number],
                float(chances[number]),
                float(needed[number]),
                float(nearness[number]),
                float(words[number]),
            )
            for number in likeliest[np.argsort(-chances[likeliest], kind="stable")]
        ]

    def _chances(self, side: _Side, nearness: Values, words: Values, talk: Talk) -> Values:
        """The chance of every article (articles,)."""
        return np.where(
            side.across,
            self._decision.across.chance(nearness, words, talk),
            self._decision.same.chance(nearness, words, talk),
        )


@dataclass(frozen=True)
class _Side:
    """The articles as one language sees them, and unrelated talk in it.

    Attributes:
        space: the vectors of all wordings, article by article.
        edges: the row of each article's first wording, and the end (articles + 1,).
        across: whether an article is only worded in the other language (articles,).
        words: the words of the articles' wordings and answers.
        unrelated: the vectors of unrelated talk (sentences, dimensions).
        unrelated_words: its words.
    """

    space: Space
    edges: Numbers
    across: npt.NDArray[np.bool_]
    words: WordIndex
    unrelated: Matrix
    unrelated_words: WordIndex

    def talk(self, text: str, vector: Matrix) -> Talk:
        """What a question has of unrelated talk."""
        nearest = np.sort(self.unrelated @ vector)[-UNRELATED_NEIGHBOURS:]
        return Talk(
            float(nearest.mean()),
            float(self.unrelated_words.scores(text).max()),
            self.words.strange(text),
            float(np.log1p(sum(1 for _ in terms(text)))),
        )

    def nearness_roughly(self, vector: Matrix) -> Values:
        """About the cosine of the nearest wording of each article (articles,)."""
        nearest = np.maximum.reduceat(self.space.roughly(vector), self.edges[:-1])
        return nearest.astype(np.float64)

    def nearness(self, vector: Matrix, numbers: Numbers) -> Values:
        """The mean cosine of the nearest wordings of each of these articles."""
        rows = [np.arange(self.edges[number], self.edges[number + 1]) for number in numbers]
        cosines = self.space.exactly(vector, np.concatenate(rows))
        of_each = np.split(cosines, np.cumsum([len(some) for some in rows[:-1]]))
        return np.array([np.sort(some)[-WORDINGS_COUNTED:].mean() for some in of_each])


def _embedded_unrelated() -> dict[str, list[str]]:
    sentences: dict[str, list[str]] = yaml.load(UNRELATED.read_text("utf-8"), LOADER)  # noqa: S506
    return sentences


def _likeliest(chances: Values, among: Numbers | None) -> Numbers:
    """The numbers of the articles with the greatest chances, in the order of the file."""
    among = np.arange(len(chances)) if among is None else among
    if len(among) <= SHORTLIST:
        return among
    return np.sort(among[np.argpartition(-chances[among], SHORTLIST)[:SHORTLIST]])
