"""Searching articles, with an encoder whose answers are known."""

import pytest

from analytics.faq.articles import Article, Texts, Wordings
from analytics.faq.index import SHORTLIST, FaqIndex, Why
from analytics.faq.vectors import Encode, Vectors

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
    return FaqIndex(articles, Vectors(encode), UNRELATED)


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
    assert [hit.chance for hit in hits] == sorted((hit.chance for hit in hits), reverse=True)


def test_a_wording_itself_is_as_near_as_can_be(index: FaqIndex) -> None:
    assert index.search("what does delivery cost", "en")[0].nearness == pytest.approx(1, abs=1e-3)


def test_of_several_wordings_the_two_nearest_count(encode: Encode) -> None:
    also = Wordings(en=("does delivery cost much", "something else entirely"))
    one = _article("cost", "what does delivery cost", "运费多少").model_copy(update={"also": also})
    index = FaqIndex([one], Vectors(encode), UNRELATED)
    question, *others = encode(["what does delivery cost", *also.en])
    nearest = (1 + max(float(question @ other) for other in others)) / 2
    hit = index.search("what does delivery cost", "en")[0]
    assert hit.nearness == pytest.approx(nearest, abs=1e-3)


def test_an_article_is_searched_in_the_language_asked(index: FaqIndex) -> None:
    assert index.search("可以礼品包装吗", "en")[0].nearness < 0.1


def test_unrelated_talk_gets_no_article(index: FaqIndex) -> None:
    for text, language in (("what is the weather like today", "en"), ("天气怎么样", "zh")):
        answer = index.answer(text, language)
        assert answer.article is None
        assert answer.why is Why.UNLIKELY
        assert answer.hits[0].chance < answer.hits[0].needed


def test_a_question_nearer_to_an_article_is_answered(index: FaqIndex) -> None:
    answer = index.answer("can you wrap my gift", "en")
    assert answer.article is not None
    assert answer.article.id == "gifts"
    assert answer.why is Why.MEANING
    assert answer.hits[0].chance >= answer.hits[0].needed


@pytest.mark.parametrize(
    ("text", "expected"), [("and what would it cost", "cost"), ("abroad", "abroad")]
)
def test_an_intent_leaves_the_choice_to_its_articles(
    index: FaqIndex, text: str, expected: str
) -> None:
    answer = index.answer(text, "en", "delivery_options")
    assert answer.article is not None
    assert answer.article.id == expected
    assert answer.why is Why.INTENT
    assert {hit.article.id for hit in answer.hits} == {"cost", "abroad"}


def test_an_intent_of_no_article_is_answered_by_meaning(index: FaqIndex) -> None:
    assert index.by_intent("ask_faq") is None
    assert index.answer("what is the weather like", "en", "ask_faq").article is None
    article = index.answer("do you deliver abroad", "en", "ask_faq").article
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
    index = FaqIndex(articles, Vectors(counting), UNRELATED)  # type: ignore[arg-type]
    assert max(sizes) == 64
    before = len(sizes)
    hits = index.search("question 149", "en")
    assert hits[0].article.id == "a149"
    assert len(hits) == SHORTLIST
    assert sizes[before:] == [1]


def test_the_best_of_many_is_found_whatever_its_place(encode: Encode) -> None:
    articles = [_article(f"a{i}", f"question {i}", f"问题{i}") for i in range(300)]
    index = FaqIndex(articles, Vectors(encode), UNRELATED)
    for number in range(0, 300, 37):
        assert index.search(f"question {number}", "en")[0].article.id == f"a{number}"


def _in_english(identifier: str, text: str) -> Article:
    return Article(id=identifier, intents=(), question=Texts(en=text), answer=Texts(en="yes"))


def test_an_article_in_one_language_is_searched_by_its_wordings_from_both(encode: Encode) -> None:
    index = FaqIndex(
        [_article("cost", "what does delivery cost", "运费多少"), _in_english("gps", "GPS 5000")],
        Vectors(encode),
        UNRELATED,
    )
    assert index.search("GPS 5000", "zh")[0].article.id == "gps"
    assert index.search("运费多少", "zh")[0].article.id == "cost"


def test_chinese_wordings_find_an_article_that_is_told_in_english(encode: Encode) -> None:
    also = Wordings(zh=("导航能用多久",))
    article = _in_english("gps", "battery of the GPS").model_copy(update={"also": also})
    index = FaqIndex([_article("cost", "what", "运费多少"), article], Vectors(encode), UNRELATED)
    answer = index.answer("导航能用多久", "zh")
    assert answer.article is not None
    assert answer.article.id == "gps"
    assert answer.article.told_in("zh") == "en"


def test_what_an_article_is_about_is_not_unrelated(encode: Encode) -> None:
    weather = _article("weather", "what is the weather like", "今天天气怎么样")
    index = FaqIndex([weather, _article("cost", "price", "价格")], Vectors(encode), UNRELATED | {
        "en": [*UNRELATED["en"], "who won the match"], "zh": [*UNRELATED["zh"], "谁赢了比赛"]
    })  # fmt: skip
    for text, language in (("what is the weather like", "en"), ("今天天气怎么样", "zh")):
        article = index.answer(text, language).article
        assert article is not None
        assert article.id == "weather"


@pytest.mark.parametrize("text", ["", "   ", "?!", "😀", "x" * 5000, "\u0000", "<script>"])
def test_any_text_gets_some_decision(index: FaqIndex, text: str) -> None:
    for language in ("en", "zh"):
        assert len(index.answer(text, language).hits) == 3
