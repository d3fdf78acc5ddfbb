from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InvalidInput
from analytics.recommend import UserKNN, user_knn
from tests.analytics.recommend.data import rated, textbook

TEXTBOOK = textbook()
ASKED = pd.DataFrame({"user_id": ["Alice"], "item_id": ["i5"]})


def pearson(means: str, **settings: float) -> UserKNN:
    return UserKNN(similarity="pearson", means=means, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("means", "similarities", "expected"),
    [
        ("co_rated", [0, 0.852803, 0.707107, 0, -0.792118], 4.871980),
        ("own", [0, 0.839181, 0.606339, 0, -0.768095], 4.851676),
    ],
)
def test_textbook(means: str, similarities: list[float], expected: float) -> None:
    model = pearson(means).fit(TEXTBOOK)
    assert model._similarities(np.array([0]))[0] == pytest.approx(similarities, abs=1e-6)
    assert model.predict(ASKED) == pytest.approx([expected], abs=1e-6)


def test_only_the_nearest_count() -> None:
    model = pearson("own", n_neighbors=1).fit(TEXTBOOK)
    assert model.predict(ASKED) == pytest.approx([4 + 0.6])


def test_shrinkage_by_what_both_rated() -> None:
    plain, shrunk = pearson("own").fit(TEXTBOOK), pearson("own", shrinkage=12).fit(TEXTBOOK)
    row = np.array([0])
    assert shrunk._similarities(row) == pytest.approx(plain._similarities(row) * 4 / 16)


def test_cosine_of_all_ratings() -> None:
    model = UserKNN().fit(TEXTBOOK)
    first, second = np.array([5, 3, 4, 4, 0]), np.array([3, 1, 2, 3, 3])
    expected = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert model._similarities(np.array([0]))[0, 1] == pytest.approx(expected)


@pytest.mark.parametrize("means", ["own", "co_rated"])
def test_who_rates_all_alike_is_like_nobody(means: str) -> None:
    table = rated({"a": [0.1, 0.1, 0.1, None], "b": [1, 2, 3, 4], "c": [3, 3, 3, 5]})
    model = pearson(means).fit(table)
    assert (model._similarities(np.array([0])) == 0).all()
    pair = pd.DataFrame({"user_id": ["a"], "item_id": ["i4"]})
    assert model.predict(pair) == pytest.approx([0.1])
    if means == "co_rated":
        # b and c are compared on four items, a and c on three that c rates alike.
        assert model._similarities(np.array([2]))[0, 0] == 0


def test_without_neighbours_the_own_mean_is_expected() -> None:
    model = pearson("own").fit(TEXTBOOK)
    pairs = pd.DataFrame({"user_id": ["Alice", "stranger"], "item_id": ["nothing", "i5"]})
    assert model.predict(pairs) == pytest.approx([4, TEXTBOOK["rating"].mean()])


def test_score_adds_up_similarity_times_rating() -> None:
    model = UserKNN(n_neighbors=2).fit(TEXTBOOK)
    similarities = model._similarities(np.array([0]))[0]
    # The nearest of Alice by cosine are U2 and U1, who rate the item 5 and 3.
    assert set(np.argsort(-similarities)[:2]) == {1, 2}
    best = model.recommend(["Alice"], n=1)
    assert best["score"].tolist() == pytest.approx([similarities[1] * 3 + similarities[2] * 5])


def test_zero_is_a_rating() -> None:
    table = rated({"a": [0, 4, None], "b": [0, 4, 4], "c": [4, 0, 0]})
    model = pearson("own").fit(table)
    pair = pd.DataFrame({"user_id": ["a"], "item_id": ["i3"]})
    assert model.predict(pair) == pytest.approx([2 + 4 - 8 / 3])


@pytest.mark.parametrize("means", ["own", "co_rated"])
def test_blocks_do_not_change_anything(means: str, monkeypatch: pytest.MonkeyPatch) -> None:
    users = TEXTBOOK["user_id"].unique().tolist()
    pairs = pd.DataFrame({"user_id": users * 2, "item_id": ["i1"] * 5 + ["i5"] * 5})
    model = pearson(means).fit(TEXTBOOK)
    whole, ratings = model.recommend(users), model.predict(pairs)
    monkeypatch.setattr(user_knn, "CELLS_AT_ONCE", 10)
    pd.testing.assert_frame_equal(model.recommend(users), whole)
    assert np.array_equal(model.predict(pairs), ratings)


@pytest.mark.parametrize(
    "settings",
    [{"similarity": "x"}, {"means": "x"}, {"n_neighbors": 0}, {"shrinkage": -1.0}],
)
def test_settings_are_checked(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(settings))):
        UserKNN(**settings)  # type: ignore[arg-type]
