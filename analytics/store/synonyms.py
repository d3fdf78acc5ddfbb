"""Words that mean the same, in a file that the shop edits: "couch" finds sofas, 灯 finds lamps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from analytics.errors import InvalidFile
from analytics.store.terms import terms

EMBEDDED: Final = Path(__file__).with_name("synonyms.yml")
ACCEPTED: Final = "a list of groups, each a list of two words or more, a word in one group only"

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Group = Annotated[tuple[Word, ...], Field(min_length=2)]
_GROUPS: Final = TypeAdapter(tuple[Group, ...])

Terms = frozenset[str]


@dataclass(frozen=True)
class Synonyms:
    """Groups of words that mean the same.

    Attributes:
        groups: each with the terms of its words, in the order of the file.
    """

    groups: tuple[tuple[Terms, ...], ...] = ()

    def others(self, wanted: set[str]) -> dict[Terms, tuple[Terms, ...]]:
        """Return for each word of a group that stands in `wanted` the other words of its group.

        The longest come first: "desk lamp" before "lamp".
        """
        found = {
            word: tuple(other for other in self.groups[group] if other != word)
            for term in wanted
            for word, group in self._by_term.get(term, ())
            if word <= wanted
        }
        return dict(sorted(found.items(), key=lambda item: (-len(item[0]), sorted(item[0]))))

    @cached_property
    def _by_term(self) -> Mapping[str, list[tuple[Terms, int]]]:
        by_term: dict[str, list[tuple[Terms, int]]] = {}
        for at, group in enumerate(self.groups):
            for word in group:
                for term in word:
                    by_term.setdefault(term, []).append((word, at))
        return by_term


@cache
def embedded_synonyms() -> Synonyms:
    """Return the synonyms that come with Salesclerk."""
    return load_synonyms(EMBEDDED)


def load_synonyms(path: Path) -> Synonyms:
    """Return the synonyms in `path`, a shop's own copy; where there is none, the embedded ones.

    Raises:
        InvalidFile: the file cannot be read or holds something else than is accepted; the message
            names the file, the group and the word.
    """
    path = path if path.exists() else EMBEDDED
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        groups = _GROUPS.validate_python(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidFile(f"{path}: {error}; accepted is {ACCEPTED}") from error
    except ValidationError as error:
        raise InvalidFile(f"{path}: {_explained(error)}; accepted is {ACCEPTED}") from error
    seen: set[Terms] = set()
    for group in groups:
        for word in group:
            key = frozenset(terms(word))
            if not key:
                raise InvalidFile(f"{path}: {word!r} is no word; accepted is {ACCEPTED}")
            if key in seen:
                raise InvalidFile(f"{path}: {word!r} stands there twice; accepted is {ACCEPTED}")
            seen.add(key)
    return Synonyms(tuple(tuple(frozenset(terms(word)) for word in group) for group in groups))


def _explained(error: ValidationError) -> str:
    problems = []
    for problem in error.errors():
        place = [str(int(at) + 1) for at in problem["loc"]]
        named = ", ".join(" ".join(pair) for pair in zip(("group", "word"), place, strict=False))
        problems.append(f"{named or 'content'}: found {problem['input']!r}")
    return "; ".join(problems)
