from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend import MatrixFactorization
from tests.analytics.recommend.data import rated

# The known cells determine a rank-1 matrix; with two factors the others are free.
EXAMPLE = rated(
    {
        "u0": [5, 4, None, None],
        "u1": [None, 2, 3, None],
        "u2": [8, None, None, 7],
        "u3": [None, None, 9, None],
    }
)


def descent(
    regularization: float, seed: int = 0, n_epochs: int = 8000, n_factors: int = 2
) -> MatrixFactorization:
    """Return the fit by steps along all seven ratings, which come to rest."""
    return MatrixFactorization(
        n_factors=n_factors,
        biases=False,
        regularization=regularization,
        learning_rate=0.03,
        n_epochs=n_epochs,
        batch_size=7,
        random_state=seed,
    ).fit(EXAMPLE)


def loss(model: MatrixFactorization) -> float:
    squares = (model.user_factors_**2).sum() + (model.item_factors_**2).sum()
    return float((errors(model) ** 2).sum() + model.regularization * squares)


def errors(model: MatrixFactorization) -> np.ndarray:
    return np.asarray(EXAMPLE["rating"] - model.predict(EXAMPLE), dtype=float)


@pytest.mark.parametrize(
    ("regularization", "optimum", "rmse"),
    [(0.02, 0.964393, 0.012530), (0.1, 4.800129, 0.062271), (1.0, 45.641699, 0.604421)],
)
def test_regularised_optimum(regularization: float, optimum: float, rmse: float) -> None:
    # The optimum has rank 1, so one factor reaches it.
    model = descent(regularization, n_factors=1)
    assert loss(model) == pytest.approx(optimum, abs=1e-6)
    assert np.sqrt((errors(model) ** 2).mean()) == pytest.approx(rmse, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_regularisation_leaves_no_factor_that_is_not_needed(seed: int) -> None:
    model = descent(1.0, seed, n_epochs=20_000)
    assert loss(model) == pytest.approx(45.641699, abs=1e-5)
    assert np.linalg.svd(model.user_factors_)[1][1] < 1e-3


def test_regularised_optimum_settles_the_unknown_cells_too() -> None:
    row = pd.DataFrame({"user_id": "u0", "item_id": ["i1", "i2", "i3", "i4"]})
    assert descent(0.1, n_factors=1).predict(row) == pytest.approx(
        [4.9819, 3.9215, 5.9881, 4.3530], abs=1e-4
    )


def test_without_regularisation_every_seed_reaches_the_known_cells() -> None:
    for seed in range(3):
        assert np.abs(errors(descent(0, seed))).max() < 1e-6


def test_single_ratings_come_near_the_optimum_too() -> None:
    model = MatrixFactorization(
        n_factors=2,
        biases=False,
        regularization=0.1,
        n_epochs=3000,
        learning_rate=0.005,
        batch_size=1,
    ).fit(EXAMPLE)
    assert np.sqrt((errors(model) ** 2).mean()) == pytest.approx(0.062271, abs=5e-3)


def test_one_step_by_hand() -> None:
    # From all .1 with one rating of 5: the error is 4.98, and each factor moves by
    # .01 (4.98 × .1 - .02 × .1), the item's by the user's factors before the step.
    model = MatrixFactorization(n_factors=2, biases=False, n_epochs=1)
    model.fit(rated({"u": [5]}))
    model.user_factors_, model.item_factors_ = np.full((1, 2), 0.1), np.full((1, 2), 0.1)
    penalty = np.array([0.02])
    cell = np.array([0])
    model._step(cell, cell, np.array([5.0]), penalty, penalty)
    assert model.user_factors_ == pytest.approx(np.full((1, 2), 0.10496))
    assert model.item_factors_ == pytest.approx(np.full((1, 2), 0.10496))


def test_biases_alone_find_users_and_items_that_differ() -> None:
    table = rated({"mild": [5, 4, 3], "harsh": [3, 2, 1], "new": [4, None, None]})
    model = MatrixFactorization(
        n_factors=1, regularization=1e-3, n_epochs=3000, batch_size=7, learning_rate=0.05
    ).fit(table)
    pair = pd.DataFrame({"user_id": ["harsh", "mild"], "item_id": ["i1", "i3"]})
    assert model.predict(pair) == pytest.approx([3, 3], abs=0.05)


def test_a_stranger_is_expected_to_rate_as_most_do() -> None:
    table = rated({"a": [5, 1], "b": [5, 1], "c": [5, 1]})
    model = MatrixFactorization(regularization=0.1).fit(table)
    pairs = pd.DataFrame({"user_id": ["stranger"] * 2, "item_id": ["i1", "i2"]})
    high, low = model.predict(pairs)
    assert high > 3.5 > 2.5 > low


def test_the_same_seed_gives_the_same_factors() -> None:
    assert np.array_equal(descent(0.1, 4, 10).user_factors_, descent(0.1, 4, 10).user_factors_)
    assert not np.array_equal(descent(0.1, 4, 10).user_factors_, descent(0.1, 5, 10).user_factors_)


def test_steps_that_are_too_long_are_named() -> None:
    with np.errstate(all="ignore"), pytest.raises(InvalidInput, match="learning_rate"):
        MatrixFactorization(learning_rate=10).fit(EXAMPLE)


@pytest.mark.parametrize("setting", ["n_factors", "n_epochs", "batch_size", "learning_rate"])
def test_settings_are_checked(setting: str) -> None:
    with pytest.raises(InvalidInput, match=setting):
        MatrixFactorization(**{setting: 0})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="regularization"):
        MatrixFactorization(regularization=-1)
