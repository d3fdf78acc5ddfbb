"""Which question is asked, what its answers keep, and how fast."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import InvalidInput
from analytics.recommend import guide
from analytics.recommend.guide import Answer, Assortment, Enquiry, next_question, weigh


def shop(rows: list[dict[str, Any]]) -> Assortment:
    """Return an assortment of products with `price` and any of title, category, brand, colour."""
    products = pd.DataFrame(
        [
            {
                "item_id": f"P{number}",
                "price": row["price"],
                "title_en": row.get("title", f"Thing{number}"),
                "title_zh": row.get("title_zh", row.get("title", f"Thing{number}")),
                **{
                    f"{name}{ending}": row.get(name)
                    for name in ("category", "brand")
                    for ending in ("", "_en", "_zh")
                },
            }
            for number, row in enumerate(rows)
        ]
    )
    options = pd.DataFrame(
        [
            (f"P{number}", "colour", colour, colour, None)
            for number, row in enumerate(rows)
            for colour in row.get("colour", ())
        ],
        columns=["item_id", "option", "value", "value_en", "value_zh"],
    )
    return Assortment.build(products, options)


def everything(assortment: Assortment) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.ones(len(assortment.items), dtype=np.bool_)


def ask(assortment: Assortment, *settled: str) -> Enquiry | None:
    return next_question(assortment, everything(assortment), weigh(assortment), settled)


def test_what_splits_evenly_is_asked() -> None:
    rows = [
        {"price": 10, "category": "abcd"[number % 4], "brand": "x" if number else "y"}
        for number in range(8)
    ]
    question = ask(shop(rows))
    assert question is not None
    assert question.attribute == "category"
    assert [one.values for one in question.groups] == [("a",), ("b",), ("c",), ("d",)]
    assert question.others is None
    assert question.gain == pytest.approx(2 * 0.9)


def test_of_many_values_the_likeliest_are_offered_and_the_others_can_be_meant() -> None:
    rows = [{"price": 10, "category": name} for name in "aaaabbbccdefg"]
    question = ask(shop(rows))
    assert question is not None
    assert [one.values[0] for one in question.groups] == ["a", "b", "c", "d"]
    assert question.others == Answer("category", without=("a", "b", "c", "d"))
    assert question.others.keeps(shop(rows)).sum() == 3


def test_taste_decides_what_is_offered_first() -> None:
    assortment = shop([{"price": 10, "category": name} for name in "aabbccddeeff"])
    question = next_question(assortment, everything(assortment), weigh(assortment, ["P10", "P11"]))
    assert question is not None
    assert question.groups[0].values == ("f",)


def test_a_product_in_several_colours_tells_less() -> None:
    def gain(*colours: str) -> float:
        question = ask(shop([{"price": 10, "colour": tuple(one)} for one in colours]))
        return question.gain if question else 0.0

    assert gain("r", "g", "b", "w") == pytest.approx(2 * 0.65)
    # Half of the answer is left open by each product: one bit of two.
    assert gain("rg", "gb", "bw", "wr") == pytest.approx(1 * 0.65)
    assert gain("rgbw", "rgbw", "rgbw", "rgbw") == 0.0


def test_what_few_products_have_tells_little() -> None:
    rows = [{"price": 10, "colour": [("r",), ("g",), (), (), (), (), (), ()][n]} for n in range(8)]
    assert ask(shop(rows)) is None


def test_prices_are_split_by_round_amounts() -> None:
    question = ask(shop([{"price": price} for price in (4.99, 9.99, 21, 24, 48, 52, 99, 210)]))
    assert question is not None
    assert question.attribute == "price"
    bounds = [(one.low, one.high) for one in question.groups]
    assert bounds[0][0] is None
    assert bounds[-1][1] is None
    assert [high for _, high in bounds[:-1]] == [low for low, _ in bounds[1:]]
    assert {high for _, high in bounds[:-1]} <= {10.0, 25.0, 50.0, 60.0, 100.0}


def test_kinds_are_what_titles_end_in_and_have_a_name_in_each_language() -> None:
    rows = [
        {"price": 10, "title": f"{style} {kind}", "title_zh": f"{style_zh}{kind_zh}"}
        for kind, kind_zh in (("Table Lamp", "台灯"), ("Floor Lamp", "落地灯"))
        for style, style_zh in (("Oak", "橡木"), ("Brushed Brass", "黄铜"), ("Rattan", "藤编"))
    ]
    kinds = shop(rows).attributes[guide.KIND]
    assert kinds.values == ("floor lamp", "table lamp")
    assert kinds.labels["en"] == ("Floor Lamp", "Table Lamp")
    assert kinds.labels["zh"] == ("落地灯", "台灯")


def test_few_products_are_not_asked_about() -> None:
    assert ask(shop([{"price": price} for price in (1, 10, 100)])) is None


def test_products_that_nothing_tells_apart_are_not_asked_about() -> None:
    assert ask(shop([{"price": 10, "category": "a"}] * 20)) is None


def test_what_is_settled_is_not_asked_again() -> None:
    rows = [{"price": 10 * (number + 1), "category": "abcd"[number % 4]} for number in range(12)]
    first = ask(shop(rows))
    assert first is not None
    second = ask(shop(rows), first.attribute)
    assert second is not None
    assert second.attribute != first.attribute
    assert ask(shop(rows), "category", "price") is None


def test_an_answer_without_anything_keeps_everything() -> None:
    assortment = shop([{"price": 10, "category": "a"}, {"price": 20}])
    assert Answer("category").keeps(assortment).all()
    assert Answer("price").keeps(assortment).all()
    assert Answer("category", values=("b",)).keeps(assortment).sum() == 0


def test_an_unknown_attribute_is_refused() -> None:
    with pytest.raises(InvalidInput, match="weight"):
        Answer("weight", values=("heavy",)).keeps(shop([{"price": 10}]))


@pytest.mark.parametrize("price", [None, float("nan")])
def test_a_product_without_a_price_is_refused(price: float | None) -> None:
    with pytest.raises(InvalidInput, match="price"):
        shop([{"price": price}])


def test_a_product_that_stands_there_twice_is_refused() -> None:
    names = ["title_en", "title_zh", "category", "category_en", "category_zh"]
    names += ["brand", "brand_en", "brand_zh"]
    twice = pd.DataFrame({"item_id": ["P", "P"], "price": [1, 2], **dict.fromkeys(names, "x")})
    options = pd.DataFrame(columns=["item_id", "option", "value", "value_en", "value_zh"])
    with pytest.raises(InvalidInput, match="once"):
        Assortment.build(twice, options)


def test_a_stranger_wants_everything_alike() -> None:
    assortment = shop([{"price": 10}] * 4)
    assert weigh(assortment) == pytest.approx([0.25] * 4)
    known = weigh(assortment, ["P2", "gone", "P0"])
    assert known.sum() == pytest.approx(1)
    assert known[2] > known[0] > known[1] == known[3] > 0


PRODUCTS = st.lists(
    st.fixed_dictionaries(
        {
            "price": st.integers(1, 100_000).map(lambda pence: pence / 100),
            "category": st.sampled_from([None, *"abcdef"]),
            "brand": st.sampled_from([None, *"xyz"]),
            "title": st.sampled_from(["A Lamp", "B Lamp", "C Lamp", "A Mug", "B Mug", "Vase"]),
            "colour": st.sets(st.sampled_from("rgbw")).map(sorted),
        }
    ),
    min_size=1,
    max_size=40,
)


@given(PRODUCTS, st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_questions_end_and_every_answer_keeps_a_product(
    rows: list[dict[str, Any]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    assortment = shop(rows)
    remaining, settled = everything(assortment), set[str]()
    weights = rng.random(len(rows))
    for _ in range(100):
        question = next_question(assortment, remaining, weights, settled)
        assert question == next_question(assortment, remaining, weights, settled)
        if question is None:
            break
        answers = [*question.groups, *([question.others] if question.others else [])]
        kept = [remaining & one.keeps(assortment) for one in answers]
        assert 1 <= len(question.groups) <= guide.MOST_GROUPS
        assert len(answers) > 1
        assert all(mask.any() for mask in kept)
        chosen = rng.integers(len(answers) + 1)
        if chosen == len(answers):
            settled.add(question.attribute)
            continue
        remaining = kept[chosen]
        if answers[chosen].settles:
            settled.add(question.attribute)
    else:
        pytest.fail("the questions do not end")


@given(PRODUCTS)
@settings(max_examples=100, deadline=None)
def test_no_other_question_tells_more(rows: list[dict[str, Any]]) -> None:
    assortment = shop(rows)
    best = ask(assortment)
    names = ["price", *assortment.attributes]
    for name in names:
        alone = ask(assortment, *(other for other in names if other != name))
        assert alone is None or (best is not None and best.gain >= alone.gain - 1e-9)


def test_three_questions_leave_fewer_products_than_three_at_random() -> None:
    rng = np.random.default_rng(0)
    rows = [
        {
            "price": float(np.exp(rng.normal(3, 1))),
            "category": str(rng.integers(8)),
            "brand": str(rng.choice(3, p=[0.9, 0.05, 0.05])),
            "title": f"Some {'ABCDEFGHIJ'[rng.integers(10)]}",
            "colour": sorted(set(map(str, rng.integers(6, size=2)))),
        }
        for _ in range(500)
    ]
    assortment = shop(rows)
    names = ["price", *assortment.attributes]

    def left(wanted: int, at_random: bool) -> int:
        remaining, settled = everything(assortment), set[str]()
        for _ in range(3):
            closed = set(names) - {str(rng.choice(sorted(set(names) - settled)))}
            question = next_question(
                assortment, remaining, weigh(assortment), closed if at_random else settled
            )
            if question is None:
                continue
            answers = [*question.groups, *([question.others] if question.others else [])]
            kept = [mask for one in answers if (mask := one.keeps(assortment))[wanted]]
            remaining &= kept[0] if kept else True
            settled.add(question.attribute)
        return int(remaining.sum())

    targets = rng.integers(500, size=200)
    guided, random = ([left(int(one), chance) for one in targets] for chance in (False, True))
    assert np.mean(guided) < np.mean(random)


def test_a_question_is_found_about_100_000_products() -> None:
    count = 100_000
    rng = np.random.default_rng(0)
    ids = np.array([f"P{number:06}" for number in range(count)])
    columns = {
        f"{name}{ending}": values
        for name, values in (
            ("category", rng.integers(0, 40, count).astype(str)),
            ("brand", rng.integers(0, 2000, count).astype(str)),
        )
        for ending in ("", "_en", "_zh")
    }
    titles = [f"Fine {one}" for one in rng.integers(0, 300, count)]
    products = pd.DataFrame(
        {
            "item_id": ids,
            "price": np.exp(rng.normal(3, 1, count)),
            "title_en": titles,
            "title_zh": titles,
            **columns,
        }
    )
    colours = rng.integers(0, 20, 3 * count).astype(str)
    options = pd.DataFrame(
        {
            "item_id": np.repeat(ids, 3),
            "option": np.repeat(rng.choice(["colour", "size", "length"], count), 3),
            **dict.fromkeys(("value", "value_en", "value_zh"), colours),
        }
    )
    assortment = Assortment.build(products, options)
    weights = weigh(assortment, list(ids[:200]))
    assert next_question(assortment, everything(assortment), weights)
