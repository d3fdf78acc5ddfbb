"""Contact data that only who has the key can read, and yet are found by what they say.

With a key (SALESCLERK_CONTACT_KEY) a contact column holds `enc:<mark>:<Fernet token>`. The mark, in
the columns that are looked up, is a keyed hash of the value however it is spelled (HMAC-SHA256):
the same value has the same mark, and nobody without the key can tell or try which. Without a key
the columns hold plain text; and plain text stays readable beside encrypted one.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import ColumnElement, Dialect, String, Text, func, or_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from analytics.errors import WrongContactKey

PREFIX: Final = "enc:"
_MARK_DIGITS: Final = 32


class Lookup(StrEnum):
    """What a column is looked up as: which spellings are the same."""

    EMAIL = "email"
    POSTCODE = "postcode"

    def normal(self, value: str) -> str:
        """Return the value however it is spelled."""
        if self is Lookup.EMAIL:
            return value.strip().lower()
        plain = unicodedata.normalize("NFKC", value).lower()
        return "".join(one for one in plain if one.isalnum())


class ContactCipher:
    """Encrypts with the first key and decrypts with any.

    Args:
        keys: Fernet keys, newest first.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        # Not the keys themselves: a mark must tell nothing of what decrypts.
        self._marking = [
            hmac.new(urlsafe_b64decode(key), b"contact marks", hashlib.sha256).digest()
            for key in keys
        ]

    def encrypt(self, value: str, lookup: Lookup | None) -> str:
        """Return what the column holds."""
        mark = self.marks(value, lookup)[0] if lookup else ""
        return f"{PREFIX}{mark}:{self._fernet.encrypt(value.encode()).decode()}"

    def decrypt(self, held: str) -> str:
        """Return the value that the column holds.

        Raises:
            WrongContactKey: it was encrypted with none of the keys.
        """
        try:
            return self._fernet.decrypt(held.rpartition(":")[2].encode()).decode()
        except InvalidToken as error:
            raise WrongContactKey from error

    def marks(self, value: str, lookup: Lookup) -> list[str]:
        """Return the value's mark by each key."""
        text = f"{lookup}:{lookup.normal(value)}".encode()
        return [
            hmac.new(key, text, hashlib.sha256).hexdigest()[:_MARK_DIGITS] for key in self._marking
        ]


class Contact(TypeDecorator[str]):
    """A text about how to reach a person, encrypted where the store has a key.

    Args:
        length: of the plain text; the column itself takes more on PostgreSQL, and SQLite counts
            nothing.
        lookup: what the column is looked up as, by `same`; other comparisons find nothing in it.
    """

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None, lookup: Lookup | None = None) -> None:
        super().__init__()
        self.plain_length = length
        self.lookup = lookup

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        sqlite = dialect.name == "sqlite" and self.plain_length
        return dialect.type_descriptor(String(self.plain_length) if sqlite else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        cipher = cipher_of(dialect)
        return value if value is None or cipher is None else cipher.encrypt(value, self.lookup)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not value.startswith(PREFIX):
            return value
        cipher = cipher_of(dialect)
        if cipher is None:
            raise WrongContactKey
        return cipher.decrypt(value)


def use_keys(dialect: Dialect, keys: Sequence[str]) -> None:
    """Encrypt the contact columns of an engine with `keys`, if there are any."""
    dialect.contact_cipher = ContactCipher(keys) if keys else None  # type: ignore[attr-defined]


def cipher_of(dialect: Dialect) -> ContactCipher | None:
    """Return what an engine encrypts contact columns with, or None."""
    found: ContactCipher | None = getattr(dialect, "contact_cipher", None)
    return found


def same(
    session: Session, column: InstrumentedAttribute[str | None], value: str
) -> ColumnElement[bool]:
    """Return the condition that a contact column holds this value, however spelled."""
    lookup: Lookup = column.type.lookup
    held = type_coerce(column, String)
    cipher = cipher_of(session.get_bind().dialect)
    marks = cipher.marks(value, lookup) if cipher else []
    plain = _PLAIN[lookup](held) == lookup.normal(value)
    return or_(plain, *(held.startswith(f"{PREFIX}{mark}:") for mark in marks))


def _plain_postcode(held: ColumnElement[str]) -> ColumnElement[str]:
    return func.replace(func.replace(func.lower(held), " ", ""), "-", "")


_PLAIN: Final[dict[Lookup, Callable[[ColumnElement[str]], ColumnElement[str]]]] = {
    Lookup.EMAIL: func.lower,
    Lookup.POSTCODE: _plain_postcode,
}
