"""The shop's articles: questions and their answers, in a file that a business user edits."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from analytics.errors import InvalidFile

EMBEDDED: Final = Path(__file__).with_name("articles.yml")
ACCEPTED: Final = (
    "a list of articles, each with id, intents, question (en, zh), optionally also (lists en, zh), "
    "and answer (en, zh)"
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
IntentName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Texts(_Strict):
    """One text in each language."""

    en: Text
    zh: Text

    def of(self, language: str) -> str:
        """The text in `language`: Chinese for zh, else English."""
        return self.zh if language == "zh" else self.en


class Wordings(_Strict):
    """Several ways to say the same, in each language."""

    en: tuple[Text, ...] = ()
    zh: tuple[Text, ...] = ()

    def of(self, language: str) -> tuple[str, ...]:
        """The wordings in `language`: Chinese for zh, else English."""
        return self.zh if language == "zh" else self.en


class Article(_Strict):
    """A question about the shop and its answer.

    Attributes:
        id: a name of its own.
        intents: names of the intents that it answers.
        question: how a customer would ask it.
        also: other ways to ask it.
        answer: plain text.
    """

    id: Slug
    intents: tuple[IntentName, ...]
    question: Texts
    also: Wordings = Wordings()
    answer: Texts

    def wordings(self, language: str) -> tuple[str, ...]:
        """Every way to ask it in `language`, at least one."""
        return (self.question.of(language), *self.also.of(language))


def load_articles(path: Path | None = None) -> tuple[Article, ...]:
    """Read the articles of `path`; where there is no such file, those of the embedded example.

    Raises:
        InvalidFile: naming the file, the line, the article and what is accepted.
    """
    path = path if path is not None and path.exists() else EMBEDDED
    articles = tuple(_article(path, line, raw) for line, raw in _entries(path))
    counts = Counter(article.id for article in articles)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise InvalidFile(f"{path}: found the id {twice[0]!r} more than once, accepted is once")
    return articles


def _entries(path: Path) -> list[tuple[int, object]]:
    """The elements of the file's list, each with the line that it begins at."""
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        loader.name = path.name
        node = loader.get_single_node()
        entries = loader.construct_document(node) if node else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidFile(f"{path}: {error}; accepted is {ACCEPTED}") from error
    if not isinstance(node, yaml.SequenceNode) or not entries:
        raise InvalidFile(f"{path}: found no list, accepted is {ACCEPTED}")
    return [
        (child.start_mark.line + 1, raw) for child, raw in zip(node.value, entries, strict=True)
    ]


def _article(path: Path, line: int, raw: object) -> Article:
    try:
        return Article.model_validate(raw)
    except ValidationError as error:
        name = raw.get("id") if isinstance(raw, dict) else None
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'the article'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise InvalidFile(
            f"{path}, line {line}, article {name!r}: {problems}; accepted is {ACCEPTED}"
        ) from error
