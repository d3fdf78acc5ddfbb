"""Searching articles, with an encoder whose answers are known."""

import pytest

from analytics.faq.articles import Article, Texts, Wordings
from analytics.faq.index import Encode, FaqIndex

UNRELATED = {"en": ["what is the weather like"], "zh": ["今天天气怎么样"]}


def _article(identifier: str, en: str, zh: str, *intents: str, also: str = "") -> Article:
    return Article(
        id=identifier,
        intents=intents,
        question=Texts(en=en, zh=zh),
        also=Wordings(en=(also,) if also else ()),
        answer=Texts(en="yes", zh="是"),
    )


@pytest.fixture
def index(encode: Encode) -> FaqIndex:
    articles = [
        _article("cost", "what does delivery cost", "运费多少", "delivery_options"),
        _article("abroad", "do you deliver abroad", "能寄到国外吗", "delivery_options"),
        _article("gifts", "can you wrap a gift", "可以礼品包装吗", also="presents in nice paper"),
    ]
    return FaqIndex(articles, encode, UNRELATED)


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("do you deliver abroad", "en", "abroad"),
        ("nice paper for presents", "en", "gifts"),
        ("运费要多少", "zh", "cost"),
        ("礼品能包装吗", "zh", "gifts"),
    ],
)
def test_the_nearest_article_comes_first(
    index: FaqIndex, text: str, language: str, first: str
) -> None:
    hits = index.search(text, language)
    assert hits[0].article.id == first
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_wording_itself_scores_one(index: FaqIndex) -> None:
    assert index.search("what does delivery cost", "en")[0].score == pytest.approx(1)


def test_an_article_is_searched_in_the_language_asked(index: FaqIndex) -> None:
    assert index.search("可以礼品包装吗", "en")[0].score < 0.1


def test_unrelated_talk_gets_no_article(index: FaqIndex) -> None:
    assert index.answer("what is the weather like today", "en") is None
    assert index.answer("天气怎么样", "zh") is None


def test_a_question_nearer_to_an_article_is_answered(index: FaqIndex) -> None:
    article = index.answer("can you wrap my gift", "en")
    assert article is not None
    assert article.id == "gifts"


@pytest.mark.parametrize(
    ("text", "expected"), [("and what would it cost", "cost"), ("abroad", "abroad")]
)
def test_an_intent_leaves_the_choice_to_its_articles(
    index: FaqIndex, text: str, expected: str
) -> None:
    article = index.answer(text, "en", "delivery_options")
    assert article is not None
    assert article.id == expected


def test_an_intent_of_no_article_is_answered_by_meaning(index: FaqIndex) -> None:
    assert index.by_intent("ask_faq") is None
    assert index.answer("what is the weather like", "en", "ask_faq") is None
    article = index.answer("do you deliver abroad", "en", "ask_faq")
    assert article is not None
    assert article.id == "abroad"


def test_the_first_article_of_an_intent_answers_it_directly(index: FaqIndex) -> None:
    article = index.by_intent("delivery_options")
    assert article is not None
    assert article.id == "cost"


def test_many_articles_are_encoded_in_batches(encode: Encode) -> None:
    sizes: list[int] = []

    def counting(texts: list[str]) -> object:
        sizes.append(len(texts))
        return encode(texts)

    articles = [_article(f"a{i}", f"question {i}", f"问题{i}") for i in range(150)]
    index = FaqIndex(articles, counting, UNRELATED)  # type: ignore[arg-type]
    assert max(sizes) == 64
    before = len(sizes)
    assert index.search("question 149", "en")[0].article.id == "a149"
    assert sizes[before:] == [1]
