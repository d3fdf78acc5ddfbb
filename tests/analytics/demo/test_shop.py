"""Making the demo shop: alike every time, and all of it or nothing."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from analytics.demo import ShopSize, make_shop
from analytics.errors import InvalidInput
from analytics.store import Store, catalogue
from analytics.store.models import Base, Customer, Order, Shop
from tests.analytics.demo.conftest import UNTIL

SMALL = ShopSize(customers=60, products=36, months=3)


def empty_store(folder: Path) -> Store:
    store = Store(f"sqlite:///{folder / 'shop.db'}")
    store.migrate()
    return store


def digest(store: Store, folder: Path) -> dict[str, str]:
    """Return a hash of every table and of every truth file."""
    found = {}
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(table.select().order_by(*table.primary_key)).fetchall()
            found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    for file in sorted(folder.iterdir()):
        found[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def shop_digest(folder: Path, seed: int) -> dict[str, str]:
    folder.mkdir()
    store = empty_store(folder)
    make_shop(store, folder / "truth", seed, size=SMALL, until=UNTIL)
    return digest(store, folder / "truth")


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = shop_digest(tmp_path / "first", seed=3)
    assert shop_digest(tmp_path / "second", seed=3) == first
    other = shop_digest(tmp_path / "third", seed=4)
    assert other["order_lines"] != first["order_lines"]
    assert other["demand.parquet"] != first["demand.parquet"]


def test_summary_counts_what_the_store_holds(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    steps: list[tuple[str, int, int]] = []
    summary = make_shop(
        store,
        tmp_path / "truth",
        progress=lambda *step: steps.append(step),
        size=SMALL,
        until=date(2025, 3, 31),
    )
    assert (summary.since, summary.until) == (date(2025, 1, 1), date(2025, 3, 31))
    assert summary.rows["customers"] == SMALL.customers
    assert summary.rows["products"] == SMALL.products
    assert summary.rows["categories"] == 12
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in summary.rows:
                count = session.scalar(select(func.count()).select_from(table))
                assert count == summary.rows[table.name], table.name
        shop = session.get(Shop, 1)
        assert shop is not None
        assert (shop.name, shop.currency, shop.source) == (summary.name, "GBP", "demo")
    assert steps
    assert all(0 <= done <= total for _, done, total in steps)


def test_products_are_found_by_words_in_both_languages(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    make_shop(store, tmp_path / "truth", size=ShopSize(60, 96, 2), until=UNTIL)
    with store.reading() as session:
        assert catalogue.search(session, "brass table lamp")[0].product.id == "LAMP-001"
        assert catalogue.search(session, "台灯")[0].product.id == "LAMP-001"


def test_a_store_with_a_shop_is_left_alone(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    make_shop(store, tmp_path / "truth", size=SMALL, until=UNTIL)
    before = digest(store, tmp_path / "truth")
    with pytest.raises(InvalidInput, match=r"Lantern & Loom.*an empty store"):
        make_shop(store, tmp_path / "truth", seed=8, size=SMALL, until=UNTIL)
    assert digest(store, tmp_path / "truth") == before


def test_a_folder_that_cannot_be_written_leaves_the_store_empty(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    (tmp_path / "truth").write_text("a file where the folder should be")
    with pytest.raises(InvalidInput, match="folder"):
        make_shop(store, tmp_path / "truth", size=SMALL, until=UNTIL)
    with store.reading() as session:
        for table in (Shop, Customer, Order):
            assert session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    ("size", "field"),
    [
        (ShopSize(customers=0), "customers"),
        (ShopSize(products=11), "products"),
        (ShopSize(products=100_000), "products"),
        (ShopSize(months=0), "months"),
    ],
)
def test_impossible_sizes_are_refused(tmp_path: Path, size: ShopSize, field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        make_shop(empty_store(tmp_path), tmp_path / "truth", size=size, until=UNTIL)


@pytest.mark.parametrize("year", [1, 9999])
def test_impossible_last_days_are_refused(tmp_path: Path, year: int) -> None:
    with pytest.raises(InvalidInput, match="until"):
        make_shop(empty_store(tmp_path), tmp_path / "truth", size=SMALL, until=date(year, 1, 1))


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 11, 26), date(2026, 12, 31)])
def test_the_story_may_end_on_any_day(tmp_path: Path, day: date) -> None:
    store = empty_store(tmp_path)
    assert make_shop(store, tmp_path / "truth", size=SMALL, until=day).until == day
    with store.reading() as session:
        newest = session.scalar(select(func.max(Order.placed_at)))
    assert newest is not None
    assert timedelta() <= day - newest.date() <= timedelta(days=2)
