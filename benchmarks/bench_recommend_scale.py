"""Recommending in a large shop: how quickly an answer comes, and what training takes.

Both on made-up shops, on one thread, each measurement in a process of its own:
  serve  a shop of 100,000 items and 1,000,000 users is trained, saved, and loaded from disk;
         then one user after another, a fifth of them strangers, asks for ten items
  train  shops of growing size are learned from: seconds and peak memory, and the curve of both

Examples:
  python -m benchmarks.bench_recommend_scale serve
  python -m benchmarks.bench_recommend_scale serve --users 10000 --items 2000
  python -m benchmarks.bench_recommend_scale train
  python -m benchmarks.bench_recommend_scale train --millions 1 10
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from analytics.columns import CATEGORY, ITEM, TIMESTAMP, USER
from analytics.recommend import (
    ALS,
    ItemKNN,
    Model,
    Popularity,
    Recommender,
    RepeatPurchase,
    WeightedHybrid,
)
from analytics.recommend.matrix import InteractionMatrix
from analytics.understanding import ROOT

RESULTS: Final = ROOT / "benchmarks" / "results" / "recommend-scale.json"
CURVE: Final = ROOT / "docs" / "recommend-scale.svg"

FEWEST, MOST = 20, 50
"Interactions of a user; evenly between."
CATEGORIES: Final = 200
AT_HOME: Final = 0.6
"Share of a user's interactions that fall into one of his three categories."
SKEW: Final = 0.8
"The item of rank r is touched in proportion to r to the power of minus this."
DAYS: Final = 730
ASKED: Final = 1_000
WARM_UP: Final = 20
STRANGERS: Final = 5
"Every which user is a stranger."
N: Final = 10
CANDIDATES: Final = 20_000
TRAINING_ITEMS: Final = 100_000
MILLIONS: Final = (1, 10, 50)
MB: Final = 2**20

SERVED: Final[dict[str, Callable[[], Model]]] = {
    "ItemKNN": lambda: ItemKNN(half_life_days=90),
    "ALS": ALS,
    "blend": lambda: WeightedHybrid(
        [ItemKNN(half_life_days=90), ALS(n_factors=64, alpha=2.0), RepeatPurchase(), Popularity()],
        weights=[4, 3, 2, 1],
    ),
}
TRAINED: Final[dict[str, Callable[[], Model]]] = {"ItemKNN": ItemKNN, "ALS": ALS}


def shop(n_users: int, n_items: int, n: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make interactions and items up: few items are touched by many, and users have tastes.

    Args:
        n: interactions; None for 20 to 50 a user.

    Returns:
        user_id, item_id, timestamp; and item_id, category.
    """
    rng = np.random.default_rng(0)
    sizes = rng.integers(FEWEST, MOST + 1, n_users)
    if n is not None:
        sizes = np.diff(np.linspace(0, n, n_users + 1).astype(np.int64))
    users = np.repeat(np.arange(n_users, dtype=np.int32), sizes)
    categories = min(CATEGORIES, n_items)
    home = rng.integers(categories, size=(n_users, 3), dtype=np.int32)
    # Popularity by rank r: the inverse of the distribution function of r ** -SKEW.
    ranks = rng.random(len(users), dtype=np.float32) ** np.float32(1 / (1 - SKEW))
    at_home = rng.random(len(users), dtype=np.float32) < AT_HOME
    taste = home[users, rng.integers(3, size=len(users), dtype=np.int8)]
    in_category = np.minimum((ranks * (n_items // categories)), n_items // categories - 1)
    items = np.where(
        at_home,
        in_category.astype(np.int32) * categories + taste,
        np.minimum((ranks * n_items).astype(np.int32), n_items - 1),
    )
    item_ids = np.array([f"item-{number:06}" for number in rng.permutation(n_items)], dtype=object)
    user_ids = np.array([f"user-{number:07}" for number in range(n_users)], dtype=object)
    days = rng.integers(DAYS * 86_400, size=len(users), dtype=np.int32)
    table = pd.DataFrame(
        {
            USER: user_ids[users],
            ITEM: item_ids[items],
            TIMESTAMP: pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="s"),
        }
    )
    kinds = [f"category {number}" for number in np.arange(n_items) % categories]
    return table, pd.DataFrame({ITEM: item_ids, CATEGORY: kinds})


def fit(names: list[str], n_users: int, n_items: int, folder: Path) -> dict[str, Any]:
    """Train recommenders on a shop and save each in its folder; return the seconds of both."""
    interactions, items = shop(n_users, n_items)
    found = {}
    for name in names:
        start = time.perf_counter()
        recommender = Recommender(SERVED[name](), Popularity(half_life_days=30))
        recommender.fit(interactions, items)
        fitted = time.perf_counter()
        recommender.save(folder / name)
        found[name] = {
            "interactions": len(interactions),
            "fit_s": fitted - start,
            "save_s": time.perf_counter() - fitted,
            "disk_mb": sum(p.stat().st_size for p in (folder / name).rglob("*.*")) / MB,
        }
    return found


def serve(n_users: int, n_items: int, folder: Path) -> dict[str, Any]:
    """Load a recommender and return how much it takes, and how long answers take."""
    before = _memory("VmRSS")
    start = time.perf_counter()
    recommender = Recommender.load(folder)
    loaded_s = time.perf_counter() - start
    found: dict[str, Any] = {"load_s": loaded_s, "memory_mb": _memory("VmRSS") - before}
    rng = np.random.default_rng(1)
    items = recommender.fitted_matrix().items
    for name, has_session, has_candidates in (
        ("alone", False, False),
        ("session", True, False),
        ("candidates", False, True),
        ("session and candidates", True, True),
    ):
        took: list[tuple[float, float]] = []
        chosen = items[rng.choice(n_items, min(CANDIDATES, n_items), replace=False)].tolist()
        for number in range(WARM_UP + ASKED):
            known = number % STRANGERS > 0
            user = f"user-{rng.integers(n_users):07}" if known else "stranger"
            session = items[rng.integers(n_items, size=3)].tolist() if has_session else ()
            start, busy = time.perf_counter(), time.process_time()
            recommender.recommend(
                [user], N, candidates=chosen if has_candidates else None, session_items=session
            )
            took.append((time.perf_counter() - start, time.process_time() - busy))
        (p50, cpu_p50), (p99, cpu_p99) = np.percentile(
            np.array(took[WARM_UP:]) * 1000, [50, 99], axis=0
        ).tolist()
        found[name] = {"p50_ms": p50, "p99_ms": p99, "cpu_p50_ms": cpu_p50, "cpu_p99_ms": cpu_p99}
    return found


def train(name: str, n: int) -> dict[str, float]:
    """Learn from so many interactions; return seconds and the peak of memory beyond the table."""
    interactions, _ = shop(n * 2 // (FEWEST + MOST), TRAINING_ITEMS, n)
    start = time.perf_counter()
    InteractionMatrix.build(interactions, None, None)
    built = time.perf_counter() - start
    before = _reset_peak()
    start, busy = time.perf_counter(), time.process_time()
    TRAINED[name]().fit(interactions)
    return {
        "interactions": n,
        "build_s": built,
        "fit_s": time.perf_counter() - start,
        "cpu_s": time.process_time() - busy,
        "table_mb": interactions.memory_usage(deep=False).sum() / MB,
        "peak_mb": _memory("VmHWM") - before,
    }


def _reset_peak() -> float:
    """Let the peak of memory start anew from what is held now, in MB, which is returned."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS")


def _memory(key: str) -> float:
    """Return the resident memory of this process ("VmRSS"), or its peak ("VmHWM"), in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    raise KeyError(key)


def _alone(*job: str) -> dict[str, Any]:
    """Return what a measurement in a process of its own found."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", __spec__.name, "measure", *job]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measure(job: list[str]) -> dict[str, Any]:
    with threadpool_limits(1):
        match job:
            case ["fit", users, items, folder, *names]:
                return fit(names, int(users), int(items), Path(folder))
            case ["serve", users, items, folder]:
                return serve(int(users), int(items), Path(folder))
            case ["train", name, n]:
                return train(name, int(n))
    raise ValueError(f"no such measurement: {job}")


def _serve_all(
    names: list[str], users: int, items: int, folder: Path, console: Console
) -> dict[str, Any]:
    size = [str(users), str(items)]
    fitted = folder / "fitted.json"
    if not fitted.exists():
        with console.status("making the shop up, and training"):
            found = _alone("fit", *size, str(folder), *names)
        fitted.write_text(json.dumps(found), encoding="utf-8")
    models = json.loads(fitted.read_text(encoding="utf-8"))
    for name in models:
        console.log(f"{name}: trained in {models[name]['fit_s']:.0f} s; serving")
        models[name] |= _alone("serve", *size, str(folder / name))
    _show_serving(models, console)
    return {"users": users, "items": items, "models": models}


def _show_serving(models: dict[str, Any], console: Console) -> None:
    table = Table(
        "model",
        "asked with",
        "p50 ms",
        "p99 ms",
        "of the processor",
        "load s",
        "memory MB",
        "disk MB",
    )
    for model, found in models.items():
        once = [f"{found[key]:.1f}" for key in ("load_s", "memory_mb", "disk_mb")]
        for name, took in found.items():
            if isinstance(took, dict):
                wall, busy = (
                    [f"{took[f'{clock}{p}_ms']:.1f}" for p in ("p50", "p99")]
                    for clock in ("", "cpu_")
                )
                table.add_row(model, name, *wall, ", ".join(busy), *once)
    console.print(table)


def _train_all(names: list[str], millions: list[int], console: Console) -> dict[str, Any]:
    results: dict[str, Any] = {name: [] for name in names}
    for name in names:
        for million in millions:
            with console.status(f"{name}: {million} million interactions"):
                found = _alone("train", name, str(million * 1_000_000))
            results[name].append(found)
            console.log(
                f"{name}, {million} million: {found['cpu_s']:.0f} s of work, "
                f"{found['peak_mb']:.0f} MB beyond a table of {found['table_mb']:.0f} MB"
            )
    return results


def _draw(trained: dict[str, list[dict[str, float]]]) -> None:
    """Draw the curves of seconds and memory, on scales of powers of ten."""
    # Imported here: only the curve needs it.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    for axes, key, label in zip(
        figure.subplots(1, 2),
        ("cpu_s", "peak_mb"),
        ("seconds of work", "peak memory, MB"),
        strict=True,
    ):
        for name, points in trained.items():
            sizes = [point["interactions"] / 1e6 for point in points]
            axes.loglog(sizes, [point[key] for point in points], marker="o", label=name)
        axes.set_xlabel("interactions, millions")
        axes.set_ylabel(label)
        axes.grid(alpha=0.3, which="both")
        axes.legend()
    figure.savefig(CURVE, metadata={"Date": None})


def _keep(key: str, found: dict[str, Any]) -> dict[str, Any]:
    """Put what was found beside what is kept already, and return all."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept[key] = json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 3))
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return kept


def main() -> None:
    """Measure, print, and keep the figures as JSON and the curve as SVG."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    jobs = parser.add_subparsers(dest="job", required=True)
    serving = jobs.add_parser("serve", help="how quickly answers come")
    serving.add_argument("--users", type=int, default=1_000_000)
    serving.add_argument("--items", type=int, default=100_000)
    serving.add_argument("--models", nargs="+", choices=SERVED, default=list(SERVED))
    serving.add_argument("--artifacts", type=Path, help="folder to keep what is trained in")
    training = jobs.add_parser("train", help="what training takes")
    training.add_argument("--millions", type=int, nargs="+", default=list(MILLIONS))
    training.add_argument("--models", nargs="+", choices=TRAINED, default=list(TRAINED))
    # What the two run in processes of their own.
    jobs.add_parser("measure").add_argument("what", nargs="+")
    options = parser.parse_args()
    console = Console(stderr=True)
    match options.job:
        case "measure":
            json.dump(_measure(options.what), sys.stdout)
        case "serve":
            with tempfile.TemporaryDirectory() as temporary:
                folder = options.artifacts or Path(temporary)
                found = _serve_all(options.models, options.users, options.items, folder, console)
            if (options.users, options.items) == (1_000_000, 100_000):
                _keep("serving", found)
        case "train":
            found = _train_all(options.models, options.millions, console)
            if len(options.models) == len(TRAINED):
                _draw(_keep("training", found)["training"])


if __name__ == "__main__":
    main()
