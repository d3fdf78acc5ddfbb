"""Contact columns that only who has the key can read, and that are still found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from analytics.errors import SettingsError, WrongContactKey
from analytics.imports import import_csv
from analytics.settings import Settings
from analytics.store import Store, customers, encryption
from analytics.store.models import Address, Customer, Order

AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))

type Opened = Callable[..., Store]


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Opens one and the same database with the keys that it is given."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'shop.db'}"
    else:
        url = request.getfixturevalue("fresh_postgres_url")
    stores: list[Store] = []

    def open_with(*keys: str) -> Store:
        stores.append(Store(url, contact_keys=keys))
        stores[-1].migrate()
        return stores[-1]

    yield open_with
    for store in stores:
        store.close()


def fill(store: Store) -> None:
    with store.transaction() as session:
        session.add_all(
            [
                Customer(
                    id="C1",
                    name="Ann Smith",
                    email="Ann@Example.com",
                    phone="020 7946 0000",
                    address="12 High Street " * 20,
                    postcode="LS1 4AP",
                    created_at=AT,
                    addresses=[Address(address="7 Mill Lane", postcode="N1 9GU")],
                ),
                Customer(id="C2", name="Bob", email="bob@example.com", created_at=AT),
            ]
        )
        session.flush()
        session.add(
            Order(
                id="SC1", customer_id="C1", placed_at=AT, status="pending", currency="GBP",
                address="9 New Road", postcode="E1 6AN",
            )
        )  # fmt: skip


def held(store: Store) -> str:
    """Everything that the contact columns really hold."""
    queries = (
        "SELECT name, email, phone, address, postcode FROM customers",
        "SELECT address, postcode FROM addresses",
        "SELECT address, postcode FROM orders",
    )
    with store.engine.connect() as connection:
        return "\n".join(str(row) for query in queries for row in connection.execute(text(query)))


def found(store: Store) -> list[object]:
    """What is found by e-mail address and by postcode, and what the rows say."""
    with store.reading() as session:
        ann = session.get_one(Customer, "C1")
        return [
            [one.id for one in customers.candidates(session, " ann@example.COM ", None)],
            [one.id for one in customers.candidates(session, None, "ls14ap")],
            [one.id for one in customers.candidates(session, "nobody@example.com", None)],
            customers.has_email(session, "BOB@example.com", "C1"),
            customers.has_email(session, "bob@example.com", "C2"),
            (ann.name, ann.email, ann.phone, ann.address, ann.postcode),
            [(one.address, one.postcode) for one in ann.addresses],
            [(one.address, one.postcode) for one in ann.orders],
        ]


FOUND = [
    ["C1"],
    ["C1"],
    [],
    True,
    False,
    ("Ann Smith", "Ann@Example.com", "020 7946 0000", "12 High Street " * 20, "LS1 4AP"),
    [("7 Mill Lane", "N1 9GU")],
    [("9 New Road", "E1 6AN")],
]
PLAIN = [
    "Ann S",
    "ann@",
    "Ann@",
    "7946 ",
    "High Street",
    "LS1 4",
    "Mill Lane",
    "New Road",
    "E1 6AN",
]
"Each has a sign that no encrypted text has: three letters stand there by chance now and then."


def test_without_a_key_everything_is_plain_text(opened: Opened) -> None:
    store = opened()
    fill(store)
    assert found(store) == FOUND
    assert "enc:" not in held(store)


def test_with_a_key_the_columns_are_unreadable_and_still_found(opened: Opened) -> None:
    store = opened(NEW)
    fill(store)
    assert found(store) == FOUND
    assert not [one for one in PLAIN if one in held(store)]
    with store.transaction() as session:
        session.get_one(Customer, "C1").email = "other@example.com"
    with store.reading() as session:
        assert [one.id for one in customers.candidates(session, "other@example.com", None)] == [
            "C1"
        ]


def test_rows_are_encrypted_rotated_and_decrypted(opened: Opened) -> None:
    fill(opened())
    with opened(OLD).transaction() as session:
        assert encryption.rewrite(session) == {"customers": 2, "addresses": 1, "orders": 1}
    assert found(opened(OLD)) == FOUND
    assert not [one for one in PLAIN if one in held(opened(OLD))]
    # Both keys: what the old one wrote is read and found.
    assert found(opened(NEW, OLD)) == FOUND
    with opened(NEW, OLD).transaction() as session:
        encryption.rewrite(session)
    assert found(opened(NEW)) == FOUND
    with opened(NEW).transaction() as session:
        encryption.rewrite(session, plain=True)
    assert "enc:" not in held(opened())
    assert found(opened()) == FOUND


def test_plain_rows_are_read_beside_encrypted_ones(opened: Opened) -> None:
    fill(opened())
    store = opened(NEW)
    assert found(store) == FOUND
    with store.transaction() as session:
        session.get_one(Customer, "C2").email = "Bob@Example.com"
    assert found(store) == FOUND


@pytest.mark.parametrize("keys", [(), (OTHER,)])
def test_a_lost_or_wrong_key_says_so_at_once(opened: Opened, keys: tuple[str, ...]) -> None:
    fill(opened(NEW))
    with pytest.raises(WrongContactKey, match="SALESCLERK_CONTACT_KEY"):
        opened(*keys)
    with pytest.raises(WrongContactKey), opened(NEW).transaction() as session:
        session.connection().dialect.contact_cipher = None  # type: ignore[attr-defined]
        session.get(Customer, "C1")


def test_an_interrupted_rewrite_changes_nothing(opened: Opened) -> None:
    fill(opened(OLD))
    before = held(opened(OLD))
    with pytest.raises(RuntimeError), opened(OLD).transaction() as session:
        encryption.rewrite(session)
        raise RuntimeError
    assert held(opened(OLD)) == before


def test_an_import_of_encrypted_addresses_twice_changes_nothing(
    opened: Opened, tmp_path: Path
) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "shop.csv").write_text("name,currency\nWillow,EUR\n")
    (folder / "customers.csv").write_text(
        "id,name,email,created_at\nC1,Ann Smith,ann@example.com,2025-03-01\n"
    )
    (folder / "addresses.csv").write_text(
        "customer_id,address,postcode,country\nC1,7 Mill Lane,N1 9GU,UK\nC1,1 Aldwych,,UK\n"
    )
    store = opened(NEW)
    import_csv(store, folder, tmp_path / "report.csv")
    assert "Mill" not in held(store)
    again = import_csv(store, folder, tmp_path / "report.csv")
    assert (again.added, again.changed) == ({}, {})
    (folder / "addresses.csv").write_text(
        "customer_id,address,postcode,country\nC1,7 Mill Lane,N1 9GU,France\n"
    )
    assert import_csv(store, folder, tmp_path / "report.csv").changed == {"addresses": 1}
    with store.reading() as session:
        places = [(one.address, one.country) for one in session.get_one(Customer, "C1").addresses]
    assert places == [("7 Mill Lane", "France"), ("1 Aldwych", "UK")]


def test_the_setting_takes_keys_and_nothing_else() -> None:
    def keys(value: str) -> tuple[str, ...]:
        return Settings.from_environment({"SALESCLERK_CONTACT_KEY": value}).contact_keys

    assert keys("") == ()
    assert keys(f"{NEW}, {OLD}") == (NEW, OLD)
    for wrong in ("secret", f"{NEW},short", NEW[:-4]):
        with pytest.raises(SettingsError, match="SALESCLERK_CONTACT_KEY") as caught:
            keys(wrong)
        assert wrong not in str(caught.value)
