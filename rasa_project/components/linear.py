"""A linear classifier whose confidences can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.svm import LinearSVC


@dataclass(frozen=True)
class LinearModel:
    """A label's score is linear in the features; its probability is the softmax of the scores.

    Attributes:
        labels: in the order of the columns.
        weights: shape (features, labels).
        bias: shape (labels,).
    """

    labels: list[str]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def fit(
        cls, rows: csr_matrix, labels: Sequence[str], C: float, folds: int, random_state: int
    ) -> LinearModel:
        """Fit one linear support vector machine a label, and scale their margins.

        The scale (temperature scaling, Guo et al. 2017, "On Calibration of Modern Neural Networks")
        is the one under which the right labels of sentences that a model has not seen are
        likeliest: each part of the sentences is scored by a model of the others.

        Args:
            rows: features of the sentences, shape (sentences, features).
            labels: the sentences' labels, of two kinds at least.
            C: inverse strength of the regularisation.
            folds: number of parts.
            random_state: seed of the solver and of the parts.
        """
        names, codes = np.unique(labels, return_inverse=True)
        weights, bias = _margins_of(rows, codes, len(names), C, random_state)
        scale = _scale(rows, codes, len(names), C, folds, random_state)
        return cls(
            names.tolist(),
            (scale * weights).astype(np.float32),
            (scale * bias).astype(np.float32),
        )

    def predict_proba(self, rows: csr_matrix) -> NDArray[np.float32]:
        """Return the labels' probabilities, shape (sentences, labels)."""
        probabilities: NDArray[np.float32] = softmax(rows @ self.weights + self.bias, axis=1)
        return probabilities


def _margins_of(
    rows: csr_matrix, codes: NDArray[np.intp], n_labels: int, C: float, random_state: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and bias; a label without a sentence gets the margin -1 for every sentence."""
    machine = LinearSVC(C=C, random_state=random_state).fit(rows, codes)
    coefficients, intercept = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        # Only the second one's is given, and the first one's is the opposite.
        coefficients = np.vstack([-coefficients, coefficients])
        intercept = np.hstack([-intercept, intercept])
    weights = np.zeros((rows.shape[1], n_labels))
    bias = np.full(n_labels, -1.0)
    weights[:, machine.classes_] = coefficients.T
    bias[machine.classes_] = intercept
    return weights, bias


def _scale(
    rows: csr_matrix,
    codes: NDArray[np.intp],
    n_labels: int,
    C: float,
    folds: int,
    random_state: int,
) -> float:
    """Return the scale of margins; 1 where there are too few sentences to tell."""
    parts = _parts(codes, folds, random_state)
    margins, right = [], []
    for part in range(folds):
        rest, held_back = parts != part, parts == part
        if held_back.any() and len(np.unique(codes[rest])) > 1:
            weights, bias = _margins_of(rows[rest], codes[rest], n_labels, C, random_state)
            margins.append(rows[held_back] @ weights + bias)
            right.append(codes[held_back])
    if not margins:
        return 1.0
    scores, answers = np.vstack(margins), np.concatenate(right)

    def loss(log_scale: float) -> float:
        log_probabilities = log_softmax(np.exp(log_scale) * scores, axis=1)
        return -float(log_probabilities[np.arange(len(answers)), answers].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 5), method="bounded").x))


def _parts(codes: NDArray[np.intp], folds: int, random_state: int) -> NDArray[np.intp]:
    """Deal each label's sentences out to the parts in turn, in random order."""
    shuffled = np.random.default_rng(random_state).permutation(len(codes))
    by_label = shuffled[np.argsort(codes[shuffled], kind="stable")]
    parts = np.empty(len(codes), dtype=np.intp)
    parts[by_label] = np.arange(len(codes)) % folds
    return parts
