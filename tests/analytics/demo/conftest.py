"""One demo shop, made once, read by all tests here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from analytics.demo import ShopSize, make_shop
from analytics.store import Store
from analytics.store.models import Base

SIZE = ShopSize(customers=700, products=120, months=18)
UNTIL = date(2026, 10, 31)
END = pd.Timestamp("2026-11-01", tz="UTC")


@dataclass(frozen=True)
class Made:
    """A demo shop: its store, and the folder with the truth."""

    store: Store
    folder: Path

    @cache  # noqa: B019 - lives as long as the tests
    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the store as the models read it."""
        table = Base.metadata.tables[name]
        with self.store.reading() as session:
            rows = session.execute(table.select().order_by(*table.primary_key)).fetchall()
        return pd.DataFrame(rows, columns=list(table.columns.keys()))

    @cache  # noqa: B019
    def truth(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"{name}.parquet")

    def lines(self) -> pd.DataFrame:
        """Return order lines with their order and their product."""
        orders = self.table("orders").rename(columns={"id": "order_id"})
        variants = self.table("variants")[["sku", "product_id", "cost"]]
        return self.table("order_lines").merge(orders, on="order_id").merge(variants, on="sku")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    home = tmp_path_factory.mktemp("demo")
    store = Store(f"sqlite:///{home / 'shop.db'}")
    store.migrate()
    make_shop(store, home / "truth", size=SIZE, until=UNTIL)
    return Made(store, home / "truth")
