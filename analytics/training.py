"""Training every model on the shop's data, and publishing them as one version."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from analytics import artifacts, training_guard
from analytics.artifacts import Artifact
from analytics.columns import CUSTOMER, ITEM, RATING, TIMESTAMP, USER
from analytics.customers import train_segments
from analytics.errors import NotEnoughHistory
from analytics.forecast import to_demand, train_forecasts
from analytics.privacy.policy import load_privacy_policy
from analytics.progress import Progress, silent
from analytics.recommend import (
    AutoRecommender,
    MatrixFactorization,
    Popularity,
    RatingItemKNN,
    RatingModel,
    Recommender,
    UserKNN,
    evaluate,
    temporal_split,
)
from analytics.recommend.evaluation import Biases, Evaluation, random_split, rating_errors
from analytics.serving import CUSTOMERS, FORECAST, RECOMMEND
from analytics.settings import Settings
from analytics.store import Store, frames
from analytics.training_policy import TrainingPolicy, load_training_policy

TREND_HALF_LIFE_DAYS: Final = 30
"What was bought a month ago says half as much about what is popular as what is bought now."
ENOUGH_RATINGS: Final = 100
MEASURED_USERS: Final = 5_000
"Users that the measures are taken over: more would take time and change little."
PERIOD: Final = "W-MON"
SEASON_LENGTH: Final = 52


def train(
    store: Store, settings: Settings, progress: Progress = silent, *, force: bool = False
) -> str:
    """Train on what the store holds, publish a version and return its name.

    Where neither the data nor Salesclerk changed since the current version, that one is returned;
    so it is where another process has trained meanwhile, for which this one waits.

    Args:
        force: train even then, and publish even what is worse than the current version.

    Raises:
        NotEnoughHistory: the shop has no order of a known customer.
        NotPublished: the new models are clearly worse than the current ones, which stay.
        StoreUnavailable: the shop's database does not answer.
        InvalidFile: the policy of privacy or training cannot be used.
    """
    with artifacts.training(settings.artifacts):
        return _train(store, settings, progress, force=force)


def _train(store: Store, settings: Settings, progress: Progress, *, force: bool) -> str:
    consent = load_privacy_policy(settings.policies / "privacy.yml").consent.analytics
    policy = load_training_policy(settings.policies / "training.yml")
    chooser = _chooser(policy)
    current = training_guard.serving(settings.artifacts)
    with store.reading() as session:
        fingerprint = frames.fingerprint(session, consent=consent)
        if current and not force and _is_up_to_date(current, fingerprint):
            return current.version
        order_lines = frames.order_lines(session, consent=consent)
        interactions = _interests(session, consent)
        items = frames.items(session)
    if order_lines[CUSTOMER].isna().all():
        raise NotEnoughHistory("orders")
    rival = None if force else current
    if rival:
        training_guard.require_data(rival, interactions, policy.least_data)

    def write(folder: Path) -> Mapping[str, Any]:
        measures, tried = _train_recommender(
            chooser, rival, interactions, items, folder / RECOMMEND, progress
        )
        return {
            "fingerprint": fingerprint,
            "data": _window(order_lines, interactions),
            "tried": tried,
            "metrics": {
                **measures,
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
    store: Store, settings: Settings, progress: Progress = silent, *, held_back: str = "latest"
) -> dict[str, Evaluation]:
    """Measure the recommender and its baseline on a fifth of the shop's interactions.

    Args:
        held_back: which fifth: the "latest", or a "random" one of each customer's.

    Raises:
        NotEnoughHistory: no known customer came back for something new.
        StoreUnavailable: the shop's database does not answer.
        InvalidFile: the policy of privacy or training cannot be used.
    """
    consent = load_privacy_policy(settings.policies / "privacy.yml").consent.analytics
    with store.reading() as session:
        interactions = _interests(session, consent)
        items = frames.items(session)
    if interactions.empty:
        raise NotEnoughHistory("orders")
    past, future = _past_and_future(interactions, held_back)
    chooser = _chooser(load_training_policy(settings.policies / "training.yml"))
    chooser.fit(past, items, lambda done, total: progress(RECOMMEND, done, total))
    models = {"recommender": chooser, "popularity": Popularity().fit(past, items)}
    evaluations = {name: Evaluation.of(model, past, future) for name, model in models.items()}
    if evaluations["popularity"].of_users.empty:
        raise NotEnoughHistory("orders")
    progress(RECOMMEND, 1, 1)
    return evaluations


def _is_up_to_date(current: Artifact, fingerprint: str) -> bool:
    """Return whether training again would bring nothing new."""
    made_of = (current.manifest.get("fingerprint"), current.manifest["package_version"])
    return made_of == (fingerprint, package_version("salesclerk"))


def _train_recommender(
    chooser: AutoRecommender,
    rival: Artifact | None,
    interactions: pd.DataFrame,
    items: pd.DataFrame,
    folder: Path,
    progress: Progress,
) -> tuple[dict[str, Any], list[dict[Any, Any]]]:
    """Choose and measure on the last fifth of the interactions, then learn from all of them.

    Args:
        rival: the version that the new models must not be clearly worse than.

    Returns:
        The measures, and what was tried: see `AutoRecommender.tried_`.
    """
    steps = 1

    def tried(done: int, total: int) -> None:
        nonlocal steps
        steps = total + 1
        progress(RECOMMEND, done, steps)

    past, future = _past_and_future(interactions)
    chooser.fit(past, items, tried)
    if rival:
        training_guard.require_no_worse(rival, chooser, past, future, items)
    blended = chooser.tried_[chooser.tried_["weight"] > 0].groupby("model")["weight"].sum()
    measures = {
        "recommender": {**evaluate(chooser, past, future), "blend": blended.to_dict()},
        "popularity": evaluate(Popularity().fit(past), past, future),
    }
    progress(RECOMMEND, steps - 1, steps)
    chooser.refit(interactions, items)
    popularity = Popularity(half_life_days=TREND_HALF_LIFE_DAYS)
    Recommender(chooser, popularity).fit_ladder(interactions, items).save(folder)
    progress(RECOMMEND, steps, steps)
    return measures, chooser.tried_.to_dict(orient="records")


def _interests(session: Session, consent: bool) -> pd.DataFrame:
    """Return who showed interest in what; few rate, so that ratings say too little."""
    return frames.interactions(session, consent=consent).drop(columns=RATING)


def evaluate_ratings(store: Store, settings: Settings) -> pd.DataFrame:
    """Return how far off ratings are predicted, on a random fifth of each customer's.

    Returns:
        model, rmse, mae (stars), one row a model beside the baseline; none below 100 ratings.

    Raises:
        StoreUnavailable: the shop's database does not answer.
        InvalidFile: the privacy policy cannot be used.
    """
    consent = load_privacy_policy(settings.policies / "privacy.yml").consent.analytics
    with store.reading() as session:
        ratings = frames.interactions(session, consent=consent).dropna(subset=RATING)
    if len(ratings) < ENOUGH_RATINGS:
        return pd.DataFrame(columns=["model", "rmse", "mae"])
    past, future = random_split(ratings, rng=np.random.default_rng(0))
    models: dict[str, Biases | RatingModel] = {
        "biases": Biases(),
        "factors": MatrixFactorization(),
        "similar items": RatingItemKNN(),
        "similar users": UserKNN(similarity="pearson", n_neighbors=30, shrinkage=30),
    }
    return pd.DataFrame(
        [{"model": name, **rating_errors(m.fit(past), future)} for name, m in models.items()]
    )


def _past_and_future(
    interactions: pd.DataFrame, held_back: str = "latest"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what to learn from, and the fifth to measure on, of so many users as needed."""
    if held_back == "random":
        past, future = random_split(interactions, rng=np.random.default_rng(0))
    else:
        past, future = temporal_split(interactions)
    users = future[USER].drop_duplicates()
    asked = users.sample(min(MEASURED_USERS, len(users)), random_state=0)
    return past, future[future[USER].isin(asked)]


def _chooser(policy: TrainingPolicy) -> AutoRecommender:
    return AutoRecommender(seconds=60 * policy.minutes)


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
