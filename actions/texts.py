"""The domain's texts for the words inside cards; numbers and dates as a language writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

LOCALES: Final = {"en": "en_GB", "zh": "zh_CN"}


class Texts:
    """Texts of one language.

    Args:
        responses: the domain's `responses`.
        language: `en` or `zh`.
    """

    def __init__(self, responses: Mapping[str, list[dict[str, Any]]], language: str) -> None:
        self.language = language
        self._responses = responses
        self._locale = LOCALES[language]

    def get(self, name: str, **values: object) -> str:
        """Return the text of the domain response `name` with `values` filled in.

        Raises:
            KeyError: the domain has no such response in this language.
        """
        # As Rasa does it: a variation made for the language, else the one for all.
        variations = sorted(self._responses[name], key=lambda one: "condition" not in one)
        for variation in variations:
            if all(one["value"] == self.language for one in variation.get("condition", ())):
                return str(variation["text"]).format_map(values)
        raise KeyError(f"{name} has no text for {self.language!r}")

    def has(self, name: str) -> bool:
        """Return whether the domain has the response `name`."""
        return name in self._responses

    def money(self, amount: Decimal, currency: str) -> str:
        """Return an amount such as `£1,234.50`."""
        return format_currency(amount, currency, locale=self._locale)

    def limit(self, amount: Decimal, currency: str) -> str:
        """Return an amount without the cents that a round one does not have, such as `£20`."""
        if amount != amount.to_integral_value():
            return self.money(amount, currency)
        return format_currency(
            amount, currency, format="¤#,##0", locale=self._locale, currency_digits=False
        )

    def series(self, parts: Sequence[str]) -> str:
        """Return statements one behind the other, such as `cheapest; only 2 left`."""
        return {"en": "; ", "zh": "；"}[self.language].join(parts)

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number with group separators, rounded to `digits` decimal places."""
        return format_decimal(round(value, digits), locale=self._locale)

    def percent(self, share: float | Decimal) -> str:
        """Return a share of 1 as a percentage with at most one decimal place."""
        return format_percent(share, format="#,##0.#%", locale=self._locale)

    def date(self, day: date | datetime) -> str:
        """Return a day such as `22 November 2026`; of a moment, the day it has in UTC."""
        return format_date(day, "long", locale=self._locale)

    def enumeration(self, names: Sequence[str]) -> str:
        """Return names as `mugs, lamps and vases`."""
        return str(format_list(list(names), locale=self._locale))
