"""What the page's files promise without a browser."""

from __future__ import annotations

import json
import re

from tests.web.conftest import WEB

SOURCES = [*WEB.glob("*.html"), *WEB.glob("*.js"), *WEB.glob("*.css"), *WEB.glob("cards/*.js")]
PARSES_HTML = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(")


def test_deep_chat_is_pinned_by_version_and_hash() -> None:
    package = json.loads((WEB / "package.json").read_text())
    lock = json.loads((WEB / "package-lock.json").read_text())
    assert package["dependencies"] == {"deep-chat": "2.4.2"}
    locked = {name: entry for name, entry in lock["packages"].items() if name}
    assert locked["node_modules/deep-chat"]["version"] == "2.4.2"
    assert all(entry["integrity"].startswith("sha512-") for entry in locked.values())


def test_the_lock_names_no_download_address() -> None:
    assert "http" not in (WEB / "package-lock.json").read_text()


def test_nothing_of_ours_reaches_an_html_parser() -> None:
    found = [path.name for path in SOURCES if PARSES_HTML.search(path.read_text("utf-8"))]
    assert found == []


def test_every_script_and_style_is_a_file() -> None:
    page = (WEB / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=", page) == []
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page) == []
