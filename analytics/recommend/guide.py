"""Guided finding: which question tells the products that remain apart best.

A question's worth is the information that its answer is expected to give about the product wanted,
in bits (information gain; Quinlan 1986, "Induction of decision trees"): how evenly it splits the
products, each counting as much as the customer is likely to want it, less what an answer leaves
open where a product fits several, and less for those who do not mind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.columns import BRAND, CATEGORY, ITEM, PRICE
from analytics.errors import InvalidInput

type Ints = NDArray[np.intp]
type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

LANGUAGES: Final = ("en", "zh")
KIND: Final = "kind"
"What a product is, by the end of its title: of a brass table lamp, that it is a table lamp."
OPTION: Final = "option:"
"Begins the name of an attribute that is an option to choose, such as `option:colour`."
MOST_GROUPS: Final = 4
FEW: Final = 3
"Of so many products none needs to be asked about: they are shown."
LEAST_GAIN: Final = 0.3
"A question of fewer bits is not worth its time."
INDIFFERENT: Final[Mapping[str, float]] = {CATEGORY: 0.1, KIND: 0.1, PRICE: 0.15, BRAND: 0.5}
"Our guess at the share of customers who do not mind; see `INDIFFERENT_TO_OPTION` for others."
INDIFFERENT_TO_OPTION: Final = 0.35
EVEN_SHARE: Final = 0.5
"Of the weights, what is spread evenly: nobody is known so well that the rest cannot be wanted."
LEAST_OF_KIND: Final = 3
"Titles that must end alike to make a kind."
KIND_WORDS: Final = 3
"The longest kind."
_ROUND: Final = np.array([1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10])


@dataclass(frozen=True)
class Attribute:
    """What products may be told apart by.

    Attributes:
        values: what it may be (V).
        labels: the values as each language writes them (V each).
        held: 1 where a product holds a value (V, I).
    """

    values: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    held: csr_array

    @cached_property
    def choices(self) -> Floats:
        """How many of the values each product holds (I)."""
        return np.bincount(self.held.indices, minlength=self.held.shape[1]).astype(np.float64)

    @cached_property
    def answers(self) -> csr_array:
        """How likely somebody who wants a product names a value, each it holds alike (V, I)."""
        data = 1 / self.choices[self.held.indices]
        return csr_array((data, self.held.indices, self.held.indptr), shape=self.held.shape)

    @cached_property
    def several(self) -> Ints:
        """The products that hold more than one value."""
        return np.flatnonzero(self.choices > 1)

    def holding(self, values: Collection[str]) -> Mask:
        """Return which products hold one of `values` (I)."""
        rows = [place for place, value in enumerate(self.values) if value in values]
        mask = np.zeros(self.held.shape[1], dtype=np.bool_)
        mask[self.held[rows].indices] = True
        return mask


@dataclass(frozen=True)
class Assortment:
    """The products that can be found.

    Attributes:
        items: their ids (I).
        prices: (I).
        attributes: by name, without the price; of equally good questions the first is asked.
    """

    items: pd.Index[Any]
    prices: Floats
    attributes: Mapping[str, Attribute]

    @classmethod
    def build(cls, products: pd.DataFrame, options: pd.DataFrame) -> Assortment:
        """Return the assortment of a shop.

        Args:
            products: item_id, price, title_en, title_zh, and category and brand each with the
                columns `…_en` and `…_zh` of its names; a category or a brand may be missing.
            options: item_id, option (its name), value, value_en, value_zh: what products may be
                had in; an item that is not among `products` is left out.

        Raises:
            InvalidInput: an item stands there twice, or has no price.
        """
        items = pd.Index(products[ITEM])
        if not items.is_unique:
            raise InvalidInput(f"products.{ITEM}", items[items.duplicated()][0], "each item once")
        prices = products[PRICE].to_numpy(dtype=np.float64)
        if np.isnan(prices).any():
            raise InvalidInput(f"products.{PRICE}", items[np.isnan(prices)][0], "a price of each")
        attributes = {
            CATEGORY: _attribute(items, _named(products, CATEGORY)),
            KIND: _attribute(items, _kinds(products)),
            BRAND: _attribute(items, _named(products, BRAND)),
        }
        for name, of_option in options.groupby("option", sort=True):
            attributes[f"{OPTION}{name}"] = _attribute(items, of_option)
        return cls(items, prices, attributes)

    @cached_property
    def by_price(self) -> Ints:
        """Positions of the products, the cheapest first (I)."""
        return np.argsort(self.prices, kind="stable")


@dataclass(frozen=True)
class Answer:
    """What is wanted of an attribute; with nothing set, it does not matter.

    Attributes:
        values: one of these.
        without: something else than these, where a product has any.
        low, high: the price, both included.
    """

    attribute: str
    values: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def settles(self) -> bool:
        """Whether the attribute need not be asked about again."""
        return not self.without

    def keeps(self, assortment: Assortment) -> Mask:
        """Return which products fit (I).

        Raises:
            InvalidInput: the assortment has no such attribute.
        """
        if self.attribute == PRICE:
            low = -np.inf if self.low is None else self.low
            high = np.inf if self.high is None else self.high
            within: Mask = (assortment.prices >= low) & (assortment.prices <= high)
            return within
        attribute = assortment.attributes.get(self.attribute)
        if attribute is None:
            accepted = ", ".join([PRICE, *assortment.attributes])
            raise InvalidInput("attribute", self.attribute, f"one of {accepted}")
        if self.values:
            return attribute.holding(self.values)
        if not self.without:
            return np.ones(len(assortment.items), dtype=np.bool_)
        others = [one for one in attribute.values if one not in self.without]
        keeps: Mask = attribute.holding(others) | (attribute.choices == 0)
        return keeps


@dataclass(frozen=True)
class Enquiry:
    """A question worth asking.

    Attributes:
        groups: what may be answered, each of which some product fits; by price, the cheapest first,
            else what is wanted most.
        others: none of the groups; None where they leave nothing out.
        gain: what is learned, in bits.
    """

    attribute: str
    groups: tuple[Answer, ...]
    others: Answer | None
    gain: float = field(compare=False)


def weigh(assortment: Assortment, ranking: Sequence[Any] = ()) -> Floats:
    """Return how likely each product is to be wanted; they add up to 1 (I).

    Half is spread evenly, half goes to what is recommended: the more, the higher it ranks.

    Args:
        ranking: what is recommended to the customer, best first; empty for a stranger.
    """
    count = len(assortment.items)
    weights = np.full(count, 1 / max(count, 1))
    places = assortment.items.get_indexer(pd.Index(ranking)) if len(ranking) else np.empty(0, int)
    known = places >= 0
    if known.any():
        taste = 1 / (1 + np.arange(len(places))[known])
        weights *= EVEN_SHARE
        weights[places[known]] += (1 - EVEN_SHARE) * taste / taste.sum()
    return weights


def next_question(
    assortment: Assortment, remaining: Mask, weights: Floats, settled: Collection[str] = ()
) -> Enquiry | None:
    """Return the question that is expected to tell most; None where none is worth asking.

    Linear in the products and what they hold; the same input gives the same question.

    Args:
        remaining: the products that still fit (I).
        weights: how likely each product is to be wanted, not negative (I).
        settled: attributes not to be asked about.
    """
    if np.count_nonzero(remaining) <= FEW:
        return None
    wanted = np.where(remaining, weights, 0.0)
    total = wanted.sum()
    wanted = wanted / total if total > 0 else remaining / np.count_nonzero(remaining)
    found = [] if PRICE in settled else [_price_question(assortment, remaining, wanted)]
    best = found[0] if found else None
    splits = [
        _Split.of(name, attribute, remaining, wanted)
        for name, attribute in assortment.attributes.items()
        if name not in settled
    ]
    for split in sorted(splits, key=lambda split: -split.most):
        least = best.gain if best else 0.0
        if split.most > least and (gain := split.gain(wanted)) > least:
            best = split.question(gain)
    return best if best and best.gain >= LEAST_GAIN else None


@dataclass(frozen=True)
class _Split:
    """How a question would split the products.

    Attributes:
        offered: the values to choose from, the likeliest first.
        rest: whether products remain that hold none of them.
        most: what it may tell at most, were each product to hold one value only.
        interested: the share of those who mind.
    """

    name: str
    attribute: Attribute
    offered: Ints
    rest: bool
    most: float
    interested: float

    @classmethod
    def of(cls, name: str, attribute: Attribute, remaining: Mask, wanted: Floats) -> _Split:
        held = attribute.held @ remaining.astype(np.float64)
        shares = attribute.answers @ wanted
        # Of what is equally likely the first; what no product holds any more is never offered.
        order = np.argsort(np.where(held > 0, -shares, 1.0), kind="stable")
        values = int(np.count_nonzero(held))
        offered = order[: min(values, MOST_GROUPS)]
        told = shares.sum()
        outcomes = np.append(shares[offered], max(told - shares[offered].sum(), 0.0))
        interested = 1 - INDIFFERENT.get(name, INDIFFERENT_TO_OPTION)
        most = float(told * _entropy(outcomes / told)) if values > 1 and told > 0 else 0.0
        return cls(name, attribute, offered, values > len(offered), most * interested, interested)

    def gain(self, wanted: Floats) -> float:
        """Return what is learned, in bits: less what a product of several values leaves open."""
        several = self.attribute.several
        several = several[wanted[several] > 0]
        if not len(several):
            return self.most
        choices = self.attribute.choices[several]
        offered = self.attribute.held[self.offered].indices
        named = np.bincount(offered, minlength=len(wanted))[several] / choices
        others = 1 - named
        rest = others * np.log2(np.where(others > 0, others, 1.0))
        left_open = wanted[several] @ (named * np.log2(choices) - rest)
        return self.most - float(left_open) * self.interested

    def question(self, gain: float) -> Enquiry:
        values = tuple(self.attribute.values[place] for place in self.offered)
        return Enquiry(
            self.name,
            tuple(Answer(self.name, values=(value,)) for value in values),
            Answer(self.name, without=values) if self.rest else None,
            gain,
        )


def _price_question(assortment: Assortment, remaining: Mask, wanted: Floats) -> Enquiry | None:
    by_price = assortment.by_price
    order = by_price[remaining[by_price]]
    prices = assortment.prices[order]
    shares = np.cumsum(wanted[order])
    quantiles = np.arange(1, MOST_GROUPS) / MOST_GROUPS
    places = np.minimum(np.searchsorted(shares, quantiles * shares[-1]), len(prices) - 1)
    bounds = [one for one in _rounded(prices[places]) if prices[0] <= one < prices[-1]]
    # A band that no product lies in is no answer.
    ends = np.searchsorted(prices, bounds, side="right")
    kept = np.flatnonzero(np.diff(ends, prepend=0) > 0)
    if not len(kept):
        return None
    limits = [float(bounds[place]) for place in kept]
    mass = np.diff(np.append(shares[ends[kept] - 1], shares[-1]), prepend=0.0)
    groups = [
        Answer(PRICE, low=low, high=high)
        for low, high in zip([None, *limits], [*limits, None], strict=True)
    ]
    gain = _entropy(mass / mass.sum()) * (1 - INDIFFERENT[PRICE])
    return Enquiry(PRICE, tuple(groups), None, gain)


def _rounded(prices: Floats) -> list[float]:
    """Return the round amounts closest to prices, each once, the lowest first."""
    positive = prices[prices > 0]
    scale = 10 ** np.floor(np.log10(positive))
    digits = (positive / scale)[:, None]
    closest = _ROUND[np.abs(_ROUND - digits).argmin(axis=1)]
    return sorted({round(float(one), 6) for one in closest * scale})


def _entropy(shares: Floats) -> float:
    positive = shares[shares > 0]
    return float(-(positive * np.log2(positive)).sum())


def _attribute(items: pd.Index[Any], held: pd.DataFrame) -> Attribute:
    """Return an attribute from item_id, value, value_en and value_zh of each value held."""
    held = held.dropna(subset=["value"]).drop_duplicates([ITEM, "value"])
    rows = items.get_indexer(pd.Index(held[ITEM]))
    held, rows = held[rows >= 0], rows[rows >= 0]
    codes, values = pd.factorize(held["value"], sort=True)
    first = held.drop_duplicates("value").set_index("value").reindex(values)
    labels = {
        language: tuple(map(str, first[f"value_{language}"].fillna(first.index.to_series())))
        for language in LANGUAGES
    }
    held_by = csr_array((np.ones(len(rows)), (codes, rows)), shape=(len(values), len(items)))
    return Attribute(tuple(map(str, values)), labels, held_by)


def _named(products: pd.DataFrame, column: str) -> pd.DataFrame:
    names = {f"{column}_{language}": f"value_{language}" for language in LANGUAGES}
    return products[[ITEM, column, *names]].rename(columns={column: "value", **names})


def _kinds(products: pd.DataFrame) -> pd.DataFrame:
    """Return the kind of each product by the end of its title; None where it is like no other.

    English titles end in their kind. In the other language, a kind is called what the titles of
    its products end in.
    """
    titles = [str(title).split() for title in products["title_en"]]
    endings = [
        [" ".join(words[-count:]) for count in range(min(KIND_WORDS, len(words) - 1), 0, -1)]
        for words in titles
    ]
    counts = Counter(ending.casefold() for of_title in endings for ending in of_title)
    kinds = pd.Series(
        [
            next((one for one in of_title if counts[one.casefold()] >= LEAST_OF_KIND), None)
            for of_title in endings
        ],
        index=products.index,
        dtype=object,
    )
    values = kinds.str.casefold()
    translated = products["title_zh"] != products["title_en"]
    titles_zh = products["title_zh"][translated].groupby(values)
    names = {kind: _common_ending(list(map(str, of_kind))) for kind, of_kind in titles_zh}
    known = {kind: name for kind, name in names.items() if len(name) > 1}
    return products[[ITEM]].assign(
        value=values, value_en=kinds, value_zh=values.map(known).fillna(kinds)
    )


def _common_ending(texts: Sequence[str]) -> str:
    """Return what all texts end in."""
    backwards = sorted(text[::-1] for text in texts)
    first, last = backwards[0], backwards[-1]
    same = next((at for at, sign in enumerate(first) if last[at : at + 1] != sign), len(first))
    return first[:same][::-1]
