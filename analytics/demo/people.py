"""Names and addresses of the demo shop's customers, composed from the vocabulary."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.demo.vocabulary import PeopleWords

CHINESE_SHARE: Final = 0.25
CONSENT_SHARE: Final = 0.55


def make_people(words: PeopleWords, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return invented people: id, name, email, phone, address, postcode, country, language,
    marketing_consent. Those whose language is Chinese have Chinese names.
    """
    chinese = rng.random(n) < CHINESE_SHARE
    names, mailboxes = _names(words, chinese, rng)
    addresses = make_addresses(words, n, rng)
    phones = rng.permutation(len(words.phone_ranges) * 1000)
    return pd.DataFrame(
        {
            "id": [f"C{number:05}" for number in range(1, n + 1)],
            "name": names,
            "email": [
                f"{mailbox}{number}@example.com" for number, mailbox in enumerate(mailboxes, 1)
            ],
            "phone": [
                f"{words.phone_ranges[phone // 1000]}{phone % 1000:03}"
                for phone in np.resize(phones, n)
            ],
            **addresses,
            "language": np.where(chinese, "zh", "en"),
            "marketing_consent": rng.random(n) < CONSENT_SHARE,
        }
    )


def make_addresses(words: PeopleWords, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return invented addresses: address, postcode, country."""
    cities = list(words.cities)
    city = rng.integers(len(cities), size=n)
    street = rng.choice(words.streets, n)
    house = rng.integers(1, 160, n)
    # The inward part of a postcode has no C, I, K, M, O or V (Royal Mail, Programmers' Guide).
    letters = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
    inward = rng.choice(letters, (n, 2))
    district, sector = rng.integers(1, 20, n), rng.integers(1, 10, n)
    return pd.DataFrame(
        {
            "address": [f"{house[i]} {street[i]}, {cities[city[i]]}" for i in range(n)],
            "postcode": [
                f"{words.cities[cities[city[i]]]}{district[i]} {sector[i]}{''.join(inward[i])}"
                for i in range(n)
            ],
            "country": words.country,
        }
    )


def _names(
    words: PeopleWords, chinese: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Return each person's name, and the beginning of their e-mail address."""
    surnames, given = list(words.surnames_zh.items()), list(words.given_names_zh.items())
    names, mailboxes = [], []
    for is_chinese in chinese:
        if is_chinese:
            (surname, romanised), (name, pinyin) = _one_of(surnames, rng), _one_of(given, rng)
            names.append(f"{surname}{name}")
            mailboxes.append(f"{pinyin}.{romanised}")
        else:
            first, last = _one_of(words.first_names, rng), _one_of(words.last_names, rng)
            names.append(f"{first} {last}")
            mailboxes.append(re.sub("[^a-z.]", "", f"{first}.{last}".lower()))
    return names, mailboxes


def _one_of[T](values: list[T] | tuple[T, ...], rng: np.random.Generator) -> T:
    return values[int(rng.integers(len(values)))]
