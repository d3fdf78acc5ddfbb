"""Rows of numbers for messages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rasa_project.components.encoder import NoEncoder
from rasa_project.components.features import Sentence, TextFeatures


class TwoWays:
    """Encodes a sentence by whether it asks."""

    dimension = 2

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        asks = [[1, 0] if sentence.endswith("?") else [0, 1] for sentence in sentences]
        return np.array(asks, dtype=np.float32)


SENTENCES = [
    Sentence("Where is order 536365?", ["Where", "is", "order", "536365"]),
    Sentence("我想退货", ["我", "想", "退货"]),
    Sentence("退款到哪里了", ["退款", "到", "哪里", "了"]),
]


def _similarity(features: TextFeatures, one: Sentence, other: Sentence) -> float:
    return float(features.transform([one]).products(features.transform([other]))[0, 0])


@pytest.fixture
def features() -> TextFeatures:
    features = TextFeatures(NoEncoder(), 1.0)
    features.fit_transform(SENTENCES)
    return features


def test_each_block_has_its_length() -> None:
    features = TextFeatures(TwoWays(), encoder_weight=3.0)
    rows = features.fit_transform(SENTENCES)
    assert rows.ngrams.dtype == rows.vectors.dtype == np.float32
    # Words and characters 1 each, the encoder its weight.
    np.testing.assert_allclose(rows.ngrams.power(2).sum(axis=1), [[2]] * 3, rtol=1e-5)
    np.testing.assert_allclose(rows.vectors, [[3, 0], [0, 3], [0, 3]])
    assert features.greatest_product == 11
    np.testing.assert_allclose(np.diag(rows.products(rows)), 11, rtol=1e-5)


def test_all_numbers_are_the_same_number(features: TextFeatures) -> None:
    other = Sentence("where is order 111222?", ["where", "is", "order", "111222"])
    assert _similarity(features, SENTENCES[0], other) == pytest.approx(2, rel=1e-5)


def test_chinese_characters_count_across_words(features: TextFeatures) -> None:
    # Split otherwise than in the sentence learned from: no word in common, but the characters.
    other = Sentence("想退货", ["想退", "货"])
    assert _similarity(features, SENTENCES[1], other) > 0.3


def test_a_sentence_without_words_is_an_empty_row(features: TextFeatures) -> None:
    assert features.transform([Sentence("😀", [])]).ngrams.nnz == 0


def test_what_was_learned_can_be_restored(features: TextFeatures) -> None:
    restored = TextFeatures(NoEncoder(), 1.0)
    restored.restore(*features.state())
    before, after = features.transform(SENTENCES), restored.transform(SENTENCES)
    np.testing.assert_allclose(before.ngrams.toarray(), after.ngrams.toarray(), rtol=1e-6)
