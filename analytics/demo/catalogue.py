"""The demo shop's products and variants, composed from the vocabulary."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, product, zip_longest
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.demo.vocabulary import CatalogueWords, OptionValue, ProductType, Text
from analytics.errors import InvalidInput

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]

COLOURS_OF_A_PRODUCT: Final = 3


@dataclass(frozen=True)
class Catalogue:
    """I products and V variants.

    Attributes:
        products: id, title_en, title_zh, category_id, brand, description_en, description_zh,
            attributes (I rows).
        variants: sku, product_id, options (V rows).
        category_ids: the categories, in the vocabulary's order.
        types: the type of each product (I).
        category: position of each product's category in `category_ids` (I).
        item: position of each variant's product (V).
        start_price: list price on the first day, in pence (V).
        cost: what one unit costs the shop, in pence (V).
    """

    products: pd.DataFrame
    variants: pd.DataFrame
    category_ids: tuple[str, ...]
    types: tuple[ProductType, ...]
    category: Ints
    item: Ints
    start_price: Ints
    cost: Ints

    def __len__(self) -> int:
        return len(self.products)


def make_catalogue(words: CatalogueWords, n_products: int, rng: np.random.Generator) -> Catalogue:
    """Return a catalogue of `n_products`, spread evenly over the categories.

    Raises:
        InvalidInput: fewer products than categories, or more than the vocabulary has names for.
    """
    names = _names(words)
    if not len(words.categories) <= n_products <= len(names):
        raise InvalidInput(
            "products", n_products, f"a number from {len(words.categories)} to {len(names)}"
        )
    category_ids = tuple(words.categories)
    products: list[dict[str, Any]] = []
    variants: list[dict[str, Any]] = []
    for item, (category_id, serial, kind, style) in enumerate(names[:n_products]):
        choices = _choices(words, kind, rng)
        row = _product(words, category_id, kind, style, f"{kind.code}-{serial:03}", rng)
        row["attributes"]["options_zh"] = {
            name: value.zh for choice in choices for name, value in choice.values()
        }
        products.append(row)
        variants.extend(_variants(row["id"], item, kind, choices, rng))
    frame = pd.DataFrame(variants)
    category = np.array([category_ids.index(row["category_id"]) for row in products])
    low, high = np.array([words.categories[name].margin for name in category_ids]).T
    margin = rng.uniform(low[category], high[category])
    start_price = charm(frame["price"])
    item_of_variant = frame["item"].to_numpy()
    return Catalogue(
        products=pd.DataFrame(products),
        variants=frame[["sku", "product_id", "options"]],
        category_ids=category_ids,
        types=tuple(kind for _, _, kind, _ in names[:n_products]),
        category=category,
        item=item_of_variant,
        start_price=start_price,
        cost=(start_price * (1 - margin[item_of_variant])).astype(np.int64),
    )


def charm(pence: ArrayLike) -> Ints:
    """Return shop prices near `pence`: £24.99 or £24.49, and below £10 also £7.39."""
    exact = np.asarray(pence, dtype=np.float64)
    step = np.where(exact >= 1000, 50, 10)
    return (np.maximum(np.round(exact / step), 1) * step - 1).astype(np.int64)


def _names(words: CatalogueWords) -> list[tuple[str, int, ProductType, Text]]:
    """Return category, number within it, type and style of every product there could be.

    The categories take turns, and within a category its types do, so any beginning of the list
    is a balanced shop.
    """
    columns = []
    for category_id, category in words.categories.items():
        rounds = zip_longest(*([(kind, style) for style in kind.styles] for kind in category.types))
        pairs = filter(None, chain(*rounds))
        columns.append([(category_id, number, *pair) for number, pair in enumerate(pairs, 1)])
    return [name for turn in zip_longest(*columns) for name in turn if name]


def _product(
    words: CatalogueWords,
    category_id: str,
    kind: ProductType,
    style: Text,
    product_id: str,
    rng: np.random.Generator,
) -> dict[str, Any]:
    category = words.categories[category_id]
    brand = category.brands[rng.integers(len(category.brands))]
    title = Text(f"{style.en} {kind.name.en}", f"{style.zh}{kind.name.zh}")
    description = Text(
        *(
            template.format(title=name, brand=maker, about=about, care=care)
            for template, name, maker, about, care in zip(
                words.description, title, brand, kind.about, category.care, strict=True
            )
        )
    )
    return {
        "id": product_id,
        "title_en": title.en,
        "title_zh": title.zh,
        "category_id": category_id,
        "brand": brand.en,
        "description_en": description.en,
        "description_zh": description.zh,
        "attributes": {"brand_zh": brand.zh, "warranty_months": category.warranty_months},
    }


type Choice = dict[str, tuple[str, OptionValue]]
"Option name -> name and particulars of the value."


def _choices(words: CatalogueWords, kind: ProductType, rng: np.random.Generator) -> list[Choice]:
    """Return the variants of a product as choices of every option; one empty one without options.

    Every size is made, but only some of the type's colours.
    """
    axes = []
    for option, names in kind.options.items():
        if option == "colour":
            picked = rng.permutation(len(names))[:COLOURS_OF_A_PRODUCT]
            names = tuple(names[position] for position in sorted(picked))
        values = words.options[option].values
        axes.append([(option, (name, values[name])) for name in names])
    return [dict(combination) for combination in product(*axes)]


def _variants(
    product_id: str, item: int, kind: ProductType, choices: list[Choice], rng: np.random.Generator
) -> list[dict[str, Any]]:
    price = 100 * math.exp(rng.uniform(math.log(kind.price[0]), math.log(kind.price[1])))
    return [
        {
            "sku": "-".join([product_id, *(value.code for _, value in choice.values())]),
            "product_id": product_id,
            "options": {option: name for option, (name, _) in choice.items()},
            "item": item,
            "price": price * math.prod(value.factor for _, value in choice.values()),
        }
        for choice in choices
    ]
