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

from analytics.faq.articles import CHINESE, ENGLISH, LANGUAGES, Article, other
from analytics.faq.decision import DECISION, Decision, Talk, Values
from analytics.faq.vectors import Matrix, Vectors
from analytics.faq.words import WordIndex, terms

UNRELATED: Final = Path(__file__).with_name("unrelated.yml")
UNRELATED_NEIGHBOURS: Final = 3
RELATED: Final = 0.9
"""A sentence as near as this to a wording is about that article, and not unrelated talk."""
WORDINGS_COUNTED: Final = 2
BLOCK: Final = 4096
SHORTLIST: Final = 50
"""How many articles, the likeliest by their nearest wording alone, are looked at closely."""

Numbers = npt.NDArray[np.intp]


class Hit(NamedTuple):
    """An article, and how sure it is that it answers.

    Attributes:
        chance: from 0 to 1; see `Weights.chance`, also for the next two.
        nearness: how near it is in meaning, at most 1.
        words: how much it shares of the question's words.
    """

    article: Article
    chance: float
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
        unrelated = unrelated or yaml.safe_load(UNRELATED.read_text(encoding="utf-8"))
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
        vectors: Matrix,
        unrelated_vectors: Matrix,
    ) -> _Side:
        """One language's side; what an article is about is not unrelated any more."""
        apart = np.flatnonzero(_greatest(unrelated_vectors, vectors) < RELATED)
        return _Side(
            vectors,
            np.cumsum([0, *(len(each) for each in wordings[:-1])]),
            np.array([not article.wordings(language) for article in self.articles]),
            WordIndex(
                "\n".join((*each, article.answer.of(language)))
                for article, each in zip(self.articles, wordings, strict=True)
            ),
            unrelated_vectors[apart],
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
        or None where its chance is under the threshold.
        """
        side = self._sides[CHINESE if language == CHINESE else ENGLISH]
        vector = self._vectors.one(text)
        talk = side.talk(text, vector)
        naming = self._naming.get(intent or "")
        hits = self._rank(side, text, vector, talk, np.array(naming) if naming else None)
        if naming:
            return Answer(hits[0].article, Why.INTENT, hits, talk)
        if hits[0].chance >= self._decision.threshold:
            return Answer(hits[0].article, Why.MEANING, hits, talk)
        return Answer(None, Why.UNLIKELY, hits, talk)

    def _rank(
        self, side: _Side, text: str, vector: Matrix, talk: Talk, among: Numbers | None
    ) -> list[Hit]:
        """The likeliest of all articles, or all of those `among` them."""
        cosines = side.vectors @ vector
        words = side.words.scores(text)
        if among is None:
            nearest = np.maximum.reduceat(cosines, side.starts)
            among = _likeliest(self._chances(side, nearest, words, talk), SHORTLIST)
        nearness = np.full(len(self.articles), -1.0)
        nearness[among] = [side.nearness(cosines, number) for number in among]
        chances = self._chances(side, nearness, words, talk)
        return [
            Hit(
                self.articles[number],
                float(chances[number]),
                float(nearness[number]),
                float(words[number]),
            )
            for number in among[np.argsort(-chances[among], kind="stable")]
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
        vectors: of all wordings (wordings, dimensions), article by article.
        starts: the row of each article's first wording (articles,).
        across: whether an article is only worded in the other language (articles,).
        words: the words of the articles' wordings and answers.
        unrelated: the vectors of unrelated talk (sentences, dimensions).
        unrelated_words: its words.
    """

    vectors: Matrix
    starts: Numbers
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

    def nearness(self, cosines: Matrix, number: int) -> float:
        """The mean cosine of the nearest wordings of an article."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else None
        return float(np.sort(cosines[self.starts[number] : end])[-WORDINGS_COUNTED:].mean())


def _likeliest(chances: Values, count: int) -> Numbers:
    """The numbers of the articles with the greatest chances, in the order of the file."""
    if len(chances) <= count:
        return np.arange(len(chances))
    return np.sort(np.argpartition(-chances, count)[:count])


def _greatest(rows: Matrix, others: Matrix) -> Matrix:
    """The greatest cosine of each row with any of the others (rows,), in bounded memory."""
    blocks = np.split(others, range(BLOCK, len(others), BLOCK))
    return np.max([(rows @ block.T).max(axis=1) for block in blocks], axis=0)
