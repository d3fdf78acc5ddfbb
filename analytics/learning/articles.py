"""The shop's FAQ file, edited by the program: everything that people wrote in it stays as it is.

Lines are put in where they belong; the file is written aside, read as the assistant reads it, and
only then takes the place of the old one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from analytics.errors import InvalidFile, InvalidInput
from analytics.faq import load_articles
from analytics.faq.articles import EMBEDDED, LOADER

INDENT: Final = "  "


def add_wordings(path: Path, article_id: str, wordings: Mapping[str, Sequence[str]]) -> None:
    """Add ways to ask an article's question; those that it has already are left out.

    Args:
        path: the shop's own file; the embedded articles are copied there first if it is missing.
        article_id: of the article.
        wordings: by language.

    Raises:
        InvalidInput: there is no such article.
        InvalidFile: the file is broken, or would be.
    """
    known = {article.id: article for article in load_articles(path)}
    if article_id not in known:
        raise InvalidInput("article", article_id, f"one of {', '.join(sorted(known))}")
    text = _text(path)
    for language, texts in wordings.items():
        node = _article(text, article_id)
        has = _value(node, "question", language), *_values(node, "also", language)
        new = [one for one in dict.fromkeys(texts) if one not in has]
        if new:
            text = _with_wordings(text, node, language, new)
    _replace(path, text)


def add_article(
    path: Path,
    article_id: str,
    questions: Mapping[str, Sequence[str]],
    answers: Mapping[str, str],
) -> None:
    """Add an article at the end of the file.

    Args:
        path: as in `add_wordings`.
        article_id: a name that no article has yet.
        questions: the ways to ask it by language, first the one that is its title.
        answers: by language.

    Raises:
        InvalidInput: there is an article of this name.
        InvalidFile: the file is broken, or the article lacks something.
    """
    if article_id in {article.id for article in load_articles(path)}:
        raise InvalidInput("new article", article_id, "a name that no article has yet")
    titles = {language: questions[language][0] for language in answers if questions.get(language)}
    rest = {
        language: [text for text in texts if text != titles.get(language)]
        for language, texts in questions.items()
    }
    also = {language: texts for language, texts in rest.items() if texts}
    entry: dict[str, Any] = {
        "id": article_id,
        "intents": [],
        "question": titles,
        **({"also": also} if also else {}),
        "answer": dict(answers),
    }
    written = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=100)
    _replace(path, f"{_text(path).rstrip()}\n\n{written}")


def _text(path: Path) -> str:
    return (path if path.exists() else EMBEDDED).read_text(encoding="utf-8")


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    try:
        load_articles(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _article(text: str, article_id: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=LOADER)
    for node in root.value if root else ():
        if _value(node, "id") == article_id:
            return node  # type: ignore[no-any-return]
    raise InvalidFile(f"found no article {article_id!r}")


def _with_wordings(text: str, node: yaml.MappingNode, language: str, new: Sequence[str]) -> str:
    """Return the file's text with wordings put in, where the article has room for them."""
    also = _child(node, "also")
    if also is None:
        margin = " " * node.start_mark.column
        lines = [
            f"{margin}also:",
            f"{margin}{INDENT}{language}:",
            *_items(margin + 2 * INDENT, new),
        ]
        return _insert(text, _child(node, "question"), lines)
    if also.flow_style:
        # {en: [...]}: written anew, in the same place.
        has = yaml.load(text[also.start_mark.index : also.end_mark.index], Loader=LOADER) or {}  # noqa: S506
        merged = {**has, language: [*has.get(language, []), *new]}
        return _put(text, also, json.dumps(merged, ensure_ascii=False))
    wordings = _child(also, language)
    if wordings is None:
        margin = " " * also.start_mark.column
        return _insert(text, also, [f"{margin}{language}:", *_items(margin + INDENT, new)])
    if wordings.flow_style:
        merged_list = [*_values(node, "also", language), *new]
        return _put(text, wordings, json.dumps(merged_list, ensure_ascii=False))
    return _insert(text, wordings, _items(" " * wordings.start_mark.column, new))


def _items(margin: str, texts: Sequence[str]) -> list[str]:
    # A JSON string is a YAML string, whatever it holds.
    return [f"{margin}- {json.dumps(one, ensure_ascii=False)}" for one in texts]


def _insert(text: str, after: yaml.Node | None, lines: Sequence[str]) -> str:
    """Return the text with lines put in behind the last line of a node's content."""
    if after is None:
        raise InvalidFile("found an article without a question")
    end = text[: _last(after).end_mark.index].rstrip()
    rest = text[len(end) :]
    # What stands behind the value on its line is a comment of it.
    beside, newline, below = rest.partition("\n")
    return "\n".join([end + beside, *lines]) + (newline or "\n") + below


def _last(node: yaml.Node) -> yaml.Node:
    """Return the last scalar inside a node: a block node ends where the next one begins."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    return node


def _put(text: str, node: yaml.Node, new: str) -> str:
    return text[: node.start_mark.index] + new + text[node.end_mark.index :]


def _child(node: yaml.Node | None, name: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _value(node: yaml.Node, *names: str) -> str | None:
    found: Any = node
    for name in names:
        found = _child(found, name)
    return found.value.strip() if isinstance(found, yaml.ScalarNode) else None


def _values(node: yaml.Node, *names: str) -> list[str]:
    found: Any = node
    for name in names:
        found = _child(found, name)
    return [one.value for one in found.value] if isinstance(found, yaml.SequenceNode) else []
