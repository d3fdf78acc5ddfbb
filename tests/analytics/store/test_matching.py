"""Which of a few things a text means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from analytics.store import Store
from analytics.store.matching import named
from analytics.store.synonyms import Synonyms

LINES = {
    1: ["Cotton shirt", "棉衬衫", "red, M"],
    2: ["Desk lamp", "台灯", "white"],
    3: ["Floor lamp", "落地灯", "black"],
}
OPTIONS = {
    "RM": ["red", "M"],
    "RL": ["red", "L"],
    "BM": ["blue", "M"],
    "BL": ["blue", "L"],
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('matching') / 'shop.db'}")
    with store.reading() as session:
        yield session
    store.close()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("the shirt please", [1]),
        ("SHIRTS!", [1]),
        ("我的衬衫", [1]),
        ("the red one", [1]),
        ("the desk lamp", [2]),
        ("台灯那个", [2]),
        # What they have in common does not tell them apart, but it tells them from the rest.
        ("a lamp", [2, 3]),
        ("灯", [2, 3]),
        ("the black lamp", [3]),
        # By a synonym: light, lamp.
        ("that light", [2, 3]),
        ("standing lamp", [3]),
        ("the couch", []),
        ("the one in my order", []),
        ("订单", []),
        ("?!", []),
        ("", []),
    ],
)
def test_lines_of_an_order(session: Session, text: str, lines: list[int]) -> None:
    assert named(session, text, LINES) == lines


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("red", ["RM", "RL"]),
        ("M", ["RM", "BM"]),
        ("size m in blue", ["BM"]),
        ("large red", ["RL"]),
        ("蓝色 M", ["BM"]),
        ("大号红色", ["RL"]),
        ("green", []),
        ("red or blue", ["RM", "RL", "BM", "BL"]),
    ],
)
def test_options_of_a_product(session: Session, text: str, options: list[str]) -> None:
    assert named(session, text, OPTIONS) == options


def test_a_code_is_only_itself(session: Session) -> None:
    sizes = {10: ["size 10"], 100: ["size 100"]}
    assert named(session, "size 100", sizes) == [100]
    assert named(session, "size 1000", sizes) == [10, 100]
    assert named(session, "1000", sizes) == []


def test_of_nothing_nothing_is_meant(session: Session) -> None:
    assert named(session, "the lamp", {}) == []
    assert named(session, "the lamp", {1: [], 2: [""]}) == []


def test_the_shops_own_synonyms_count(tmp_path: Path) -> None:
    synonyms = Synonyms(((frozenset({"thingy"}), frozenset({"lamp"})),))
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}", synonyms)
    with store.reading() as session:
        assert named(session, "the thingy", LINES) == [2, 3]
        assert named(session, "the light", LINES) == []
    store.close()
