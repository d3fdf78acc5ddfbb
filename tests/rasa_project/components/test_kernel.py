"""The classifier by likeness on data whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from rasa_project.components.features import Rows
from rasa_project.components.kernel import Kernel, KernelModel, _solve


def _rows(numbers: NDArray[np.float64]) -> Rows:
    """Half of each product comes from the n-grams, half from the vectors."""
    half = (numbers * np.sqrt(0.5)).astype(np.float32)
    return Rows(csr_matrix(half), half)


def _fit(numbers: NDArray[np.float64], labels: list[str], ridge: float = 0.1) -> KernelModel:
    return KernelModel.fit(_rows(numbers), labels, Kernel(1, 2), ridge, folds=3, random_state=0)


def test_likeness_is_the_exponential_of_the_product() -> None:
    rows = _rows(np.array([[1, 0], [0, 1], [0.6, 0.8]]))
    likeness = Kernel(greatest=1, sharpness=2)(rows, rows)
    expected = np.exp(2 * (np.array([[1, 0, 0.6], [0, 1, 0.8], [0.6, 0.8, 1]]) - 1))
    np.testing.assert_allclose(likeness, expected, rtol=1e-5)
    assert likeness.dtype == np.float32


def test_solves_the_regression_exactly() -> None:
    # Likeness (1, k; k, 1) and the targets 1, -1: by symmetry (1 + ridge - k) * weight = 1.
    weights = _solve(np.array([[1, 0.25], [0.25, 1]], np.float32), np.float32([[1], [-1]]), 0.5)
    np.testing.assert_allclose(weights, [[0.8], [-0.8]], rtol=1e-6)


@pytest.mark.parametrize("n_labels", [2, 3, 5])
def test_tells_labels_apart_that_have_a_feature_each(n_labels: int) -> None:
    labels = [f"label {at}" for at in range(n_labels)] * 4
    model = _fit(np.tile(np.eye(n_labels), (4, 1)), labels)
    probabilities = model.predict_proba(_rows(np.eye(n_labels)))
    assert model.labels == labels[:n_labels]
    assert probabilities.shape == (n_labels, n_labels)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert (probabilities.argmax(axis=1) == np.arange(n_labels)).all()
    assert (probabilities.max(axis=1) > 0.9).all()


def test_is_as_sure_as_it_is_right() -> None:
    # The feature tells the label in four of five sentences; nothing could do better.
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, 900)
    shown = np.where(rng.random(900) < 0.8, codes, (codes + 1) % 3)
    model = _fit(np.eye(3)[shown], [str(code) for code in codes])
    assert model.predict_proba(_rows(np.eye(3))).max(axis=1) == pytest.approx(
        [0.8, 0.8, 0.8], abs=0.05
    )


def test_learns_what_no_linear_model_can() -> None:
    corners = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], dtype=float)
    labels = ["flat", "flat", "upright", "upright"]
    model = _fit(np.tile(corners, (5, 1)), labels * 5)
    best = model.predict_proba(_rows(corners)).argmax(axis=1)
    assert [model.labels[at] for at in best] == labels


def test_an_empty_row_is_no_sure_case() -> None:
    model = _fit(np.tile(np.eye(3), (4, 1)), ["a", "b", "c"] * 4)
    assert model.predict_proba(_rows(np.zeros((1, 3)))).max() < 0.5


def test_is_the_same_each_time() -> None:
    rng = np.random.default_rng(1)
    rows, labels = rng.random((60, 8)), [str(at % 4) for at in range(60)]
    np.testing.assert_array_equal(_fit(rows, labels).weights, _fit(rows, labels).weights)


@pytest.mark.parametrize("labels", [["a", "b"], ["a", "a", "b"], ["a", "a", "b", "b", "c"]])
def test_learns_from_a_sentence_or_two_a_label(labels: list[str]) -> None:
    names = sorted(set(labels))
    rows = np.eye(len(names))[[names.index(label) for label in labels]]
    model = _fit(rows, labels)
    best = model.predict_proba(_rows(rows)).argmax(axis=1)
    assert [model.labels[at] for at in best] == labels
