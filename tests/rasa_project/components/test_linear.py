"""The linear classifier on data whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from rasa_project.components.linear import LinearModel


def _fit(rows: NDArray[np.float64], labels: list[str]) -> LinearModel:
    return LinearModel.fit(csr_matrix(rows), labels, C=1.0, folds=3, random_state=0)


@pytest.mark.parametrize("n_labels", [2, 3, 5])
def test_tells_labels_apart_that_have_a_feature_each(n_labels: int) -> None:
    rows = np.tile(np.eye(n_labels), (4, 1))
    labels = [f"label {at}" for at in range(n_labels)] * 4
    model = _fit(rows, labels)
    probabilities = model.predict_proba(csr_matrix(np.eye(n_labels)))
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
    assert model.predict_proba(csr_matrix(np.eye(3))).max(axis=1) == pytest.approx(
        [0.8, 0.8, 0.8], abs=0.05
    )


def test_an_empty_row_is_no_sure_case() -> None:
    model = _fit(np.tile(np.eye(3), (4, 1)), ["a", "b", "c"] * 4)
    assert model.predict_proba(csr_matrix((1, 3))).max() < 0.5


def test_is_the_same_each_time() -> None:
    rng = np.random.default_rng(1)
    rows, labels = rng.random((60, 8)), [str(at % 4) for at in range(60)]
    first, second = _fit(rows, labels), _fit(rows, labels)
    np.testing.assert_array_equal(first.weights, second.weights)
    np.testing.assert_array_equal(first.bias, second.bias)


@pytest.mark.parametrize("labels", [["a", "b"], ["a", "a", "b"], ["a", "a", "b", "b", "c"]])
def test_learns_from_a_sentence_or_two_a_label(labels: list[str]) -> None:
    names = sorted(set(labels))
    rows = np.eye(len(names))[[names.index(label) for label in labels]]
    model = _fit(rows, labels)
    best = model.predict_proba(csr_matrix(rows)).argmax(axis=1)
    assert [model.labels[at] for at in best] == labels
