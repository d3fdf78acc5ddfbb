"""Training every model on the shop's data, and publishing them as one version."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analytics import artifacts
from analytics.columns import CUSTOMER, ITEM, TIMESTAMP, USER
from analytics.customers import train_segments
from analytics.errors import ArtifactError, NotEnoughHistory
from analytics.forecast import to_demand, train_forecasts
from analytics.privacy.policy import load_privacy_policy
from analytics.progress import Progress, silent
from analytics.recommend import ItemKNN, Popularity, Recommender, evaluate, temporal_split
from analytics.recommend.evaluation import Evaluation
from analytics.serving import CUSTOMERS, FORECAST, RECOMMEND
from analytics.settings import Settings
from analytics.store import Store, frames

TASTE_HALF_LIFE_DAYS: Final = 90
"What customers bought a quarter ago says half as much about their taste as what they buy now."
TREND_HALF_LIFE_DAYS: Final = 30
"What is popular changes faster than taste."
MEASURED_USERS: Final = 5_000
"Users that the measures are taken over: more would take time and change little."
PERIOD: Final = "W-MON"
SEASON_LENGTH: Final = 52


def train(
    store: Store, settings: Settings, progress: Progress = silent, *, force: bool = False
) -> str:
    """Train on what the store holds, publish a version and return its name.

    Where neither the data nor Salesclerk changed since the current version, that one is returned.

    Args:
        force: train even then.

    Raises:
        NotEnoughHistory: the shop has no order of a known customer.
        StoreUnavailable: the shop's database does not answer.
        InvalidFile: the privacy policy cannot be used.
    """
    consent = load_privacy_policy(settings.policies / "privacy.yml").consent.analytics
    with store.reading() as session:
        fingerprint = frames.fingerprint(session, consent=consent)
        if not force and (current := _up_to_date(settings.artifacts, fingerprint)):
            return current
        order_lines = frames.order_lines(session, consent=consent)
        interactions = frames.interactions(session, consent=consent)
        items = frames.items(session)
    if order_lines[CUSTOMER].isna().all():
        raise NotEnoughHistory("orders")

    def write(folder: Path) -> Mapping[str, Any]:
        return {
            "fingerprint": fingerprint,
            "data": _window(order_lines, interactions),
            "metrics": {
                **_train_recommender(interactions, items, folder / RECOMMEND, progress),
                "segments": _train_segments(order_lines, folder / CUSTOMERS, progress),
                "forecast": train_forecasts(
                    to_demand(order_lines, PERIOD),
                    folder / FORECAST,
                    freq=PERIOD,
                    season_length=SEASON_LENGTH,
                    progress=progress,
                ),
            },
        }

    return artifacts.publish(settings.artifacts, write)


def evaluate_recommender(
    store: Store, settings: Settings, progress: Progress = silent
) -> dict[str, Evaluation]:
    """Measure the recommender and its baseline on the shop's last fifth of interactions.

    Raises:
        NotEnoughHistory: no known customer came back for something new.
        StoreUnavailable: the shop's database does not answer.
        InvalidFile: the privacy policy cannot be used.
    """
    consent = load_privacy_policy(settings.policies / "privacy.yml").consent.analytics
    with store.reading() as session:
        interactions = frames.interactions(session, consent=consent)
    if interactions.empty:
        raise NotEnoughHistory("orders")
    past, future = _past_and_future(interactions)
    models: dict[str, Recommender | Popularity] = {
        "recommender": _recommender(),
        "popularity": Popularity(),
    }
    evaluations = {}
    for done, (name, model) in enumerate(models.items()):
        progress(RECOMMEND, done, len(models))
        evaluations[name] = Evaluation.of(model.fit(past), past, future)
        if evaluations[name].of_users.empty:
            raise NotEnoughHistory("orders")
    progress(RECOMMEND, len(models), len(models))
    return evaluations


def _up_to_date(root: Path, fingerprint: str) -> str | None:
    """Return the current version where training again would bring nothing new."""
    try:
        current = artifacts.current(root)
    except ArtifactError:
        return None
    made_of = (current.manifest.get("fingerprint"), current.manifest["package_version"])
    return current.version if made_of == (fingerprint, package_version("salesclerk")) else None


def _train_recommender(
    interactions: pd.DataFrame, items: pd.DataFrame, folder: Path, progress: Progress
) -> dict[str, Any]:
    """Measure on the last fifth of the interactions, then learn from all of them."""
    progress(RECOMMEND, 0, 2)
    past, future = _past_and_future(interactions)
    metrics = {
        "recommender": evaluate(_recommender().fit(past), past, future),
        "popularity": evaluate(Popularity().fit(past), past, future),
    }
    progress(RECOMMEND, 1, 2)
    _recommender().fit(interactions, items).save(folder)
    progress(RECOMMEND, 2, 2)
    return metrics


def _past_and_future(interactions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what to learn from, and the last fifth to measure on, of so many users as needed."""
    past, future = temporal_split(interactions)
    users = future[USER].drop_duplicates()
    asked = users.sample(min(MEASURED_USERS, len(users)), random_state=0)
    return past, future[future[USER].isin(asked)]


def _recommender() -> Recommender:
    return Recommender(
        ItemKNN(half_life_days=TASTE_HALF_LIFE_DAYS),
        Popularity(half_life_days=TREND_HALF_LIFE_DAYS),
    )


def _train_segments(order_lines: pd.DataFrame, folder: Path, progress: Progress) -> dict[str, Any]:
    progress(CUSTOMERS, 0, 1)
    # The day of the shop's last order is today: a shop's history may be from another year.
    metrics = train_segments(order_lines, order_lines[TIMESTAMP].max().to_pydatetime(), folder)
    progress(CUSTOMERS, 1, 1)
    return metrics


def _window(order_lines: pd.DataFrame, interactions: pd.DataFrame) -> dict[str, Any]:
    """Return the time that the data spans, and how much of it there is."""
    times = order_lines[TIMESTAMP].dt.tz_localize("UTC")
    return {
        "from": times.min().isoformat(),
        "to": times.max().isoformat(),
        "order_lines": len(order_lines),
        "interactions": len(interactions),
        "customers": int(order_lines[CUSTOMER].nunique()),
        "items": int(order_lines[ITEM].nunique()),
    }
