from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.recommend import ItemKNN, ranking
from analytics.recommend.ranking import fill
from tests.analytics.recommend.data import USERS, checkerboard

SIZE = 12
# Few distinct scores, so that ties are common.
scores = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=SIZE, max_size=SIZE).map(
    np.array
)
flags = st.lists(st.booleans(), min_size=SIZE, max_size=SIZE).map(np.array)


@settings(deadline=None)
@given(first=scores, second=scores, allowed=flags, n=st.integers(1, SIZE + 2))
def test_fill_is_a_sort_by_tier_score_and_position(
    first: NDArray[np.float64], second: NDArray[np.float64], allowed: NDArray[np.bool_], n: int
) -> None:
    def key(item: int) -> tuple[int, float, int]:
        if first[item] > 0:
            return 0, -first[item], item
        return (1, -second[item], item) if second[item] > 0 else (2, 0.0, item)

    expected = sorted((int(item) for item in np.flatnonzero(allowed)), key=key)[:n]
    # The second user is allowed the others, and has his own lists in between.
    lists = fill((first, second), np.array([allowed, ~allowed]), n)
    mine = lists.rows == 0
    assert lists.items[mine].tolist() == expected
    assert lists.tiers[mine].tolist() == [key(item)[0] for item in expected]
    assert mine.sum() + (lists.rows == 1).sum() == len(mine)


def test_blocks_of_users_do_not_change_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    model = ItemKNN().fit(checkerboard())
    whole = model.recommend(USERS, n=4)
    monkeypatch.setattr(ranking, "SCORES_AT_ONCE", 20)
    assert model.recommend(USERS, n=4).equals(whole)
