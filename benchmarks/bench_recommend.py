"""How well and how fast recommendations are made, beside the library `implicit`.

Quality: NDCG at 10 and more in the settings of `recommend_settings`, with 95 % intervals over the
users. The library's models have the arguments that do best on a part of what they learn from.
Ratings: how far off those of MovieLens' test part are predicted. Speed: the same model on one
thread, from the table of interactions to the fitted model, the learning alone, and the best ten new
items for 1,000 users; the best of several runs.

    .venv/bin/python -m benchmarks.bench_recommend --data FOLDER
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from analytics.columns import USER
from analytics.recommend import (
    ALS,
    EASE,
    Autoencoder,
    AutoRecommender,
    ItemKNN,
    ItemTransition,
    MatrixFactorization,
    Popularity,
    RatingItemKNN,
    RepeatPurchase,
    UserKNN,
)
from analytics.recommend.evaluation import Biases, Evaluation, bootstrap, rating_errors
from analytics.recommend.matrix import InteractionMatrix, positions
from analytics.recommend.model import Model
from analytics.recommend.ratings import RatingModel
from analytics.understanding import ROOT
from benchmarks.recommend_peers import GRIDS, HOW_TO_INSTALL, Peer, available, tuned
from benchmarks.recommend_settings import Setting, read_settings

RESULTS: Final = ROOT / "benchmarks" / "results" / "recommend.json"
N: Final = 10
ASKED: Final = 1_000
RUNS: Final = 5
KEPT: Final = ("ndcg", "recall", "hit_rate", "mrr", "coverage", "novelty", "diversity")
SHOWN: Final = ("recall", "mrr", "coverage", "diversity")

AUTO: Final = "AutoRecommender"
OURS: Final[dict[str, Callable[[], Model]]] = {
    "popularity": Popularity,
    "item cosine": lambda: ItemKNN(weighting="plain", shrinkage=0),
    "item BM25": ItemKNN,
    "ALS": ALS,
    "EASE": EASE,
    "autoencoder": Autoencoder,
}
REPEATS: Final[dict[str, Callable[[], Model]]] = {
    "repeat purchases": RepeatPurchase,
    "transitions": ItemTransition,
}
"Models that find what the user touches again."
RATED: Final[dict[str, Callable[[], Biases | RatingModel]]] = {
    "biases": Biases,
    "similar users": lambda: UserKNN(similarity="pearson", n_neighbors=30, shrinkage=30),
    "similar items": RatingItemKNN,
    "factorisation": MatrixFactorization,
}
SAME: Final[dict[str, tuple[Callable[[], Model], Peer]]] = {
    # The library counts an item among its own neighbours.
    "item cosine, 100 neighbours": (
        lambda: ItemKNN(weighting="plain", n_neighbors=100, shrinkage=0),
        Peer("cosine", {"K": 101}),
    ),
    "item BM25, 100 neighbours": (
        lambda: ItemKNN(weighting="bm25", n_neighbors=100, shrinkage=0),
        Peer("BM25", {"K": 101}),
    ),
    "ALS, 64 factors, 15 rounds": (
        lambda: ALS(n_factors=64, n_iterations=15),
        Peer("ALS", {"factors": 64, "iterations": 15, "random_state": 0}),
    ),
}
"The same model of ours and of the library."


def quality(setting: Setting) -> dict[str, Any]:
    """Return the figures of every model, ours and, where there, the library's."""
    auto = AutoRecommender()
    makers = OURS if setting.exclude_seen else OURS | REPEATS
    ours = {name: _evaluation(make(), setting) for name, make in makers.items()}
    ours[AUTO] = _evaluation(auto, setting)
    peers = {f"implicit {kind}": tuned(kind, setting) for kind in GRIDS} if available() else {}
    theirs = {name: _evaluation(peer, setting) for name, peer in peers.items()}
    found = {
        "models": {name: _figures(one) for name, one in (ours | theirs).items()},
        "tried": auto.tried_.to_dict("records"),
    }
    if peers:
        chosen = {name: peer.settings | {"cells": peer.reading} for name, peer in peers.items()}
        found |= {"chosen": chosen, "lead": _lead(ours[AUTO], theirs)}
    return found


def _evaluation(model: Model | Peer, setting: Setting) -> Evaluation:
    model.fit(setting.train)
    return Evaluation.of(model, setting.train, setting.test, (N,), setting.exclude_seen)


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    table = evaluation.table(rng=np.random.default_rng(0)).set_index("measure")
    ndcg = table.loc["ndcg"]
    return {
        **{measure: table.loc[measure, "mean"] for measure in KEPT},
        "ndcg_interval": [ndcg["low"], ndcg["high"]],
    }


def _lead(ours: Evaluation, theirs: dict[str, Evaluation]) -> dict[str, Any]:
    """Return our NDCG less that of the library's best model, on the same users."""
    column = ("ndcg", N)
    best = max(theirs, key=lambda name: theirs[name].of_users[column].mean())
    difference = ours.of_users[[column]] - theirs[best].of_users[[column]]
    low, high = bootstrap(difference, rng=np.random.default_rng(0))
    return {
        "over": best,
        "ndcg": difference[column].mean(),
        "interval": [low[column], high[column]],
    }


def rating_quality(setting: Setting) -> dict[str, dict[str, float]]:
    """Return how far off each model of ratings is, in stars."""
    return {
        name: rating_errors(make().fit(setting.train), setting.test) for name, make in RATED.items()
    }


def speed(setting: Setting) -> dict[str, dict[str, dict[str, float]]]:
    """Return for each model and job the seconds of ours, of the library's, and their ratio."""
    reading = _seconds(lambda: InteractionMatrix.build(setting.train, None, None))
    users = np.resize(setting.train[USER].unique(), ASKED).tolist()
    times = {}
    for name, (make, peer) in SAME.items():
        model = make()
        from_table = (
            _seconds(lambda model=model: model.fit(setting.train)),
            _seconds(lambda peer=peer: peer.fit(setting.train)),
        )
        rows = positions(peer.known.users, users)
        learning = (from_table[0] - reading, _seconds(peer.learn))
        asking = (
            _seconds(lambda model=model: model.recommend(users, n=N)),
            _seconds(lambda peer=peer, rows=rows: peer.ask(rows, N, exclude_seen=True)),
        )
        times[name] = {
            "training from the table": _ratio(*from_table),
            "learning alone": _ratio(*learning),
            f"recommending {ASKED:,} users": _ratio(*asking),
        }
    return times


def _seconds(job: Callable[[], object]) -> float:
    """Return how long the quickest of several runs takes."""
    took = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        job()
        took.append(time.perf_counter() - begin)
    return min(took)


def _ratio(ours: float, theirs: float) -> dict[str, float]:
    return {"ours_s": ours, "implicit_s": theirs, "ratio": ours / theirs}


def _show_quality(name: str, found: dict[str, Any], console: Console) -> None:
    table = Table("model", "NDCG", "95 %", *SHOWN, title=f"{name}: lists of {N}")
    for model, figures in found["models"].items():
        low, high = figures["ndcg_interval"]
        shown = (f"{figures[measure]:.3f}" for measure in SHOWN)
        table.add_row(model, f"{figures['ndcg']:.3f}", f"{low:.3f}-{high:.3f}", *shown)
    console.print(table)
    if lead := found.get("lead"):
        low, high = lead["interval"]
        console.print(
            f"{AUTO} less {lead['over']}: {lead['ndcg']:+.3f} NDCG, "
            f"95 % {low:+.3f} to {high:+.3f}\n"
        )


def _show_ratings(name: str, found: dict[str, dict[str, float]], console: Console) -> None:
    table = Table("model", "RMSE", "MAE", title=f"{name}: ratings, in stars")
    for model, errors in found.items():
        table.add_row(model, f"{errors['rmse']:.3f}", f"{errors['mae']:.3f}")
    console.print(table)


def _show_speed(name: str, times: dict[str, Any], console: Console) -> None:
    title = f"{name}: seconds on one thread"
    table = Table("model", "job", "Salesclerk", "implicit", "ratio", title=title)
    for model, jobs in times.items():
        for job, took in jobs.items():
            values = (f"{took[key]:.3f}" for key in ("ours_s", "implicit_s"))
            table.add_row(model, job, *values, f"{took['ratio']:.2f}")
    console.print(table)


def main() -> None:
    """Measure, print the tables, and keep them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    settings = read_settings(parser.parse_args().data)
    console = Console()
    if not available():
        console.print(HOW_TO_INSTALL, highlight=False)
    results: dict[str, Any] = {"quality": {}, "speed": {}}
    with threadpool_limits(1):
        for setting in settings:
            results["quality"][setting.name] = found = quality(setting)
            _show_quality(setting.name, found, console)
        results["ratings"] = rating_quality(settings[0])
        _show_ratings(settings[0].name, results["ratings"], console)
        # The second and the third learn from the same table.
        for setting in settings[:2] if available() else ():
            results["speed"][setting.name] = times = speed(setting)
            _show_speed(setting.name, times, console)
    rounded = json.loads(json.dumps(results), parse_float=lambda text: round(float(text), 4))
    if available():
        RESULTS.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
