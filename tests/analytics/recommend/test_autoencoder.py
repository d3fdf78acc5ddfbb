from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from analytics.errors import InvalidInput
from analytics.recommend import Autoencoder
from analytics.recommend.autoencoder import Layers, _gradients, _hidden, _shares
from tests.analytics.recommend.data import interactions


def loss(layers: Layers, inputs: csr_array, targets: csr_array) -> float:
    """Return minus the log-likelihood, a mean over the users."""
    shares = _shares(_hidden(layers, inputs), layers)
    return float(-(targets.toarray() * np.log(shares)).sum() / targets.shape[0])


@pytest.mark.parametrize("name", ["encoder", "encoder_bias", "decoder", "decoder_bias"])
def test_gradients_are_those_of_the_loss(name: str) -> None:
    rng = np.random.default_rng(0)
    layers = {
        "encoder": rng.normal(size=(5, 3)),
        "encoder_bias": rng.normal(size=3),
        "decoder": rng.normal(size=(3, 5)),
        "decoder_bias": rng.normal(size=5),
    }
    inputs = csr_array(rng.random((4, 5)) * (rng.random((4, 5)) < 0.6))
    targets = csr_array((rng.random((4, 5)) < 0.5).astype(float))
    found = np.asarray(_gradients(layers, inputs, targets)[name])
    step = 1e-6
    for place in np.ndindex(layers[name].shape):
        sides = []
        for sign in (step, -step):
            layers[name][place] += sign
            sides.append(loss(layers, inputs, targets))
            layers[name][place] -= sign
        assert found[place] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-5)


def test_scores_are_shares_of_the_items() -> None:
    table = interactions([("a", "x"), ("a", "y"), ("b", "y"), ("b", "z")])
    model = Autoencoder(n_hidden=4, n_epochs=5).fit(table)
    assert model.scores(np.array([0, 1])).sum(axis=1) == pytest.approx([1, 1], abs=1e-6)
    assert not model.scores(np.array([-1])).any()


@pytest.mark.parametrize(
    ("name", "value"), [("n_hidden", 0), ("n_epochs", 0), ("dropout", 1), ("learning_rate", 0)]
)
def test_settings_are_checked(name: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=name):
        Autoencoder(**{name: value})  # type: ignore[arg-type]
