from __future__ import annotations

import numpy as np
import pytest

from analytics.customers import clustering
from analytics.customers.clustering import choose_count, kmeans, nearest_center

# Two of the possible starts end in {1, 2, 3}, {4} with SSE 6.6667; the best partition is
# {1, 2}, {3, 4} with SSE 3.5.
FOUR = np.array([(1.0, 2.0), (2.0, 3.0), (3.0, 5.0), (4.0, 7.0)])


@pytest.mark.parametrize("seed", range(20))
def test_the_best_partition_whatever_the_seed(seed: int) -> None:
    found = kmeans(FOUR, 2, random_state=seed)
    assert found.sse == pytest.approx(3.5)
    assert sorted(map(tuple, found.centers)) == [(1.5, 2.5), (3.5, 6.0)]
    assert found.labels[0] == found.labels[1] != found.labels[2] == found.labels[3]
    assert nearest_center(FOUR, found.centers).tolist() == found.labels.tolist()


def blobs(sizes: list[int], seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centers = [(0, 0, 0), (9, 0, 0), (0, 9, 0), (0, 0, 9), (9, 9, 9)]
    parts = [
        rng.normal(center, 0.5, (size, 3)) for center, size in zip(centers, sizes, strict=False)
    ]
    return np.concatenate(parts)


@pytest.mark.parametrize("count", [3, 4, 5])
def test_the_number_of_separate_groups_is_found(count: int) -> None:
    assert choose_count(blobs([60] * count), random_state=0) == count


def test_a_number_with_a_tiny_cluster_is_not_chosen() -> None:
    # Four groups, but one of them has 1 % of the points.
    assert choose_count(blobs([100, 100, 100, 3]), random_state=0) == 3


def test_only_a_sample_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "SAMPLE", 200)
    monkeypatch.setattr(clustering, "SILHOUETTE_SAMPLE", 100)
    assert choose_count(blobs([500] * 4), random_state=0) == 4


@pytest.mark.parametrize(("different", "expected"), [(1, 1), (2, 2), (3, 3)])
def test_no_more_clusters_than_different_points(different: int, expected: int) -> None:
    points = np.repeat(np.eye(3)[:different], 5, axis=0)
    assert choose_count(points, random_state=0) == expected
