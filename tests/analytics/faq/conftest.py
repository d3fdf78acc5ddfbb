"""An encoder whose answers are known: a vector counts a text's pairs of characters."""

import zlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from analytics.faq.vectors import Encode

DIMENSIONS = 512


@pytest.fixture
def encode() -> Encode:
    return encode_pairs


def encode_pairs(texts: list[str]) -> npt.NDArray[np.float32]:
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in zip(vectors, texts, strict=True):
        for pair in zip(f" {text}", f"{text} ", strict=True):
            row[zlib.crc32("".join(pair).encode()) % DIMENSIONS] += 1
        row /= np.linalg.norm(row)
    return vectors


@pytest.fixture
def article_yaml() -> Callable[..., str]:
    """One article in YAML; keywords replace the lines of the same name."""

    def make(identifier: str, **lines: str) -> str:
        parts = {
            "intents": "[]",
            "question": f"{{en: 'Where is {identifier}?', zh: {identifier}在哪里？}}",
            "answer": f"{{en: Here is {identifier}., zh: 这是{identifier}。}}",
        } | lines
        return f"- id: {identifier}\n" + "".join(f"  {k}: {v}\n" for k, v in parts.items())

    return make
