"""Cosines of a question with very many vectors: roughly with all of them, exactly with a few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.faq.vectors import Halves, Matrix

ROUGH: Final = 128
BLOCK: Final = 4096


class Space:
    """Unit vectors, in half precision, and their shadows in the directions that say most.

    Reading is what a search of many vectors costs: the shadows are a quarter as long. They only
    say which vectors are worth an exact look.
    """

    def __init__(self, vectors: Halves) -> None:
        """Find the directions: the first eigenvectors of the (dimensions, dimensions) products."""
        self._vectors = vectors
        products = np.zeros((vectors.shape[1], vectors.shape[1]))
        for block in _blocks(vectors):
            products += block.T @ block
        _, directions = np.linalg.eigh(products)
        self._directions = directions[:, -ROUGH:].astype(np.float32)
        self._shadows = np.vstack([block @ self._directions for block in _blocks(vectors)])

    def roughly(self, vector: Matrix) -> Matrix:
        """About the cosine of each vector with this one (vectors,)."""
        cosines: Matrix = self._shadows @ (vector @ self._directions)
        return cosines

    def exactly(self, vector: Matrix, rows: npt.NDArray[np.intp]) -> Matrix:
        """The cosine of the vectors in these rows with this one (rows,)."""
        cosines: Matrix = self._vectors[rows].astype(np.float32) @ vector
        return cosines

    def greatest(self, others: Matrix) -> Matrix:
        """The greatest cosine of each of the others with any vector (others,)."""
        found = [(others @ block.T).max(axis=1) for block in _blocks(self._vectors)]
        return np.max(found, axis=0)


def _blocks(vectors: Halves) -> Iterator[Matrix]:
    """The vectors in single precision, some at a time, which bounds the memory."""
    for at in range(0, len(vectors), BLOCK):
        yield vectors[at : at + BLOCK].astype(np.float32)
