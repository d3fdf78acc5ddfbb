"""What a wish is for, with an encoder whose meanings are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from analytics.errors import InvalidFile
from analytics.faq.vectors import Matrix, Vectors
from analytics.occasions import Aim, Occasions, load_occasions

MEANINGS = ["child", "gift", "open", "toy", "kitchen", "nonsense"]
SAID = {
    "child": ["for a child", "for my son", "小孩"],
    "gift": ["a gift", "gift ideas", "礼物"],
    "open": ["anything", "surprise me", "随便"],
    "toy": ["toy", "Games", "Kite", "玩具"],
    "kitchen": ["Kitchen", "pan", "for my kitchen"],
    "nonsense": ["blah"],
}
TEXTS = {text: {meaning: 1.0} for meaning, texts in SAID.items() for text in texts} | {
    "perhaps a child": {"child": 0.6, "nonsense": 0.8},
    "tool": {"kitchen": 0.4, "nonsense": 0.9},
}
SHELVES = {"games": ["Games", "Kite"], "kitchen": ["Kitchen"]}
BOTH = {"en": SHELVES, "zh": {"games": ["玩具"]}}
POLICY = {
    "nearest_occasion": 0.5,
    "nearest_thing": 0.5,
    "nearest_category": 0.5,
    "most_categories": 1,
    "anything": {"en": ["anything"], "zh": ["随便"]},
    "gift": {"en": ["a gift"], "zh": ["礼物"]},
    "occasions": [
        {
            "name": "child",
            "for_others": True,
            "said": {"en": ["for a child"], "zh": ["小孩"]},
            "suits": {"en": ["toy", "pan", "toy", "tool"], "zh": ["玩具"]},
        }
    ],
}


def encode(texts: list[str]) -> Matrix:
    rows = [[TEXTS[text].get(meaning, 0.0) for meaning in MEANINGS] for text in texts]
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def occasions(tmp_path: Path) -> Occasions:
    path = tmp_path / "occasions.yml"
    path.write_text(yaml.safe_dump(POLICY), encoding="utf-8")
    return Occasions(load_occasions(path), Vectors(encode))


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("for my son", Aim(("games",), for_others=True)),
        ("perhaps a child", Aim(("games",), for_others=True)),
        ("gift ideas", Aim(for_others=True, is_gift=True)),
        ("surprise me", Aim(is_open=True)),
        ("for my kitchen", Aim(("kitchen",))),
        ("blah", Aim()),
    ],
)
def test_what_a_wish_is_for(occasions: Occasions, wish: str, expected: Aim) -> None:
    assert occasions.aim(wish, "en", BOTH) == expected


def test_in_chinese_it_is_held_against_chinese_titles(occasions: Occasions) -> None:
    assert occasions.aim("小孩", "zh", BOTH) == Aim(("games",), for_others=True)


def test_a_shop_whose_categories_suit_nothing_has_none(occasions: Occasions) -> None:
    shelves = {"en": {"odd": ["surprise me"]}, "zh": {}}
    assert occasions.aim("for my son", "en", shelves) == Aim(for_others=True)
    assert occasions.aim("for my son", "en", {"en": {}, "zh": {}}) == Aim(for_others=True)


def test_new_titles_count_at_once(occasions: Occasions) -> None:
    assert occasions.aim("for my kitchen", "en", {"en": {}, "zh": {}}) == Aim()
    assert occasions.aim("for my kitchen", "en", BOTH).categories == ("kitchen",)


def test_a_wrong_file_is_refused_with_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "occasions.yml"
    path.write_text(yaml.safe_dump({**POLICY, "most_categories": 0, "extra": 1}), encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"most_categories.*"):
        load_occasions(path)


def test_the_embedded_occasions_are_in_both_languages() -> None:
    policy = load_occasions(Path("no such file"))
    for one in policy.occasions:
        assert one.said.en, one.name
        assert one.said.zh, one.name
        assert len(one.suits.en) >= 3, one.name
        assert len(one.suits.zh) >= 3, one.name
    assert len({one.name for one in policy.occasions}) == len(policy.occasions)
