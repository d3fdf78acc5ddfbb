"""How an answer from an article is told."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from actions.faq import say_article
from actions.turn import Turn
from analytics.faq.articles import Article, Texts
from tests.conversations.scripts import responses

BOTH = Texts(en="Do you rent boats?", zh="你们出租船吗？"), Texts(en="Yes.", zh="出租。")
ENGLISH = Texts(en="Do you rent boats?"), Texts(en="Yes.")
CHINESE = Texts(zh="你们出租船吗？"), Texts(zh="出租。")


def said(article: Article, language: str) -> list[str]:
    """Return what a customer who speaks `language` reads."""
    texts: list[str] = []

    def say(response: str, **values: Any) -> None:
        variation = responses()[response][language == "zh"]
        texts.append(variation["text"].format(**values))

    say_article(cast(Turn, SimpleNamespace(language=language, say=say)), article)
    return texts


def _article(texts: tuple[Texts, Texts], url: str | None = None) -> Article:
    question, answer = texts
    return Article(id="boats", intents=(), question=question, answer=answer, url=url)


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        (BOTH, "en", ["Yes.\nFrom our article “Do you rent boats?”"]),
        (BOTH, "zh", ["出租。\n出自文章《你们出租船吗？》"]),
        (
            ENGLISH,
            "zh",
            ["这个问题我们目前只有英文说明：", "Yes.\n出自文章《Do you rent boats?》"],
        ),
        (
            CHINESE,
            "en",
            [
                "I'm sorry, we have this in Chinese only:",
                "出租。\nFrom our article “你们出租船吗？”",
            ],
        ),
    ],
)
def test_an_answer_cites_its_article_and_says_what_language_it_has(
    texts: tuple[Texts, Texts], language: str, expected: list[str]
) -> None:
    assert said(_article(texts), language) == expected


@pytest.mark.parametrize(("language", "stop"), [("en", ": "), ("zh", "：")])
def test_a_page_that_says_more_is_linked(language: str, stop: str) -> None:
    (text,) = said(_article(BOTH, "https://shop.example/boats"), language)
    assert text.endswith(f"{stop}https://shop.example/boats")
