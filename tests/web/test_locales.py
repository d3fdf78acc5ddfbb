"""Every language says everything, and the code says nothing by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.conftest import WEB

LANGUAGES = [entry["code"] for entry in json.loads((WEB / "locales/index.json").read_text("utf-8"))]
CODE = [*WEB.glob("*.js"), *WEB.glob("cards/*.js"), *WEB.glob("agent/*.js")]
PAGES = [*WEB.glob("*.html")]
CALL = re.compile(r"""(?:\bt|lookUp)\(\s*(["`])(.+?)\1""")


def texts(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """All texts of a locale as (dotted key, text); lists by position."""
    if isinstance(tree, str):
        yield path, tree
    else:
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for key, branch in pairs:
            yield from texts(branch, f"{path}.{key}".removeprefix("."))


def read(language: str) -> dict[str, str]:
    return dict(texts(json.loads((WEB / f"locales/{language}.json").read_text("utf-8"))))


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    assert {"en", "zh"} <= set(LANGUAGES)
    assert {path.stem for path in WEB.glob("locales/*.json")} == {*LANGUAGES, "index"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_with_the_same_blanks(language: str) -> None:
    def blanks(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}", text))

    ours, english = read(language), read("en")
    assert ours.keys() == english.keys()
    assert [key for key, text in ours.items() if not text.strip()] == []
    assert [key for key in ours if blanks(ours[key]) != blanks(english[key])] == []


def test_every_text_that_the_page_asks_for_exists() -> None:
    source = "\n".join(path.read_text("utf-8") for path in CODE)
    page = "\n".join(path.read_text("utf-8") for path in PAGES)
    asked = {key for _, key in CALL.findall(source)}
    asked |= set(re.findall(r'data-(?:text|label)="([^"]+)"', page))
    assert len(asked) > 50
    known = read("en")
    patterns = {key: re.sub(r"\\\$\\\{.+?\\\}", r"[\\w-]+", re.escape(key)) for key in asked}
    missing = [
        key
        for key, pattern in patterns.items()
        if not any(re.match(rf"{pattern}($|\.)", one) for one in known)
    ]
    assert missing == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_code_holds_no_text_in_another_script(path: Any) -> None:
    code = re.sub(r"/\*.*?\*/|//.*|/\(https.*", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r"[一-鿿]", code) == []
