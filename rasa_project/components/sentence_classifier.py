"""Which label a sentence has: its features and the model on them, apart from Rasa."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.sparse import csr_matrix

from rasa_project.components.base import Options
from rasa_project.components.encoder import EncoderName, sentence_encoder
from rasa_project.components.features import Rows, Sentence, TextFeatures
from rasa_project.components.kernel import Kernel, KernelModel

_NAME_PART = re.compile(r"[_/\s]+")


class SentenceOptions(Options):
    """Settings of `SentenceClassifier`."""

    encoder: EncoderName = Field(EncoderName.USEM3, description="Sentence encoder.")
    encoder_weight: float = Field(
        3.0, gt=0, description="How much a sentence's vector counts beside its n-grams."
    )
    sharpness: float = Field(
        2.0, gt=0, description="The larger, the more only close sentences count (see `Kernel`)."
    )
    ridge: float = Field(0.03, gt=0, description="The larger, the simpler the model.")
    folds: int = Field(
        3, ge=2, description="Parts into which the sentences are split to calibrate confidences."
    )
    random_state: int = Field(0, description="Seed of the split into folds.")


class SentenceClassifier:
    """Kernel ridge regression on n-grams and sentence vectors, with calibrated probabilities.

    The words of a label's name count as one more sentence of it: `track_order` as "track order".
    """

    def __init__(self, options: SentenceOptions) -> None:
        self._options = options
        self._features = TextFeatures(sentence_encoder(options.encoder), options.encoder_weight)
        self._model: KernelModel

    @property
    def labels(self) -> list[str]:
        """The labels, in the order of the columns of `predict_proba`."""
        return self._model.labels

    def fit(self, sentences: Sequence[Sentence], labels: Sequence[str]) -> SentenceClassifier:
        """Learn from sentences of two labels or more; returns itself."""
        names = sorted(set(labels))
        rows = self._features.fit_transform([*sentences, *map(_name, names)])
        self._model = KernelModel.fit(
            rows,
            [*labels, *names],
            self._kernel(),
            ridge=self._options.ridge,
            folds=self._options.folds,
            random_state=self._options.random_state,
        )
        return self

    def predict_proba(self, sentences: Sequence[Sentence]) -> NDArray[np.float32]:
        """Return the labels' probabilities, shape (sentences, labels)."""
        return self._model.predict_proba(self._features.transform(sentences))

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Return what was learned: names, to be kept as JSON, and arrays."""
        ngrams, idf = self._features.state()
        rows = self._model.rows
        return {"labels": self._model.labels, "ngrams": ngrams}, {
            **idf,
            "weights": self._model.weights,
            "vectors": rows.vectors,
            "values": rows.ngrams.data,
            "columns": rows.ngrams.indices,
            "row_starts": rows.ngrams.indptr,
        }

    def restore(self, names: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> SentenceClassifier:
        """Take up what `state` returned; returns itself."""
        ngrams = names["ngrams"]
        self._features.restore(ngrams, {name: arrays[name] for name in ngrams})
        vectors = arrays["vectors"]
        shape = len(vectors), sum(map(len, ngrams.values()))
        parts = arrays["values"], arrays["columns"], arrays["row_starts"]
        rows = Rows(csr_matrix(parts, shape=shape), vectors)
        self._model = KernelModel(names["labels"], self._kernel(), rows, arrays["weights"])
        return self

    def _kernel(self) -> Kernel:
        return Kernel(self._features.greatest_product, self._options.sharpness)


def _name(label: str) -> Sentence:
    words = _NAME_PART.sub(" ", label).strip().lower()
    return Sentence(words, words.split())
