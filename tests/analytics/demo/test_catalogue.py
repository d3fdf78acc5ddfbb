"""The vocabulary and what is composed from it."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from analytics.demo.catalogue import Catalogue, charm, make_catalogue
from analytics.demo.vocabulary import CatalogueWords, catalogue_words
from tests.analytics.demo.conftest import Made

HAN = re.compile(r"[\u4e00-\u9fff]")
FULL = 320


@pytest.fixture(scope="module")
def full() -> Catalogue:
    return make_catalogue(catalogue_words(), FULL, np.random.default_rng(1))


def test_the_full_shop_has_320_products_in_12_categories(full: Catalogue) -> None:
    counts = full.products["category_id"].value_counts()
    assert len(full) == FULL
    assert len(counts) == 12
    assert counts.max() - counts.min() <= 1


def test_every_name_there_could_be_is_distinct_in_both_languages() -> None:
    words = catalogue_words()
    everything = sum(
        len(kind.styles) for category in words.categories.values() for kind in category.types
    )
    products = make_catalogue(words, everything, np.random.default_rng(1)).products
    for column in ("id", "title_en", "title_zh"):
        assert products[column].is_unique, column


def test_chinese_texts_are_chinese_and_english_ones_are_not(full: Catalogue) -> None:
    for column in ("title_zh", "description_zh"):
        assert full.products[column].str.contains(HAN).all()
    for column in ("title_en", "description_en", "brand"):
        assert not full.products[column].str.contains(HAN).any()
    assert not full.products["description_en"].str.contains(r"[{}]|\s\s").any()


def test_skus_read_as_product_and_options(full: Catalogue) -> None:
    variants = full.variants
    assert variants["sku"].is_unique
    assert variants["sku"].str.fullmatch(r"[A-Z]{2,5}-\d{3}(-[A-Z0-9]+)*").all()
    product_id = variants["sku"].str.extract(r"([A-Z]+-\d+)", expand=False)
    assert (product_id == variants["product_id"]).all()
    depth = variants["sku"].str.count("-") - 1
    assert (depth == variants["options"].map(len)).all()


def test_every_option_has_its_chinese_name(full: Catalogue) -> None:
    translated = full.products.set_index("id")["attributes"].map(lambda one: one["options_zh"])
    for variant in full.variants.itertuples():
        assert set(variant.options.values()) <= set(translated[variant.product_id])


def test_cost_stays_below_every_price_ever_asked(made: Made) -> None:
    lowest = made.table("price_history").groupby("sku")["price"].min()
    variants = made.table("variants").set_index("sku")
    assert (variants["cost"] > 0).all()
    assert (variants["cost"] < variants["list_price"]).all()
    assert (variants["cost"] < lowest[variants.index]).all()


def test_stock_is_there_and_some_is_sold_out(made: Made) -> None:
    stock = made.table("variants")["stock"]
    assert (stock >= 0).all()
    assert 0.01 < (stock == 0).mean() < 0.2


@given(st.integers(min_value=1, max_value=10**6))
def test_shop_prices_are_near_and_end_in_nine(pence: int) -> None:
    price = int(charm(pence))
    assert price > 0
    assert price % 10 == 9
    assert abs(price - pence) <= 26
    assert Decimal(price).scaleb(-2).as_tuple().exponent == -2


def test_unknown_names_in_the_vocabulary_are_refused() -> None:
    words = catalogue_words().model_dump()
    words["categories"]["toys"]["types"][0]["season"] = "monsoon"
    with pytest.raises(ValidationError, match=r"unknown season.*monsoon"):
        CatalogueWords.model_validate(words)
