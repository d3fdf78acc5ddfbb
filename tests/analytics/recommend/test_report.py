from __future__ import annotations

import numpy as np

from analytics.recommend import Popularity, RepeatPurchase
from analytics.recommend.evaluation import Evaluation, comparison, plot
from tests.analytics.recommend.data import checkerboard, interactions


def test_models_stand_side_by_side_in_table_and_plot() -> None:
    train, test = checkerboard(), interactions([("u0", "i0"), ("u1", "i1")])
    evaluations = {
        name: Evaluation.of(model.fit(train), train, test, cutoffs=(1, 2))
        for name, model in {"popular": Popularity(), "again": RepeatPurchase()}.items()
    }
    table = comparison(evaluations, rng=np.random.default_rng(0))
    assert list(table.columns) == ["model", "measure", "n", "mean", "low", "high"]
    assert table["model"].unique().tolist() == ["popular", "again"]
    assert len(table) == 2 * 7 * 2
    bounded = table.dropna()
    assert (bounded["low"] <= bounded["mean"]).all() and (bounded["mean"] <= bounded["high"]).all()
    assert plot(table).startswith(b"\x89PNG")
