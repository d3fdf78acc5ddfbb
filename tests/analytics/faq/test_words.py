"""BM25 over words and characters."""

import math

import pytest

from analytics.faq.words import K1, B, WordIndex, terms


def test_terms_are_words_with_their_beginnings_and_characters_with_their_pairs() -> None:
    assert list(terms("Don't ship it!")) == ["dont", "dont-", "ship", "ship-", "it"]
    assert list(terms("用PayPal付款")) == ["用", "paypal", "payp-", "付", "款", "付款"]
    assert list(terms("?! 😀")) == []


def test_a_score_is_bm25_over_the_rarity_of_the_question() -> None:
    index = WordIndex(["red red cup", "tin cup"])
    red, cup, unknown = (math.log1p((2 - n + 0.5) / (n + 0.5)) for n in (1, 2, 0))
    norm = K1 * (1 - B + B * 3 / 2.5)
    weights = red * 2 * (K1 + 1) / (2 + norm) + cup * (K1 + 1) / (1 + norm)
    expected = weights / (red + cup + unknown)
    assert index.scores("red cup now")[0] == pytest.approx(expected, rel=1e-5)


def test_a_document_without_the_words_scores_nothing() -> None:
    index = WordIndex(["red cup", "blue bowl"])
    assert list(index.scores("green")) == [0, 0]
    assert list(index.scores("")) == [0, 0]
    assert index.scores("bowl")[1] > index.scores("bowl")[0] == 0


def test_strange_is_the_share_of_words_that_no_document_holds() -> None:
    index = WordIndex(["red cup"])
    assert index.strange("red cup") == 0
    assert index.strange("red sky") == 0.5
    assert index.strange("") == 1
