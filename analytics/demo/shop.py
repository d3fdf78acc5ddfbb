"""Making the demo shop: simulate it, fill the store, write down the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from analytics.demo.simulation import ShopSize, simulate
from analytics.demo.tables import CURRENCY, SHOP_NAME, tables
from analytics.demo.truth import write_truth
from analytics.errors import InvalidInput
from analytics.progress import Progress, silent
from analytics.store import Store, catalogue
from analytics.store.bulk import insert_frame
from analytics.store.models import Shop

FULL_SIZE: Final = ShopSize()


@dataclass(frozen=True)
class DemoSummary:
    """What was made.

    Attributes:
        since, until: first and last day of its history.
        rows: rows written, by table.
        truth: folder with the true parameters.
    """

    name: str
    currency: str
    since: date
    until: date
    rows: dict[str, int]
    truth: Path


def make_shop(
    store: Store,
    folder: Path,
    seed: int = 7,
    progress: Progress = silent,
    *,
    size: ShopSize = FULL_SIZE,
    until: date,
) -> DemoSummary:
    """Fill an empty, migrated store with the demo shop and write its true parameters.

    The same seed, size and last day give the same rows and the same files. Everything is kept, or
    nothing is. The full size takes a few seconds and some hundred megabytes.

    Args:
        folder: where `truth.json` and the tables beside it go; made when missing.
        until: the last day of the shop's story.

    Raises:
        InvalidInput: the store holds a shop already, the folder cannot be written, or a size or
            last day that no shop has.
        StoreUnavailable: the database does not answer.
    """
    progress("imagining the shop", 0, 1)
    world = simulate(seed, size, until)
    progress("imagining the shop", 1, 1)
    rows: dict[str, int] = {}
    with store.transaction() as session:
        if held := session.get(Shop, 1):
            raise InvalidInput("store", held.name, "an empty store")
        for table, frame in tables(world):
            insert_frame(session, table, frame, progress)
            rows[table.__tablename__] = len(frame)
        catalogue.reindex(session)
        try:
            write_truth(world, folder)
        except OSError as error:
            raise InvalidInput("folder", str(folder), f"a folder to write to ({error})") from error
    return DemoSummary(SHOP_NAME, CURRENCY, world.period.start, until, rows, folder)
