"""What tells of a person in texts that are not the person's own: found, and taken out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

ERASED: Final = "[erased]"
FEWEST: Final = 5
"A name of one word with fewer letters is no trace: it would be found in other words' places."
_NUMBER: Final = re.compile(r"[+0-9 ().-]{7,}")
_GAP: Final = r"[ ().–-]{0,2}"


class Traces:
    """Recognises an id, names and contact data in any text.

    Args:
        customer_id: an id of digits alone counts only where a text says that it is a customer's.
        names: full names, as they are written.
        contacts: e-mail addresses, phone numbers, addresses; in any case, and numbers with any
            spaces and signs between their digits.
    """

    def __init__(
        self, customer_id: str, names: Collection[str] = (), contacts: Collection[str] = ()
    ) -> None:
        self.customer_id = customer_id
        bounded = [_contact(one.strip()) for one in contacts if one.strip()]
        bounded += [f"(?-i:{_bounded(one)})" for one in names if _telling(one)]
        # The longest first: an address before the street in it.
        parts = sorted(set(bounded), key=len, reverse=True)
        self._pattern = re.compile("|".join([_of_id(customer_id), *parts]), re.IGNORECASE)

    def __contains__(self, text: str) -> bool:
        return self._pattern.search(text) is not None

    def without(self, data: Any) -> Any:
        """Return a text, or JSON data, without the person; the keys of its objects stay."""
        if isinstance(data, str):
            return self._pattern.sub(ERASED, data)
        if isinstance(data, Mapping):
            return {key: self.without(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self.without(one) for one in data]
        return data


def _telling(name: str) -> bool:
    name = name.strip()
    return len(name) >= FEWEST or (len(name) > 1 and not name.isascii())


def _contact(text: str) -> str:
    """Return the pattern of a contact."""
    if not _NUMBER.fullmatch(text):
        return _bounded(text)
    return rf"(?<!\d){_GAP.join(re.findall(r'[0-9]', text))}(?!\d)"


def _bounded(text: str) -> str:
    """Return the pattern of a text as it stands alone, also escaped as in JSON or HTML."""
    text = text.strip()
    spellings = {text, json.dumps(text)[1:-1], html.escape(text), html.escape(text, quote=False)}
    written = "|".join(sorted((re.escape(one) for one in spellings), key=len, reverse=True))
    before = r"(?<![A-Za-z0-9])" if text[0].isascii() else ""
    behind = r"(?![A-Za-z0-9])" if text[-1].isascii() else ""
    return f"{before}(?:{written}){behind}"


def _of_id(customer_id: str) -> str:
    if not customer_id.isdigit():
        return _bounded(customer_id)
    said = r"(?:customer|user|contact)(?:_?id)?\W{0,8}"
    return rf"{said}{re.escape(customer_id)}(?![A-Za-z0-9])"
