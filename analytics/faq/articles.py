"""The shop's articles: questions and their answers, in a file that a business user edits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from analytics.errors import InvalidFile

EMBEDDED: Final = Path(__file__).with_name("articles.yml")
ACCEPTED: Final = (
    "a list of articles, each with id, intents, question and answer (in en, zh or both), "
    "optionally also (lists en, zh) and url"
)
ENGLISH: Final = "en"
CHINESE: Final = "zh"
LANGUAGES: Final = (ENGLISH, CHINESE)
SHOWN_FAULTS: Final = 10
# The parser in C reads a file of ten thousand articles in a tenth of the time.
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
IntentName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=500)]


def other(language: str) -> str:
    """The one of the two languages that this is not."""
    return ENGLISH if language == CHINESE else CHINESE


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Texts(_Strict):
    """One text, in English, in Chinese or in both."""

    en: Text | None = None
    zh: Text | None = None

    @model_validator(mode="after")
    def _in_some_language(self) -> Self:
        if not self.languages:
            raise ValueError("found no text, accepted is one in en, zh or both")
        return self

    @property
    def languages(self) -> list[str]:
        """The languages that it is in, at least one."""
        return [language for language in LANGUAGES if getattr(self, language)]

    def of(self, language: str) -> str:
        """The text in `language`, or in the other where there is none."""
        text: str = getattr(self, language) or getattr(self, other(language))
        return text


class Wordings(_Strict):
    """Several ways to say the same, in each language."""

    en: tuple[Text, ...] = ()
    zh: tuple[Text, ...] = ()

    def of(self, language: str) -> tuple[str, ...]:
        """The wordings in `language`: Chinese for zh, else English."""
        return self.zh if language == CHINESE else self.en


class Article(_Strict):
    """A question about the shop and its answer, in one language or in both.

    Attributes:
        id: a name of its own.
        intents: names of the intents that it answers.
        question: how a customer would ask it; the article's title.
        also: other ways to ask it, in any language.
        answer: plain text, in the languages of the question.
        url: a page that says more.
    """

    id: Slug
    intents: tuple[IntentName, ...]
    question: Texts
    also: Wordings = Wordings()
    answer: Texts
    url: Address | None = None

    @model_validator(mode="after")
    def _one_language_throughout(self) -> Self:
        asked, told = self.question.languages, self.answer.languages
        if asked != told:
            raise ValueError(
                f"found the question in {' and '.join(asked)} but the answer in "
                f"{' and '.join(told)}, accepted is both in the same"
            )
        return self

    def told_in(self, language: str) -> str:
        """The language in which somebody who speaks `language` reads it."""
        return language if language in self.answer.languages else other(language)

    def wordings(self, language: str) -> tuple[str, ...]:
        """Every way to ask it in `language`; none where the shop wrote none."""
        asked = (self.question.of(language),) if language in self.question.languages else ()
        return (*asked, *self.also.of(language))


def load_articles(path: Path | None = None) -> tuple[Article, ...]:
    """Read the articles of `path`; where there is no such file, those of the embedded example.

    Raises:
        InvalidFile: naming the file, and of each wrong article the line, the id and what is
            accepted.
    """
    path = path if path is not None and path.exists() else EMBEDDED
    articles: dict[str, tuple[int, Article]] = {}
    faults: list[str] = []
    for line, raw in _entries(path):
        place = f"{path}, line {line}"
        try:
            article = Article.model_validate(raw)
        except ValidationError as error:
            faults.append(f"{place}, {_faults(raw, error)}")
            continue
        if article.id in articles:
            first, _ = articles[article.id]
            faults.append(f"{place}: found the id {article.id!r} of line {first} more than once")
        else:
            articles[article.id] = line, article
    if faults:
        more = len(faults) - SHOWN_FAULTS
        shown = faults[:SHOWN_FAULTS] + ([f"and {more} more"] if more > 0 else [])
        raise InvalidFile("\n".join([*shown, f"accepted is {ACCEPTED}, each id once"]))
    return tuple(article for _, article in articles.values())


def _entries(path: Path) -> list[tuple[int, object]]:
    """The elements of the file's list, each with the line that it begins at."""
    try:
        with path.open(encoding="utf-8") as file:
            loader = LOADER(file)
            node = loader.get_single_node()
            entries = loader.construct_document(node) if node else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidFile(f"{path}: {error}; accepted is {ACCEPTED}") from error
    if not isinstance(node, yaml.SequenceNode) or not entries:
        raise InvalidFile(f"{path}: found no list, accepted is {ACCEPTED}")
    return [
        (child.start_mark.line + 1, raw) for child, raw in zip(node.value, entries, strict=True)
    ]


def _faults(raw: object, error: ValidationError) -> str:
    """What is wrong with an article, by field."""
    name = raw.get("id") if isinstance(raw, dict) else None
    problems = "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'the article'}: "
        f"{problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors()
    )
    return f"article {name!r}: {problems}"
