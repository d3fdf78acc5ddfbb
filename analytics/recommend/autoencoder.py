"""A small neural network that fills in what a user has not touched yet."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analytics.errors import InvalidInput
from analytics.recommend.model import Model, cosines
from analytics.recommend.ranking import Scores

Layers = dict[str, NDArray[np.float32]]

BATCH: Final = 64
"Users a step."
DECAYS: Final = (0.9, 0.999)
"Of Adam's running means, of the gradient and of its square."
TINY: Final = 1e-8


class Autoencoder(Model):
    """A denoising autoencoder with one hidden layer.

    Learns to say from some of what a user touched, the rest left out at random, which share each
    item has in all of it: the scores, which add up to 1 for each user it knows.

    Sources: Liang et al., "Variational autoencoders for collaborative filtering", WWW 2018
    (Mult-DAE); Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.

    Args:
        n_hidden: size of the hidden layer.
        dropout: share of what a user touched that is left out, below 1.
        n_epochs: times that each user is visited, in an order of its own; with too many the few
            users of a small shop are learned by heart.
        learning_rate: above 0; of Adam.
        half_life_days: days after which an interaction counts half; None counts all alike.
        random_state: seed of the first layers, of the order, and of what is left out.

    Attributes:
        layers_: float32; "encoder" (items, n_hidden), "decoder" (n_hidden, items), and their
            biases.
    """

    layers_: Layers

    def __init__(
        self,
        *,
        n_hidden: int = 100,
        dropout: float = 0.5,
        n_epochs: int = 60,
        learning_rate: float = 0.001,
        half_life_days: float | None = None,
        random_state: int = 0,
    ) -> None:
        super().__init__(half_life_days=half_life_days)
        for name, value in (("n_hidden", n_hidden), ("n_epochs", n_epochs)):
            if value < 1:
                raise InvalidInput(name, value, "a whole number from 1")
        if not 0 <= dropout < 1:
            raise InvalidInput("dropout", dropout, "a number from 0 to below 1")
        if not learning_rate > 0:
            raise InvalidInput("learning_rate", learning_rate, "a number above 0")
        self.n_hidden = n_hidden
        self.dropout = dropout
        self.n_epochs = n_epochs
        self.learning_rate = learning_rate
        self.random_state = random_state

    def scores(self, rows: NDArray[np.intp], recent: csr_array | None = None) -> Scores:
        profiles = self.matrix_.profiles(rows, recent)
        shares = _shares(_hidden(self.layers_, _unit_rows(profiles)), self.layers_)
        shares[np.diff(profiles.indptr) == 0] = 0.0
        shares[:, self.matrix_.customers_of_items() == 0] = 0.0
        return shares.astype(np.float64)

    def likeness(self, item_columns: NDArray[np.intp]) -> Scores:
        return cosines(self.layers_["encoder"], item_columns)

    def _learn(self) -> None:
        # Steps are small: threads would mostly wait for one another.
        with threadpool_limits(1):
            self._descend()

    def _descend(self) -> None:
        weights = self.matrix_.weights
        rng = np.random.default_rng(self.random_state)
        inputs, n_items = _unit_rows(weights), weights.shape[1]
        self.layers_ = {
            "encoder": _first_layer(rng, n_items, self.n_hidden),
            "encoder_bias": np.zeros(self.n_hidden, dtype=np.float32),
            "decoder": _first_layer(rng, self.n_hidden, n_items),
            "decoder_bias": np.zeros(n_items, dtype=np.float32),
        }
        self.layers_["encoder"][self.matrix_.customers_of_items() == 0] = 0.0
        adam = _Adam(self.layers_, self.learning_rate)
        for _ in range(self.n_epochs):
            order = rng.permutation(weights.shape[0])
            for start in range(0, len(order), BATCH):
                users = order[start : start + BATCH]
                left = inputs[users]
                kept = rng.random(left.nnz) >= self.dropout
                left.data *= (kept / (1 - self.dropout)).astype(np.float32)
                adam.step(_gradients(self.layers_, left, weights[users]))

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return dict(self.layers_)

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        names = ("encoder", "encoder_bias", "decoder", "decoder_bias")
        self.layers_ = {name: arrays[name] for name in names}


class _Adam:
    """Moves layers against their gradients, in place."""

    def __init__(self, layers: Layers, rate: float) -> None:
        self._layers, self._rate, self._steps = layers, rate, 0
        self._means = {name: np.zeros_like(layer) for name, layer in layers.items()}
        self._squares = {name: np.zeros_like(layer) for name, layer in layers.items()}

    def step(self, gradients: Layers) -> None:
        self._steps += 1
        first, second = (1 - decay for decay in DECAYS)
        of_mean, of_square = (1 - decay**self._steps for decay in DECAYS)
        length = np.float32(self._rate * np.sqrt(of_square) / of_mean)
        for name, gradient in gradients.items():
            mean, square = self._means[name], self._squares[name]
            mean += np.float32(first) * (gradient - mean)
            square += np.float32(second) * (gradient * gradient - square)
            self._layers[name] -= length * mean / (np.sqrt(square) + np.float32(TINY))


def _gradients(layers: Layers, inputs: csr_array, targets: csr_array) -> Layers:
    """Return how minus the log-likelihood of the targets, a mean over the users, grows."""
    n_users = inputs.shape[0]
    hidden = _hidden(layers, inputs)
    totals = np.asarray(targets.sum(axis=1), dtype=np.float32).reshape(-1, 1)
    wrong = _shares(hidden, layers) * totals
    cells = targets.tocoo()
    wrong[cells.row, cells.col] -= cells.data.astype(np.float32)
    wrong /= np.float32(n_users)
    back = (wrong @ layers["decoder"].T) * (1 - hidden * hidden)
    return {
        "encoder": inputs.T @ back,
        "encoder_bias": back.sum(axis=0),
        "decoder": hidden.T @ wrong,
        "decoder_bias": wrong.sum(axis=0),
    }


def _hidden(layers: Layers, inputs: csr_array) -> NDArray[np.float32]:
    hidden: NDArray[np.float32] = np.tanh(inputs @ layers["encoder"] + layers["encoder_bias"])
    return hidden


def _shares(hidden: NDArray[np.float32], layers: Layers) -> NDArray[np.float32]:
    """Return the softmax of the last layer, (users, items)."""
    shares = hidden @ layers["decoder"] + layers["decoder_bias"]
    if not shares.size:
        return shares
    np.exp(shares - shares.max(axis=1, keepdims=True), out=shares)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _unit_rows(weights: csr_array) -> csr_array:
    """Return the rows brought to length 1, float32."""
    lengths = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    counts = np.diff(weights.indptr)
    data = weights.data / np.repeat(np.where(lengths > 0, lengths, 1), counts)
    return csr_array(
        (data.astype(np.float32), weights.indices, weights.indptr), shape=weights.shape
    )


def _first_layer(rng: np.random.Generator, n_in: int, n_out: int) -> NDArray[np.float32]:
    """Draw weights that keep the size of what goes through (Glorot and Bengio 2010)."""
    size = np.sqrt(2 / max(1, n_in + n_out))
    drawn: NDArray[np.float32] = rng.normal(0, size, (n_in, n_out)).astype(np.float32)
    return drawn
