"""Which documents share a question's words: BM25 over English words and Chinese characters.

On the development questions, with the sentence encoder, whole words and their beginnings found
more than words alone or with their trigrams or fourgrams; single characters and pairs more than
either alone or with triples. See docs/faq.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

K1: Final = 1.2
B: Final = 0.5
BEGINNING: Final = 4
RUNS: Final = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")


def terms(text: str) -> Iterator[str]:
    """The terms of a text: words and the beginnings of longer ones; characters and their pairs."""
    for run in RUNS.findall(text.lower().replace("'", "")):
        if run[0] < "\u3400":
            yield run
            if len(run) >= BEGINNING:
                yield f"{run[:BEGINNING]}-"
        else:
            yield from run
            yield from (run[at : at + 2] for at in range(len(run) - 1))


def is_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return any(run[0] >= "\u3400" for run in RUNS.findall(text))


class WordIndex:
    """BM25 weights of every term in every document, by term.

    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
    """

    def __init__(self, documents: Iterable[str]) -> None:
        counts = [Counter(terms(document)) for document in documents]
        self._numbers = {term: number for number, term in enumerate(dict.fromkeys(
            term for count in counts for term in count
        ))}  # fmt: skip
        self._documents = len(counts)
        document = np.repeat(np.arange(len(counts)), [len(count) for count in counts])
        term = np.array([self._numbers[term] for count in counts for term in count], dtype=np.intp)
        often = np.array([n for count in counts for n in count.values()], dtype=np.float32)
        lengths = np.bincount(document, often, minlength=len(counts))
        self._rarity = self._rarities(np.bincount(term, minlength=len(self._numbers)))
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        weights = self._rarity[term] * often * (K1 + 1) / (often + norm[document])
        shape = (len(self._numbers), self._documents)
        self._weights = sparse.csr_matrix((weights.astype(np.float32), (term, document)), shape)

    def scores(self, text: str) -> npt.NDArray[np.float64]:
        """How much of the text's rarity each document holds, (documents,), from 0 to K1 + 1.

        A term that no document holds counts as the rarest, so that a question of which only small
        words are known scores low.
        """
        numbers = [self._numbers.get(term) for term in terms(text)]
        rows = np.array([number for number in numbers if number is not None], dtype=np.intp)
        unknown = (len(numbers) - len(rows)) * float(self._rarities(np.zeros(1, dtype=np.intp))[0])
        found = self._weights[rows].sum(axis=0) if len(rows) else np.zeros(self._documents)
        total = float(self._rarity[rows].sum()) + unknown
        return np.asarray(found, dtype=np.float64).ravel() / max(total, 1.0)

    def strange(self, text: str) -> float:
        """The share of the text's terms that no document holds; of no terms, all."""
        numbers = [self._numbers.get(term) for term in terms(text)]
        return numbers.count(None) / len(numbers) if numbers else 1.0

    def _rarities(self, holding: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """The inverse document frequency of terms that so many documents hold."""
        rarities: npt.NDArray[np.float64] = np.log1p(
            (self._documents - holding + 0.5) / (holding + 0.5)
        )
        return rarities
