"""Messages as rows of numbers: which words and characters stand in them, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from rasa_project.components.encoder import SentenceEncoder
from rasa_project.components.text import HAN

_DIGIT = re.compile(r"\d")
_BETWEEN_HAN = re.compile(f"(?<=[{HAN}]) (?=[{HAN}])")
# Settings of scikit-learn's TfidfVectorizer.
_WORDS: Final[dict[str, Any]] = {
    "analyzer": "word",
    "ngram_range": (1, 2),
    "tokenizer": str.split,
    "token_pattern": None,
}
_CHARACTERS: Final[dict[str, Any]] = {"analyzer": "char_wb", "ngram_range": (2, 5)}
_BOTH: Final[dict[str, Any]] = {"lowercase": False, "sublinear_tf": True, "dtype": np.float32}


@dataclass(frozen=True)
class Sentence:
    """A message's text and the texts of its tokens."""

    text: str
    words: Sequence[str]


@dataclass(frozen=True)
class Rows:
    """Sentences in numbers.

    Attributes:
        ngrams: TF-IDF, shape (sentences, n-grams): a block of words and a block of characters,
            in each of which a row has length 1.
        vectors: what they mean, shape (sentences, dimension); rows have the encoder's weight as
            their length.
    """

    ngrams: csr_matrix
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, chosen: NDArray[Any] | slice) -> Rows:
        return Rows(self.ngrams[chosen], self.vectors[chosen])

    def products(self, other: Rows) -> NDArray[np.float32]:
        """Return the inner products with the rows of `other`, shape (len(self), len(other))."""
        products: NDArray[np.float32] = self.vectors @ other.vectors.T
        products += (self.ngrams @ other.by_ngram).toarray()
        return products

    @cached_property
    def by_ngram(self) -> csr_matrix:
        """The n-grams' sentences: a message's n-grams lead straight to those that share them."""
        return self.ngrams.T.tocsr()


class TextFeatures:
    """TF-IDF of word and character n-grams beside the sentence vector.

    N-grams are of one and two words, and of two to five characters, within Latin words and across
    Chinese ones. All digits count as the same one, so that any order number will do.

    Args:
        encoder: the sentence encoder.
        encoder_weight: how much a sentence's vector counts beside its n-grams.
    """

    def __init__(self, encoder: SentenceEncoder, encoder_weight: float) -> None:
        self._encoder = encoder
        self._encoder_weight = encoder_weight
        self._words = TfidfVectorizer(**_WORDS, **_BOTH)
        self._characters = TfidfVectorizer(**_CHARACTERS, **_BOTH)

    @property
    def greatest_product(self) -> float:
        """The inner product of a sentence with itself, all blocks present."""
        return 2 + self._encoder_weight**2 * (self._encoder.dimension > 0)

    def fit_transform(self, sentences: Sequence[Sentence]) -> Rows:
        """Learn the n-grams of `sentences`; return their rows, as `transform` does."""
        self._words.fit(map(_word_view, sentences))
        self._characters.fit(map(_character_view, sentences))
        return self.transform(sentences)

    def transform(self, sentences: Sequence[Sentence]) -> Rows:
        """Return the sentences' rows."""
        vectors = self._encoder.encode([sentence.text for sentence in sentences])
        blocks = [
            self._words.transform(map(_word_view, sentences)),
            self._characters.transform(map(_character_view, sentences)),
        ]
        return Rows(
            hstack(blocks, format="csr", dtype=np.float32),
            np.asarray(self._encoder_weight * vectors, dtype=np.float32),
        )

    def state(self) -> tuple[dict[str, list[str]], dict[str, NDArray[np.float32]]]:
        """Return what was learned: the n-grams in their order, and their inverse frequencies."""
        blocks = {"words": self._words, "characters": self._characters}
        return (
            {name: list(block.get_feature_names_out()) for name, block in blocks.items()},
            {name: block.idf_ for name, block in blocks.items()},
        )

    def restore(self, ngrams: dict[str, list[str]], idf: dict[str, NDArray[np.float32]]) -> None:
        """Take up what `state` returned."""
        self._words = TfidfVectorizer(vocabulary=ngrams["words"], **_WORDS, **_BOTH)
        self._words.idf_ = idf["words"]
        self._characters = TfidfVectorizer(vocabulary=ngrams["characters"], **_CHARACTERS, **_BOTH)
        self._characters.idf_ = idf["characters"]


def _word_view(sentence: Sentence) -> str:
    return _DIGIT.sub("0", " ".join(sentence.words)).lower()


def _character_view(sentence: Sentence) -> str:
    """Return the words with the gaps between Chinese ones closed."""
    return _BETWEEN_HAN.sub("", _word_view(sentence))
