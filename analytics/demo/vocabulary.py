"""What the demo shop's names, texts and calendar are made of: `catalogue.yml` and `people.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

_FOLDER: Final = Path(__file__).parent


class Text(NamedTuple):
    """One text in both languages."""

    en: str
    zh: str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Peak(_Strict):
    """A bump of a season: `height` on the log scale, around a day of the year (1 to 365)."""

    day: int = Field(ge=1, le=365)
    width: float = Field(gt=0)
    height: float


class Campaign(_Strict):
    """A sale that begins on the same day every year; see `analytics.demo.prices.Promotion`."""

    name: str
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    days: int = Field(ge=1)
    discount: float = Field(gt=0, le=0.3)
    lift: float = Field(ge=1)
    share: float = Field(gt=0, le=1)
    categories: tuple[str, ...] = ()


class Carrier(_Strict):
    """Who brings parcels, in how many days at least and at most."""

    name: str
    prefix: str
    transit_days: tuple[int, int]


class OptionValue(_Strict):
    """A value of an option; `code` ends the SKU, `factor` scales the price."""

    zh: str
    code: str
    factor: float = Field(default=1.0, gt=0)


class Option(_Strict):
    zh: str
    values: dict[str, OptionValue]


class ProductType(_Strict):
    """A kind of product. `price` is in pounds; `units` is what a customer takes beyond one."""

    code: str = Field(pattern="^[A-Z]{2,5}$")
    name: Text
    price: tuple[int, int]
    season: str
    units: float = Field(default=0.0, ge=0)
    options: dict[str, tuple[str, ...]] = {}
    goes_with: tuple[str, ...] = ()
    about: Text
    styles: tuple[Text, ...]


class CategoryWords(_Strict):
    """A category. `margin` is a share of the list price; `elasticity` is what its products lose in
    demand, in per cent, for one per cent on the price."""

    title: Text
    margin: tuple[float, float]
    elasticity: float = Field(gt=0)
    warranty_months: int
    brands: tuple[Text, ...]
    care: Text
    types: tuple[ProductType, ...]


class CatalogueWords(_Strict):
    """`catalogue.yml`."""

    description: Text
    seasons: dict[str, tuple[Peak, ...]]
    campaigns: tuple[Campaign, ...]
    competitors: tuple[str, ...]
    carriers: tuple[Carrier, ...]
    options: dict[str, Option]
    categories: dict[str, CategoryWords]

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        types = [one for category in self.categories.values() for one in category.types]
        codes = {one.code for one in types}
        used: dict[str, tuple[set[Any], set[Any]]] = {
            "season": ({one.season for one in types}, set(self.seasons)),
            "type code": ({code for one in types for code in one.goes_with}, codes),
            "category": (
                {name for campaign in self.campaigns for name in campaign.categories},
                set(self.categories),
            ),
            "option": (
                {
                    (axis, value)
                    for one in types
                    for axis in one.options
                    for value in one.options[axis]
                },
                {(axis, value) for axis in self.options for value in self.options[axis].values},
            ),
        }
        for kind, (named, known) in used.items():
            if unknown := named - known:
                raise ValueError(f"unknown {kind}: {sorted(map(str, unknown))}")
        if len(codes) != len(types):
            raise ValueError("two product types share a code")
        return self


class PeopleWords(_Strict):
    """`people.yml`; the Chinese names map to their pinyin, the cities to their postcode area."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    surnames_zh: dict[str, str]
    given_names_zh: dict[str, str]
    streets: tuple[str, ...]
    cities: dict[str, str]
    country: str
    phone_ranges: tuple[str, ...]


@cache
def catalogue_words() -> CatalogueWords:
    """Return the vocabulary of the catalogue."""
    return CatalogueWords.model_validate(_read("catalogue.yml"))


@cache
def people_words() -> PeopleWords:
    """Return the vocabulary of the customers."""
    return PeopleWords.model_validate(_read("people.yml"))


def _read(name: str) -> object:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
