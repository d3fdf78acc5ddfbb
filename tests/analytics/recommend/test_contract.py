"""What every recommendation model promises, whatever it learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from pandas.testing import assert_frame_equal
from scipy.sparse import csr_array

from analytics.columns import RECOMMENDATIONS
from analytics.errors import ArtifactError, InvalidInput, NotFittedError, UnknownProduct
from analytics.recommend import (
    ALS,
    EASE,
    Autoencoder,
    AutoRecommender,
    ContentBased,
    FusionHybrid,
    ItemKNN,
    ItemTransition,
    MatrixFactorization,
    Model,
    Popularity,
    RatingItemKNN,
    RatingModel,
    Recommender,
    RepeatPurchase,
    UserKNN,
    WeightedHybrid,
)
from analytics.recommend.matrix import InteractionMatrix, Reading, positions
from tests.analytics.recommend.data import ITEMS, USERS

AnyModel = Model | Recommender
MODELS: dict[str, Callable[[], AnyModel]] = {
    "popularity": Popularity,
    "recent popularity": lambda: Popularity(half_life_days=30),
    "neighbours": ItemKNN,
    "plain neighbours": lambda: ItemKNN(weighting="plain", shrinkage=0),
    "recent neighbours": lambda: ItemKNN(half_life_days=30, n_neighbors=3),
    "ladder": Recommender,
    "recent ladder": lambda: Recommender(ItemKNN(half_life_days=90), Popularity(half_life_days=30)),
    "EASE": lambda: EASE(regularization=2),
    "recent EASE": lambda: EASE(regularization=2, half_life_days=30),
    "ALS": lambda: ALS(n_factors=2, regularization=0.1),
    "recent ALS": lambda: ALS(n_factors=2, regularization=0.1, half_life_days=30),
    "autoencoder": lambda: Autoencoder(n_hidden=8, n_epochs=200, learning_rate=0.02),
    "users": lambda: UserKNN(n_neighbors=3),
    "Pearson users": lambda: UserKNN(similarity="pearson", means="co_rated"),
    "Euclidean neighbours": lambda: ItemKNN(similarity="euclidean"),
    "rated neighbours": lambda: RatingItemKNN(shrinkage=1),
    "factors": lambda: MatrixFactorization(n_factors=3, n_epochs=5),
    "factors without biases": lambda: MatrixFactorization(n_factors=3, biases=False),
    "content": lambda: ContentBased(half_life_days=30),
    "weighted": lambda: WeightedHybrid([EASE(regularization=2), ItemKNN()], weights=[2, 1]),
    "weighted by trial": lambda: WeightedHybrid([EASE(regularization=2), ItemKNN()]),
    "automatic": lambda: AutoRecommender([EASE(regularization=2), ItemKNN(), Popularity()]),
    "fusion": lambda: FusionHybrid([EASE(regularization=2), ItemKNN(), UserKNN()]),
    "fusion with popularity": lambda: FusionHybrid([Popularity(), RepeatPurchase()]),
    "repeat purchase": RepeatPurchase,
    "transitions": lambda: ItemTransition(regularization=2),
}
OF_RATINGS = {"Pearson users", "rated neighbours", "factors", "factors without biases"}
"Those that need different ratings: the checkerboard has none."
OF_REPEATS = {"repeat purchase", "transitions"}
"Those that need several times: on the checkerboard all is at one."
OF_DAYS = {"repeat purchase", "fusion with popularity"}
"Those that know more of the past than their matrix: test_repeat has what is new to them."
IMPERSONAL = {"popularity", "recent popularity", "fusion with popularity", "content"}
RATING = ["users", *sorted(OF_RATINGS)]
PERSONAL = [name for name in MODELS if name not in IMPERSONAL | OF_REPEATS | OF_RATINGS]
"Those that find for each user what is like his own."
LIKENING = [name for name in PERSONAL if name != "users"]
"Those that know which items are alike."
REASONING = [name for name in PERSONAL if name != "autoencoder"]
"Those that add up a score over the user's own."


@pytest.fixture(params=list(MODELS))
def model(request: pytest.FixtureRequest) -> AnyModel:
    return MODELS[request.param]()


def own(table: pd.DataFrame, user: str) -> list[str]:
    return table.loc[table["user_id"] == user, "item_id"].tolist()


@pytest.mark.parametrize("name", PERSONAL)
def test_checkerboard_has_one_right_answer(name: str, checkerboard: pd.DataFrame) -> None:
    best = MODELS[name]().fit(checkerboard).recommend(USERS, n=1)
    assert dict(zip(best["user_id"], best["item_id"], strict=True)) == dict(
        zip(USERS, ITEMS, strict=True)
    )


@pytest.mark.parametrize("name", LIKENING)
def test_similar_items_are_those_of_the_same_colour(name: str, checkerboard: pd.DataFrame) -> None:
    similar = MODELS[name]().fit(checkerboard).similar_items("i2", n=3)
    assert set(similar["item_id"]) == {"i0", "i4", "i6"}
    assert similar["rank"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("name", REASONING)
def test_reasons_are_own_items_of_the_same_colour(name: str, checkerboard: pd.DataFrame) -> None:
    reasons = MODELS[name]().fit(checkerboard).explain("u4", "i4")
    assert set(reasons["item_id"]) == {"i0", "i2", "i6"}
    assert reasons["score"].is_monotonic_decreasing


@pytest.mark.parametrize("name", REASONING)
def test_reasons_add_up_to_the_score(name: str, checkerboard: pd.DataFrame) -> None:
    fitted = MODELS[name]().fit(checkerboard)
    best = fitted.recommend(["u4"], n=1)
    assert fitted.explain("u4", "i4", n=8)["score"].sum() == pytest.approx(best["score"][0])


def test_exactly_n_rows_ranked_from_one(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    table = model.fit(checkerboard).recommend([*USERS, "stranger"], n=5)
    assert list(table.columns)[:4] == list(RECOMMENDATIONS)
    for user in [*USERS, "stranger"]:
        rows = table[table["user_id"] == user]
        assert rows["rank"].tolist() == [1, 2, 3, 4, 5]
        assert rows["item_id"].is_unique


def test_all_items_when_n_is_larger(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    model.fit(checkerboard)
    assert set(own(model.recommend(["u1"], n=99), "u1")) == set(ITEMS) - {"i3", "i5", "i7"}
    assert set(own(model.recommend(["u1"], n=99, exclude_seen=False), "u1")) == set(ITEMS)


def test_seen_items_return_when_asked_for(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    model.fit(checkerboard)
    seen = set(checkerboard.loc[checkerboard["user_id"] == "u0", "item_id"])
    assert seen.isdisjoint(own(model.recommend(["u0"], n=4), "u0"))
    assert seen <= set(own(model.recommend(["u0"], n=8, exclude_seen=False), "u0"))


def test_batch_equals_single(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    model.fit(checkerboard)
    users = ["u3", "stranger", "u0", "u3"]
    batch = model.recommend(users, n=4)
    single = pd.concat([model.recommend([user], n=4) for user in users], ignore_index=True)
    assert_frame_equal(batch, single)


@pytest.mark.parametrize("user", ["u0", "stranger"])
def test_only_candidates(model: AnyModel, checkerboard: pd.DataFrame, user: str) -> None:
    model.fit(checkerboard)
    candidates = ["i7", "i1", "i0", "not in the shop"]
    assert set(own(model.recommend([user], n=3, candidates=candidates), user)) == {
        "i0",
        "i1",
        "i7",
    }
    assert model.recommend([user], n=3, candidates=[]).empty


def test_similar_items_obey_candidates(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    similar = model.fit(checkerboard).similar_items("i0", n=5, candidates=["i4", "i1"])
    assert set(similar["item_id"]) <= {"i4", "i1"}


def test_a_stranger_gets_what_is_popular(model: AnyModel) -> None:
    table = pd.DataFrame(
        [("a", "x"), ("b", "x"), ("c", "x"), ("a", "y"), ("b", "y"), ("a", "z")],
        columns=["user_id", "item_id"],
    ).assign(timestamp=pd.Timestamp("2024-05-01"))
    assert own(model.fit(table).recommend(["stranger"], n=3), "stranger") == ["x", "y", "z"]
    assert model.explain("stranger", "x").empty


def test_equally_popular_items_come_in_the_order_of_id(model: AnyModel) -> None:
    table = pd.DataFrame(
        {"user_id": ["a", "b", "c"], "item_id": ["z", "x", "y"], "timestamp": "2024-05-01"}
    ).astype({"timestamp": "datetime64[ns]"})
    assert own(model.fit(table).recommend(["stranger"], n=3), "stranger") == ["x", "y", "z"]
    shuffled = table.iloc[[2, 0, 1]]
    assert own(model.fit(shuffled).recommend(["stranger"], n=3), "stranger") == ["x", "y", "z"]


def test_items_that_nobody_touched_rank_last(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    items = pd.DataFrame({"item_id": ["a new one", *ITEMS]})
    assert own(model.fit(checkerboard, items).recommend(["u0"], n=99), "u0")[-1] == "a new one"


def test_second_fit_forgets_the_first(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    other = checkerboard.replace({"item_id": {item: f"new {item}" for item in ITEMS}})
    model.fit(other)
    model.fit(checkerboard)
    again = unfitted_twin(model).fit(checkerboard)
    assert_frame_equal(model.recommend(USERS), again.recommend(USERS))


def unfitted_twin(model: AnyModel) -> AnyModel:
    """Return an unfitted model with the same settings."""
    if isinstance(model, Recommender):
        return Recommender(model.model.clone(), model.popularity.clone())
    return model.clone()


@pytest.mark.parametrize("user", ["u0", "stranger"])
@pytest.mark.parametrize(
    "name", [name for name in MODELS if "ladder" not in name and name not in OF_DAYS]
)
def test_what_is_new_counts_at_once(name: str, checkerboard: pd.DataFrame, user: str) -> None:
    model = MODELS[name]()
    assert isinstance(model, Model)
    model.fit(checkerboard)
    row = int(positions(model.fitted_matrix().users, [user])[0])
    recent = csr_array(np.array([[0, 1, 2, 0, 0, 0, 0, 0]], dtype=np.float64))
    scores = np.atleast_2d(model.scores(np.array([row]), recent))
    every = np.arange(len(ITEMS))
    reasons = model.contributions(row, every, recent)
    for part in (model, *getattr(model, "parts_", ())):
        part.matrix_ = _with_profile(part.matrix_, row, recent.toarray()[0])
        if isinstance(part, ALS):
            # What is kept is of the profiles before.
            part.user_factors_ = part.user_factors_[:0]
    last = len(USERS) if row < 0 else row
    if model.reading is not Reading.RATING:
        assert np.allclose(scores, model.scores(np.array([last])))
    assert np.allclose(reasons, model.contributions(last, every))


def _with_profile(
    matrix: InteractionMatrix, row: int, new: NDArray[np.float64]
) -> InteractionMatrix:
    """Return the matrix as if the user of this row, a further one for -1, had done `new` too."""
    weights = np.vstack([matrix.weights.toarray(), np.zeros(len(matrix.items))])
    match matrix.reading:
        case Reading.LATEST:
            weights[row][new > 0] = 1.0
        case Reading.OCCASIONS:
            weights[row] += new
    users = matrix.users.append(pd.Index(["a further one"]))
    return replace(matrix, users=users, weights=csr_array(weights))


def test_save_and_load_change_nothing(
    model: AnyModel, checkerboard: pd.DataFrame, tmp_path: Path
) -> None:
    model.fit(checkerboard).save(tmp_path / "model")
    loaded = type(model).load(tmp_path / "model")
    users = [*USERS, "stranger"]
    assert_frame_equal(model.recommend(users, n=8), loaded.recommend(users, n=8))
    assert_frame_equal(model.similar_items("i0"), loaded.similar_items("i0"))
    assert_frame_equal(model.explain("u0", "i0"), loaded.explain("u0", "i0"))
    assert not [path for path in tmp_path.rglob("*") if path.suffix in {".pkl", ".joblib"}]


def test_load_names_what_is_missing(model: AnyModel, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="train again"):
        type(model).load(tmp_path)


def test_no_use_before_fit(model: AnyModel, tmp_path: Path) -> None:
    uses: list[Callable[[], object]] = [
        lambda: model.recommend(["u0"]),
        lambda: model.similar_items("i0"),
        lambda: model.explain("u0", "i0"),
        lambda: model.save(tmp_path),
    ]
    for use in uses:
        with pytest.raises(NotFittedError, match=type(model).__name__):
            use()


def test_no_interactions_at_all(model: AnyModel, tmp_path: Path) -> None:
    empty = pd.DataFrame(
        {"user_id": [], "item_id": [], "timestamp": pd.Series([], dtype="datetime64[ns]")}
    )
    assert model.fit(empty).recommend(["u0"]).empty
    items = pd.DataFrame({"item_id": ["b", "a"]})
    assert own(model.fit(empty, items).recommend(["u0"]), "u0") == ["a", "b"]
    model.save(tmp_path)
    assert own(type(model).load(tmp_path).recommend(["u0"]), "u0") == ["a", "b"]


def test_a_single_interaction(model: AnyModel) -> None:
    one = pd.DataFrame(
        {"user_id": ["u"], "item_id": ["i"], "timestamp": [pd.Timestamp("2024-05-01")]}
    )
    model.fit(one)
    assert model.recommend(["u"]).empty
    assert own(model.recommend(["u"], exclude_seen=False), "u") == ["i"]
    assert own(model.recommend(["stranger"]), "stranger") == ["i"]
    assert model.similar_items("i").empty


def test_input_is_left_as_it_was(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    before = checkerboard.copy()
    model.fit(checkerboard).recommend(USERS)
    assert_frame_equal(checkerboard, before)


def test_order_of_rows_does_not_matter(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    expected = model.fit(checkerboard).recommend(USERS)
    shuffled = checkerboard.sample(frac=1, random_state=3)
    assert_frame_equal(model.fit(shuffled).recommend(USERS), expected)


def test_scores_are_finite_and_fall(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    items = pd.DataFrame({"item_id": ["a new one"]})
    table = model.fit(checkerboard, items).recommend([*USERS, "stranger"], n=9)
    assert np.isfinite(table["score"]).all()
    if isinstance(model, Model):
        assert (table.groupby("user_id")["score"].diff().dropna() <= 0).all()


@pytest.mark.parametrize("name", RATING)
def test_ratings_of_any_pair(name: str, checkerboard: pd.DataFrame, tmp_path: Path) -> None:
    model = MODELS[name]()
    assert isinstance(model, RatingModel)
    pairs = pd.DataFrame(
        {
            "user_id": ["u0", "stranger", "u0", "stranger"],
            "item_id": ["i0", "i0", "nothing", "nothing"],
        }
    )
    with pytest.raises(NotFittedError):
        model.predict(pairs)
    rated = checkerboard.assign(rating=np.arange(len(checkerboard)) % 5 + 1)
    found = model.fit(rated).predict(pairs)
    assert found.shape == (4,)
    assert np.isfinite(found).all()
    assert found[3] == pytest.approx(rated["rating"].mean())
    assert model.predict(pairs[:0]).shape == (0,)
    model.save(tmp_path)
    assert np.array_equal(type(model).load(tmp_path).predict(pairs), found)
    with pytest.raises(InvalidInput, match=r"pairs\.item_id"):
        model.predict(pairs[["user_id"]])


@pytest.mark.parametrize("name", RATING)
def test_an_empty_rating_is_named(name: str, checkerboard: pd.DataFrame) -> None:
    for wrong in (np.nan, np.inf):
        rated = checkerboard.assign(rating=3.0)
        rated.loc[4, "rating"] = wrong
        with pytest.raises(InvalidInput, match=r"interactions\.rating: found (nan|.*inf)"):
            MODELS[name]().fit(rated)


def test_no_users_asked_for(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    assert model.fit(checkerboard).recommend([]).empty


def test_bad_input_is_named(model: AnyModel, checkerboard: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match=r"interactions\.timestamp"):
        model.fit(checkerboard.drop(columns="timestamp"))
    with pytest.raises(InvalidInput, match=r"interactions\.item_id"):
        model.fit(checkerboard.assign(item_id=None))
    with pytest.raises(InvalidInput, match=r"interactions\.user_id"):
        model.fit(checkerboard.assign(user_id=["u0", None, *checkerboard["user_id"][2:]]))
    with pytest.raises(InvalidInput, match=r"interactions\.timestamp"):
        model.fit(checkerboard.assign(timestamp=pd.NaT))
    model.fit(checkerboard)
    with pytest.raises(InvalidInput, match="user_ids"):
        model.recommend("u0")
    with pytest.raises(InvalidInput, match="n: found 0"):
        model.recommend(["u0"], n=0)


def test_unknown_item_is_named_or_has_nothing_alike(
    model: AnyModel, checkerboard: pd.DataFrame
) -> None:
    model.fit(checkerboard)
    if isinstance(model, Recommender):
        assert model.similar_items("nothing").empty
        assert model.explain("u0", "nothing").empty
        return
    with pytest.raises(UnknownProduct, match="nothing"):
        model.similar_items("nothing")
    with pytest.raises(UnknownProduct, match="nothing"):
        model.explain("u0", "nothing")
