"""What the demo shop's customers keep in their accounts, and which of it their orders use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.demo.catalogue import Ints
from analytics.demo.people import make_addresses
from analytics.demo.vocabulary import PeopleWords
from analytics.store.models import PaymentMethodKind as Kind

FURTHER_ADDRESS_SHARE: Final = 0.25
"Of the customers: one more address, such as work or the parents'."
SENT_THERE_SHARE: Final = 0.04
"Of the orders of a customer with a further address."
CARD_FIRST_SHARE: Final = 0.85
"Of the customers: a card is their usual method; PayPal is that of the others."
SECOND_METHOD_SHARE: Final = 0.35
CHINESE_METHOD_SHARE: Final = 0.7
"Of the customers who speak Chinese: their second method is Alipay or WeChat Pay."
SECOND_USED_SHARE: Final = 0.3
"Of the orders of a customer with two methods."
GIFT_CARD_SHARE: Final = 0.3
GIFT_CARD_BALANCE: Final = (5_00, 150_00)
"In pence, both included."
BRANDS: Final = {"Visa": 0.5, "Mastercard": 0.4, "Amex": 0.1}

type Kinds = NDArray[np.object_]


@dataclass(frozen=True)
class Accounts:
    """What C customers have on file beside their default address.

    Attributes:
        addresses: customer (position), address, postcode, country; by customer, at most one each.
        methods: id, customer (position), kind, brand, last_four, balance (pence; -1 but for a gift
            card); by customer, one to three each, the usual one first and a gift card last.
    """

    addresses: pd.DataFrame
    methods: pd.DataFrame


def make_accounts(words: PeopleWords, people: pd.DataFrame, rng: np.random.Generator) -> Accounts:
    """Draw the accounts of `people`, see `make_people`."""
    customer = np.flatnonzero(rng.random(len(people)) < FURTHER_ADDRESS_SHARE)
    addresses = make_addresses(words, len(customer), rng)
    addresses.insert(0, "customer", customer)
    return Accounts(addresses, _methods(people, rng))


def choose_from_accounts(
    accounts: Accounts, people: pd.DataFrame, customer: Ints, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw where the orders of these customers (positions) go, and by what they are paid.

    Returns:
        address, postcode, country, method (position in `Accounts.methods`); a row an order.
    """
    columns = ["address", "postcode", "country"]
    places = pd.concat([people[columns], accounts.addresses[columns]], ignore_index=True)
    further = np.full(len(people), -1)
    further[accounts.addresses["customer"]] = len(people) + np.arange(len(accounts.addresses))
    elsewhere = (rng.random(len(customer)) < SENT_THERE_SHARE) & (further[customer] >= 0)
    chosen = places.iloc[np.where(elsewhere, further[customer], customer)]

    methods = accounts.methods
    owner = methods["customer"].to_numpy()
    usable = np.bincount(owner[methods["kind"] != Kind.GIFT_CARD], minlength=len(people))
    second = (rng.random(len(customer)) < SECOND_USED_SHARE) & (usable[customer] > 1)
    method = np.searchsorted(owner, customer) + second
    return chosen.assign(method=method).reset_index(drop=True)


def _methods(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    kinds = _kinds((people["language"] == "zh").to_numpy(), rng)
    customer, slot = np.nonzero(kinds != "")
    kind = kinds[customer, slot]
    n = len(kind)
    number = 1 + np.arange(n) - np.searchsorted(customer, customer)
    brand = pd.Series(rng.choice(list(BRANDS), n, p=list(BRANDS.values())))
    last_four = pd.Series([f"{digits:04}" for digits in rng.integers(10_000, size=n)])
    least, most = GIFT_CARD_BALANCE
    balance = rng.integers(least, most + 1, n)
    return pd.DataFrame(
        {
            "id": [
                f"PM-{owner}-{place}"
                for owner, place in zip(people["id"].iloc[customer], number, strict=True)
            ],
            "customer": customer,
            "kind": kind,
            "brand": brand.where(kind == Kind.CARD),
            "last_four": last_four.where(kind == Kind.CARD),
            "balance": np.where(kind == Kind.GIFT_CARD, balance, -1),
        }
    )


def _kinds(chinese: NDArray[np.bool_], rng: np.random.Generator) -> Kinds:
    """Return the usual, the second and the gift method of each customer (C, 3), "" for none."""
    n = len(chinese)
    first = np.where(rng.random(n) < CARD_FIRST_SHARE, Kind.CARD, Kind.PAYPAL)
    paypal_too = (first == Kind.CARD) & (rng.random(n) < 0.6)
    second = np.where(paypal_too, Kind.PAYPAL, Kind.CARD)
    second = np.where(rng.random(n) < SECOND_METHOD_SHARE, second, "")
    wallet = np.where(rng.random(n) < 0.5, Kind.ALIPAY, Kind.WECHAT_PAY)
    second = np.where(chinese & (rng.random(n) < CHINESE_METHOD_SHARE), wallet, second)
    gift = np.where(rng.random(n) < GIFT_CARD_SHARE, Kind.GIFT_CARD, "")
    return np.column_stack([first, second, gift]).astype(object)
