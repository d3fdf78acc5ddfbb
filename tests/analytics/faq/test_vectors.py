"""Vectors that are kept between starts."""

import logging
from pathlib import Path

import numpy as np
import pytest

from analytics.faq.vectors import Encode, Matrix, Vectors


class Counting:
    """An encoder that notes what it is asked."""

    def __init__(self, encode: Encode) -> None:
        self.encode = encode
        self.asked: list[str] = []

    def __call__(self, texts: list[str]) -> Matrix:
        self.asked += texts
        return self.encode(texts)


@pytest.fixture
def counting(encode: Encode) -> Counting:
    return Counting(encode)


def test_vectors_are_those_of_the_encoder_and_the_same_once_kept(
    tmp_path: Path, encode: Encode, counting: Counting
) -> None:
    kept = tmp_path / "cache" / "faq.npz"
    first = Vectors(counting, "one", kept).of(["a cup", "a bowl", "a cup"])
    assert np.allclose(first, encode(["a cup", "a bowl", "a cup"]), atol=1e-3)
    assert counting.asked == ["a cup", "a bowl"]
    again = Vectors(counting, "one", kept).of(["a bowl", "a jug", "a cup"])
    assert counting.asked == ["a cup", "a bowl", "a jug"]
    assert np.array_equal(again[[2, 0]], first[:2])


def test_only_what_was_asked_for_last_is_kept(tmp_path: Path, counting: Counting) -> None:
    vectors = Vectors(counting, "one", tmp_path / "faq.npz")
    vectors.of(["a cup", "a bowl"])
    vectors.of(["a bowl"])
    counting.asked.clear()
    vectors.of(["a bowl", "a cup"])
    assert counting.asked == ["a cup"]
    assert [path.name for path in tmp_path.iterdir()] == ["faq.npz"]


def test_vectors_of_another_encoder_are_not_used(tmp_path: Path, counting: Counting) -> None:
    Vectors(counting, "one 1.0", tmp_path / "faq.npz").of(["a cup"])
    Vectors(counting, "one 1.1", tmp_path / "faq.npz").of(["a cup"])
    assert counting.asked == ["a cup", "a cup"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half of one"])
def test_a_broken_file_is_made_anew(
    tmp_path: Path, counting: Counting, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    kept = tmp_path / "faq.npz"
    kept.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        Vectors(counting, "one", kept).of(["a cup"])
    assert f"{kept} cannot be read" in caplog.text
    Vectors(counting, "one", kept).of(["a cup"])
    assert counting.asked == ["a cup"]


def test_objects_are_never_unpickled(tmp_path: Path, counting: Counting) -> None:
    kept = tmp_path / "faq.npz"
    harm = np.array([{"a": 1}], dtype=object)
    np.savez(kept, encoder=np.array("one"), keys=np.zeros(16, np.uint8), vectors=harm)
    Vectors(counting, "one", kept).of(["a cup"])
    assert counting.asked == ["a cup"]
