"""Messages as rows of numbers: which words and characters stand in them, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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


class TextFeatures:
    """TF-IDF of word and character n-grams beside the sentence vector.

    Three blocks, each with rows of length 1, the last multiplied by its weight: n-grams of one and
    two words; n-grams of two to five characters, within Latin words and across Chinese ones; the
    vector of the encoder. All digits count as the same one, so that any order number will do.

    Args:
        encoder: the sentence encoder.
        encoder_weight: how much a sentence's vector counts beside its n-grams.
    """

    def __init__(self, encoder: SentenceEncoder, encoder_weight: float) -> None:
        self._encoder = encoder
        self._encoder_weight = encoder_weight
        self._words = TfidfVectorizer(**_WORDS, **_BOTH)
        self._characters = TfidfVectorizer(**_CHARACTERS, **_BOTH)

    def fit_transform(self, sentences: Sequence[Sentence]) -> csr_matrix:
        """Learn the n-grams of `sentences`; return their rows, as `transform` does."""
        self._words.fit(map(_word_view, sentences))
        self._characters.fit(map(_character_view, sentences))
        return self.transform(sentences)

    def transform(self, sentences: Sequence[Sentence]) -> csr_matrix:
        """Return a float32 matrix of shape (len(sentences), number of features)."""
        vectors = self._encoder.encode([sentence.text for sentence in sentences])
        blocks = [
            self._words.transform(map(_word_view, sentences)),
            self._characters.transform(map(_character_view, sentences)),
            csr_matrix(self._encoder_weight * vectors),
        ]
        return hstack(blocks, format="csr", dtype=np.float32)

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
