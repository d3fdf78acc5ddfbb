from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend import ContentBased
from analytics.recommend.content import words
from tests.analytics.recommend.data import interactions

ITEMS = pd.DataFrame(
    {
        "item_id": ["lamp", "light", "pot", "pan", "plain"],
        "title": ["Desk lamp", "Desk light", "Steel pot", "Steel pan", None],
        "title_zh": ["台灯", "书桌台灯", "不锈钢锅", "不锈钢煎锅", None],
        "category": ["lighting", "lighting", "kitchen", "kitchen", None],
        "brand": ["Lumo", "Lumo", "Cuoco", "Cuoco", None],
        "price": [30.0, 35.0, 50.0, 55.0, None],
        "description": ["for the desk", "for the desk", "to cook in", "to fry in", None],
    }
)
HISTORY = interactions([("a", "lamp"), ("b", "pot")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LED-Lampe, 10W!", ["led", "lampe", "10w"]),
        ("台灯", ["台灯"]),
        ("不锈钢锅X2", ["不锈", "锈钢", "钢锅", "x2"]),
        ("锅", ["锅"]),
        ("Größe_L", ["größe", "l"]),
        ("", []),
    ],
)
def test_words_of_both_languages(text: str, expected: list[str]) -> None:
    assert list(words(text)) == [word.casefold() for word in expected]


@pytest.mark.parametrize("column", ["title", "category", "brand", "description"])
def test_each_column_alone_tells_what_is_alike(column: str) -> None:
    model = ContentBased().fit(HISTORY, ITEMS[["item_id", column]])
    assert model.recommend(["a", "b"], n=1)["item_id"].tolist() == ["light", "pan"]


def test_chinese_titles_tell_what_is_alike() -> None:
    items = ITEMS[["item_id", "title_zh"]]
    model = ContentBased().fit(HISTORY, items)
    assert model.recommend(["a", "b"], n=1)["item_id"].tolist() == ["light", "pan"]


def test_further_columns_are_read_where_named() -> None:
    items = ITEMS[["item_id", "title"]].rename(columns={"title": "titel"})
    model = ContentBased(text_columns=["titel"]).fit(HISTORY, items)
    assert model.recommend(["a", "b"], n=1)["item_id"].tolist() == ["light", "pan"]
    assert ContentBased().fit(HISTORY, items).similar_items("lamp").empty


@pytest.fixture(scope="module")
def bilingual() -> ContentBased:
    """Two things, each described in both languages without a word or sign in common."""
    items = pd.DataFrame(
        {
            "item_id": ["lamp", "deng", "pan", "guo", "none"],
            "title": ["A lamp for your desk", None, "A pan to fry eggs in", None, None],
            "title_zh": [None, "书桌上用的灯", None, "煎鸡蛋用的锅", None],
        }
    )
    return ContentBased(sentences=True).fit(HISTORY, items)


def test_what_means_the_same_in_another_language_is_alike(bilingual: ContentBased) -> None:
    assert bilingual.similar_items("lamp", n=1)["item_id"].tolist() == ["deng"]
    assert bilingual.similar_items("guo", n=1)["item_id"].tolist() == ["pan"]
    assert "none" not in set(bilingual.similar_items("lamp")["item_id"])
    best = bilingual.recommend(["a"], n=1)
    assert best["item_id"].tolist() == ["deng"]
    reasons = bilingual.explain("a", "deng")
    assert reasons["item_id"].tolist() == ["lamp"]
    assert reasons["score"].tolist() == pytest.approx(best["score"].tolist())


def test_save_and_load_keep_the_meaning(bilingual: ContentBased, tmp_path: Path) -> None:
    bilingual.save(tmp_path)
    loaded = ContentBased.load(tmp_path)
    pd.testing.assert_frame_equal(loaded.similar_items("lamp"), bilingual.similar_items("lamp"))


def test_items_of_one_price_band_are_alike() -> None:
    items = pd.DataFrame({"item_id": [f"i{n}" for n in range(10)], "price": range(10, 20)})
    similar = ContentBased().fit(HISTORY, items).similar_items("i0")
    assert similar["item_id"].tolist() == ["i1"]


def test_a_new_item_is_recommended_for_its_description() -> None:
    best = ContentBased().fit(HISTORY, ITEMS).recommend(["a"], n=1)
    assert best["item_id"].tolist() == ["light"]
    assert "light" not in set(HISTORY["item_id"])


def test_likeness_is_the_cosine_and_scores_add_up() -> None:
    model = ContentBased().fit(interactions([("a", "lamp"), ("a", "pot"), ("b", "pan")]), ITEMS)
    likeness = model.similar_items("light").set_index("item_id")["score"]
    assert 0 < likeness["lamp"] < 1
    scores = model.recommend(["a"]).set_index("item_id")["score"]
    expected = model.similar_items("pan").set_index("item_id")["score"]
    assert scores["pan"] == pytest.approx(expected.get("lamp", 0) + expected["pot"])
    assert model.explain("a", "pan")["score"].sum() == pytest.approx(scores["pan"])
    assert model.explain("a", "pan")["item_id"].tolist()[0] == "pot"


def test_an_item_without_description_is_like_nothing() -> None:
    model = ContentBased().fit(HISTORY, ITEMS)
    assert model.similar_items("plain").empty
    assert math.isclose(float((model.vectors_.power(2)).sum()), len(ITEMS) - 1)


def test_save_and_load_keep_the_descriptions(tmp_path: Path) -> None:
    model = ContentBased(text_columns=["title_zh"]).fit(HISTORY, ITEMS)
    model.save(tmp_path)
    loaded = ContentBased.load(tmp_path)
    pd.testing.assert_frame_equal(loaded.recommend(["a", "x"]), model.recommend(["a", "x"]))
    pd.testing.assert_frame_equal(loaded.similar_items("pot"), model.similar_items("pot"))


def test_wrong_items_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"items\.price: found 'cheap'"):
        ContentBased().fit(HISTORY, ITEMS.assign(price=["cheap", 1, 2, 3, 4]))
    with pytest.raises(InvalidInput, match=r"items\.item_id: found 'lamp'"):
        ContentBased().fit(HISTORY, ITEMS.assign(item_id="lamp"))
