"""Writing down what is true of a demo shop; README.md beside this module explains each file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.demo import interactions, visits
from analytics.demo.customers import SEGMENTS, TASTE_STRENGTH
from analytics.demo.demand import LARGEST_PROBABILITY
from analytics.demo.period import DAYS_OF_A_YEAR
from analytics.demo.simulation import World
from analytics.demo.vocabulary import catalogue_words

_DIGITS: Final = 6
"Decimals kept: enough to judge by, and alike on every machine."


def write_truth(world: World, folder: Path) -> None:
    """Write `truth.json` and the Parquet tables into `folder`, which is made when missing.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_parameters(world), indent=2, ensure_ascii=False)
    (folder / "truth.json").write_text(f"{text}\n", encoding="utf-8")
    tables = {
        "customers": _customers(world),
        "items": _items(world),
        "variants": world.catalogue.variants[["sku", "product_id"]].assign(
            share=world.demand.variant_share
        ),
        "complements": _complements(world),
        "promotions": _promotions(world),
        "demand": _demand(world),
    }
    for name, table in tables.items():
        table.round(_DIGITS).to_parquet(folder / f"{name}.parquet", index=False)


def _parameters(world: World) -> dict[str, Any]:
    words = catalogue_words()
    return {
        "seed": world.seed,
        "size": asdict(world.size),
        "start": world.period.start.isoformat(),
        "until": world.period.until.isoformat(),
        "segments": [asdict(segment) for segment in SEGMENTS],
        "weekday_factors": visits.WEEKDAY_FACTORS,
        "seasons": {
            name: [peak.model_dump() for peak in peaks] for name, peaks in words.seasons.items()
        },
        "taste_strength": TASTE_STRENGTH,
        "largest_complement_probability": LARGEST_PROBABILITY,
        "browsed_per_visit": visits.BROWSED,
        "rating": {
            "mean": interactions.MEAN_RATING,
            "taste": interactions.TASTE_IN_RATING,
            "noise": interactions.RATING_NOISE,
        },
    }


def _customers(world: World) -> pd.DataFrame:
    customers = world.customers
    return pd.DataFrame(
        {
            "customer_id": customers.people["id"],
            "segment": [SEGMENTS[position].name for position in customers.segment],
            "visits_per_year": customers.visit_rate * DAYS_OF_A_YEAR,
            "churned_on": world.period.dates(customers.churned),
            "churned": customers.churned < len(world.period),
            **_columns("interest", customers.interest, world.catalogue.category_ids),
            **_columns("taste", customers.taste),
        }
    )


def _items(world: World) -> pd.DataFrame:
    demand, types = world.demand, world.catalogue.types
    return pd.DataFrame(
        {
            "product_id": world.catalogue.products["id"],
            "popularity": demand.popularity,
            "elasticity": demand.elasticity,
            "growth": demand.growth,
            "season": [kind.season for kind in types],
            "season_amplitude": demand.amplitude,
            "quality": demand.quality,
            "units": demand.units,
            "launched_on": world.period.dates(demand.launched),
            "ended_on": world.period.dates(demand.ended),
            **_columns("factor", demand.factors),
        }
    )


def _complements(world: World) -> pd.DataFrame:
    ids = world.catalogue.products["id"].to_numpy()
    first, second = world.demand.complements.T
    return pd.DataFrame(
        {
            "product_id": ids[first],
            "complement_id": ids[second],
            "probability": world.demand.complement_probability,
        }
    )


def _promotions(world: World) -> pd.DataFrame:
    ids = world.catalogue.products["id"].to_numpy()
    promotions = pd.DataFrame([vars(one) for one in world.prices.promotions])
    promotions = promotions.explode("items", ignore_index=True).dropna(subset="items")
    return pd.DataFrame(
        {
            "name": promotions["name"],
            "product_id": ids[promotions["items"].astype(int)],
            "first_on": world.period.dates(promotions["first"].to_numpy()),
            "last_on": world.period.dates(promotions["last"].to_numpy()),
            "discount": promotions["discount"],
            "lift": promotions["lift"],
        }
    )


def _demand(world: World) -> pd.DataFrame:
    factors = world.factors
    n_items, n_days = factors.total.shape
    ids = world.catalogue.products["id"].to_numpy()
    return pd.DataFrame(
        {
            "unique_id": np.repeat(ids, n_days),
            "ds": np.tile(world.period.days, n_items),
            "season": factors.season.ravel(),
            "trend": factors.trend.ravel(),
            "price_index": world.prices.index(world.catalogue).ravel(),
            "lift": factors.lift.ravel(),
            "expected_units": world.expected.ravel(),
        }
    )


def _columns(
    prefix: str, values: np.ndarray, names: tuple[str, ...] | None = None
) -> dict[str, np.ndarray]:
    """Return the columns of a matrix under names such as `taste_0`."""
    labels = names or tuple(str(number) for number in range(values.shape[1]))
    return {f"{prefix}_{label}": values[:, place] for place, label in enumerate(labels)}
