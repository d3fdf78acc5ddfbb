from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from analytics.errors import InvalidInput
from analytics.recommend import ALS, als
from tests.analytics.recommend.data import USERS, checkerboard, interactions


def random_pairs(users: int = 30, items: int = 12) -> list[tuple[str, str]]:
    touched = np.random.default_rng(4).random((users, items)) < 0.3
    return [(f"u{u:02}", f"i{i:02}") for u, i in np.argwhere(touched)]


def best_rows(fixed: Any, confidence: Any, model: ALS) -> Any:
    """Return the factors that solve the equations of each row of `confidence`."""
    ridge = model.regularization * np.eye(model.n_factors)
    return np.array(
        [
            np.linalg.solve(fixed.T @ (c[:, None] * fixed) + ridge, fixed.T @ (c * (c > 1)))
            for c in confidence
        ]
    )


def loss(model: ALS) -> float:
    """The regularised squared error of Hu, Koren and Volinsky, at the best user factors."""
    confidence = 1 + model.alpha * model.matrix_.weights.toarray()
    items = model.item_factors_
    users = best_rows(items, confidence, model)
    error = confidence * ((confidence > 1) - users @ items.T) ** 2
    return float(error.sum() + model.regularization * ((users**2).sum() + (items**2).sum()))


def test_rounds_bring_the_loss_to_a_resting_point() -> None:
    table = interactions(random_pairs())
    losses = [
        loss(ALS(n_factors=4, alpha=5, regularization=0.5, n_iterations=rounds).fit(table))
        for rounds in (1, 5, 20, 100, 200)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(losses[-2], rel=1e-4)


def test_item_factors_solve_their_equations_at_rest() -> None:
    model = ALS(n_factors=3, alpha=5, regularization=0.5, n_iterations=1000)
    model.fit(interactions(random_pairs()))
    confidence = 1 + 5 * model.matrix_.weights.toarray()
    items = model.item_factors_
    solved = best_rows(best_rows(items, confidence, model), confidence.T, model)
    assert items == pytest.approx(solved, abs=1e-3)


def test_the_same_seed_gives_the_same_factors() -> None:
    table = checkerboard()
    first, again = ALS(random_state=5).fit(table), ALS(random_state=5).fit(table)
    assert np.array_equal(first.item_factors_, again.item_factors_)
    assert not np.array_equal(first.item_factors_, ALS(random_state=6).fit(table).item_factors_)


def test_blocks_do_not_change_the_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    table = checkerboard()
    whole = ALS(n_factors=2).fit(table).recommend(USERS)
    monkeypatch.setattr(als, "CELLS_AT_ONCE", 5)
    parts = ALS(n_factors=2).fit(table).recommend(USERS)
    assert parts["score"].to_numpy() == pytest.approx(whole["score"].to_numpy())


def test_kept_factors_are_those_that_are_solved_for(monkeypatch: pytest.MonkeyPatch) -> None:
    table = interactions(random_pairs())
    kept = ALS(n_factors=3).fit(table)
    monkeypatch.setattr(als, "KEPT_USERS", 1)
    solved = ALS(n_factors=3).fit(table)
    assert len(kept.user_factors_) > 0 == len(solved.user_factors_)
    rows = np.array([1, -1, 0])
    np.testing.assert_allclose(kept.scores(rows), solved.scores(rows), rtol=1e-5, atol=1e-7)
    recent = csr_array(np.eye(3, len(kept.matrix_.items)) * [[0], [1], [1]])
    np.testing.assert_allclose(
        kept.scores(rows, recent), solved.scores(rows, recent), rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("setting", ["n_factors", "alpha", "regularization", "n_iterations"])
def test_settings_are_checked(setting: str) -> None:
    with pytest.raises(InvalidInput, match=setting):
        ALS(**{setting: 0})


def test_scores_are_those_of_the_exact_factors() -> None:
    # Users touch fewer items than there are factors, or more: either is a system of its own.
    model = ALS(n_factors=4, alpha=5, regularization=0.5).fit(interactions(random_pairs()))
    confidence = 1 + 5 * model.matrix_.weights.toarray()
    sizes = np.diff(model.matrix_.weights.indptr)
    assert sizes.min() < 4 < sizes.max()
    exact = best_rows(model.item_factors_, confidence, model) @ model.item_factors_.T
    found = model.scores(np.arange(len(confidence)))
    assert found == pytest.approx(exact, abs=1e-5)
