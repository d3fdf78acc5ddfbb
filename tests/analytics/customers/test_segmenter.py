from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.customers import Segmenter
from analytics.errors import ArtifactError, InvalidInput, NotEnoughHistory, NotFittedError

# Typical recency (days), frequency (orders) and monetary value of four kinds of customers.
KINDS = {
    "champions": (4, 30, 5000),
    "new": (5, 1, 40),
    "at_risk": (200, 12, 1500),
    "lapsed": (250, 1, 30),
}
EACH = 50


@pytest.fixture
def table() -> pd.DataFrame:
    """Fifty customers of each kind, all within a fifth of what is typical."""
    rng = np.random.default_rng(11)
    values = np.concatenate(
        [np.array(kind) * rng.uniform(0.8, 1.2, (EACH, 3)) for kind in KINDS.values()]
    )
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:03}" for number in range(len(values))],
            "recency_days": values[:, 0].round(),
            "frequency": values[:, 1].round().clip(1),
            "monetary": values[:, 2],
        }
    )


def test_finds_and_names_the_kinds(table: pd.DataFrame) -> None:
    segmenter = Segmenter().fit(table)
    assert segmenter.names(segmenter.labels_) == [name for name in KINDS for _ in range(EACH)]


def test_describes_segments_in_days_orders_and_money(table: pd.DataFrame) -> None:
    description = Segmenter(n_segments=4).fit(table).describe().set_index("segment")
    assert set(description.index) == set(KINDS)
    assert description["label"].tolist() == [0, 1, 2, 3]
    assert description.index[0] == "champions"
    assert description.index[-1] == "lapsed"
    for name, (recency, frequency, monetary) in KINDS.items():
        row = description.loc[name]
        assert row["recency_days"] == pytest.approx(recency, rel=0.1)
        assert row["frequency"] == pytest.approx(frequency, rel=0.1)
        assert row["monetary"] == pytest.approx(monetary, rel=0.1)
        assert (row["customers"], row["share"]) == (EACH, 0.25)
    assert description["revenue_share"].sum() == pytest.approx(1)
    best = table["monetary"][:EACH].sum() / table["monetary"].sum()
    assert description.loc["champions", "revenue_share"] == pytest.approx(best)


def test_predict_agrees_with_the_labels(table: pd.DataFrame) -> None:
    segmenter = Segmenter().fit(table)
    assert segmenter.predict(table).tolist() == segmenter.labels_.tolist()
    newcomer = pd.DataFrame(
        {"customer_id": ["x"], "recency_days": [3], "frequency": [1], "monetary": [35.0]}
    )
    assert segmenter.names(segmenter.predict(newcomer)) == ["new"]


@pytest.mark.parametrize("seed", range(5))
def test_neither_the_seed_nor_the_order_matters(table: pd.DataFrame, seed: int) -> None:
    expected = dict(zip(table["customer_id"], Segmenter().fit(table).labels_, strict=True))
    shuffled = table.sample(frac=1, random_state=seed)
    labels = Segmenter(random_state=seed).fit(shuffled).labels_
    assert dict(zip(shuffled["customer_id"], labels, strict=True)) == expected


def test_second_fit_forgets_the_first(table: pd.DataFrame) -> None:
    segmenter = Segmenter(n_segments=3).fit(table.assign(monetary=1.0))
    again = segmenter.fit(table).describe()
    pd.testing.assert_frame_equal(again, Segmenter(n_segments=3).fit(table).describe())


@pytest.mark.parametrize("count", range(1, 9))
def test_as_many_segments_as_asked_for(table: pd.DataFrame, count: int) -> None:
    description = Segmenter(n_segments=count).fit(table).describe()
    assert len(description) == count
    assert description["segment"].is_unique
    assert description["customers"].sum() == len(table)


def test_one_customer_is_a_segment(table: pd.DataFrame) -> None:
    description = Segmenter().fit(table.head(1)).describe()
    assert description["customers"].tolist() == [1]


def test_too_few_customers(table: pd.DataFrame) -> None:
    with pytest.raises(NotEnoughHistory, match="customers"):
        Segmenter().fit(table.head(0))
    with pytest.raises(NotEnoughHistory, match="customers"):
        Segmenter(n_segments=3).fit(table.iloc[[0, 1, 0]])


def test_save_and_load_change_nothing(table: pd.DataFrame, tmp_path: Path) -> None:
    segmenter = Segmenter().fit(table)
    segmenter.save(tmp_path)
    loaded = Segmenter.load(tmp_path)
    assert loaded.predict(table).tolist() == segmenter.labels_.tolist()
    assert loaded.labels_.tolist() == segmenter.labels_.tolist()
    assert loaded.names([0]) == segmenter.names([0])
    pd.testing.assert_frame_equal(loaded.describe(), segmenter.describe())


def test_load_names_what_is_wrong(table: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"segmenter\.json"):
        Segmenter.load(tmp_path)
    Segmenter().fit(table).save(tmp_path)
    description = json.loads((tmp_path / "segmenter.json").read_text())
    description["names"][0] = "no such name"
    (tmp_path / "segmenter.json").write_text(json.dumps(description))
    with pytest.raises(ArtifactError, match="no such name"):
        Segmenter.load(tmp_path)


def test_no_use_before_fit(table: pd.DataFrame, tmp_path: Path) -> None:
    segmenter = Segmenter()
    uses: list[Callable[[], object]] = [
        lambda: segmenter.predict(table),
        lambda: segmenter.names(np.array([0])),
        segmenter.describe,
        lambda: segmenter.save(tmp_path),
    ]
    for use in uses:
        with pytest.raises(NotFittedError, match="Segmenter"):
            use()


def test_bad_input_is_named(table: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="method: found 'hierarchical'"):
        Segmenter(method="hierarchical")
    with pytest.raises(InvalidInput, match="n_segments: found 9"):
        Segmenter(n_segments=9)
    with pytest.raises(InvalidInput, match=r"rfm\.monetary"):
        Segmenter().fit(table.drop(columns="monetary"))
    with pytest.raises(InvalidInput, match=r"rfm\.recency_days: found -1\.0"):
        Segmenter().fit(table.assign(recency_days=-1.0))
    with pytest.raises(InvalidInput, match=r"rfm\.frequency"):
        Segmenter().fit(table.assign(frequency=np.nan))
