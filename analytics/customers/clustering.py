"""K-means, and how many clusters to make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

COUNTS: Final = range(3, 8)
"Numbers of clusters to choose from: fewer say little, more nobody keeps apart."
MINIMUM_SHARE: Final = 0.03
"Share of the points that the smallest cluster must have."
STARTS: Final = 10
SAMPLE: Final = 10_000
"Points that the choice of the number looks at."
SILHOUETTE_SAMPLE: Final = 2_000
"Points between which distances are taken: 4 million of them."

Points = NDArray[np.float64]
"(points, dimensions)."


@dataclass(frozen=True)
class Clusters:
    """A partition of points.

    Attributes:
        centers: (clusters, dimensions).
        labels: (points,), the cluster of each point.
        sse: sum of the squared distances of the points to their centers.
    """

    centers: Points
    labels: NDArray[np.intp]
    sse: float


def kmeans(points: Points, n_clusters: int, random_state: int) -> Clusters:
    """Return the best of ten runs of K-means, each started by k-means++.

    One start alone may end in a partition that is far from the best (Arthur and Vassilvitskii,
    "k-means++: the advantages of careful seeding", SODA 2007).
    """
    # Only fitting needs scikit-learn; those who ask for a segment do not wait for its import.
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # On machines with other work to do, its threads wait for each other far longer than they save.
    with threadpool_limits(1):
        model = KMeans(n_clusters, n_init=STARTS, random_state=random_state).fit(points)
    return Clusters(
        centers=np.asarray(model.cluster_centers_, dtype=np.float64),
        labels=np.asarray(model.labels_, dtype=np.intp),
        sse=float(model.inertia_),
    )


def choose_count(points: Points, random_state: int) -> int:
    """Return the number of clusters, of `COUNTS`, with the highest mean silhouette.

    Numbers with a cluster below `MINIMUM_SHARE` of the points are left out; where all are, or
    where there are not enough different points, it is the smallest possible. Looks at a sample of
    the points, so time and memory are bounded (Rousseeuw, "Silhouettes", 1987).
    """
    from sklearn.metrics import silhouette_score

    rng = np.random.default_rng(random_state)
    if len(points) > SAMPLE:
        points = points[rng.choice(len(points), SAMPLE, replace=False)]
    different = len(np.unique(points, axis=0))
    best_count, best_score = min(COUNTS.start, different), -np.inf
    for count in COUNTS:
        # A silhouette needs more points than clusters.
        if count >= min(different + 1, len(points)):
            break
        labels = kmeans(points, count, random_state).labels
        if np.bincount(labels).min() < MINIMUM_SHARE * len(points):
            continue
        score = silhouette_score(
            points,
            labels,
            sample_size=min(SILHOUETTE_SAMPLE, len(points)),
            random_state=random_state,
        )
        if score > best_score:
            best_count, best_score = count, float(score)
    return best_count


def nearest_center(points: Points, centers: Points) -> NDArray[np.intp]:
    """Return the index of the center nearest to each point, (points,)."""
    distances = ((points[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(distances.argmin(axis=1), dtype=np.intp)
