"""Reading the file of articles."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics.errors import InvalidFile
from analytics.faq import load_articles

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_the_embedded_articles_answer_in_both_languages() -> None:
    articles = load_articles()
    assert len(articles) >= 32
    for article in articles:
        assert HAN.search(article.question.zh), article.id
        assert HAN.search(article.answer.zh), article.id
        english = (*article.wordings("en"), article.answer.en)
        assert not any(HAN.search(text) for text in english), article.id
        assert len(article.wordings("en")) > 2, article.id
        assert len(article.wordings("zh")) > 2, article.id


def test_no_wording_stands_in_two_articles() -> None:
    owner: dict[str, str] = {}
    for article in load_articles():
        for wording in (*article.wordings("en"), *article.wordings("zh")):
            key = wording.lower().strip("?？")
            assert owner.setdefault(key, article.id) == article.id, wording


def test_a_shop_s_own_file_wins(tmp_path: Path, article_yaml: Callable[..., str]) -> None:
    path = tmp_path / "faq.yml"
    assert load_articles(path) == load_articles()
    path.write_text(article_yaml("museum", also="{zh: [馆在哪]}"), encoding="utf-8")
    (article,) = load_articles(path)
    assert article.id == "museum"
    assert article.wordings("en") == ("Where is museum?",)
    assert article.wordings("zh") == ("museum在哪里？", "馆在哪")
    assert article.answer.of("zh") == "这是museum。"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"question": "{en: E}"}, "the question in en but the answer in en and zh"),
        ({"question": "{}"}, "question: found no text, accepted is one in en, zh or both"),
        ({"url": "ftp://shop.example"}, "url: String should match pattern"),
        ({"answer": "{en: '', zh: 好}"}, "answer.en: String should have at least 1 character"),
        ({"intents": "[Delivery Options]"}, "intents.0: String should match pattern"),
        ({"also": "{fr: [Bonjour]}"}, "also.fr: Extra inputs are not permitted"),
        ({"answer": "42"}, "answer: Input should be"),
    ],
)
def test_a_wrong_article_is_named_with_its_line(
    tmp_path: Path, article_yaml: Callable[..., str], lines: dict[str, str], said: str
) -> None:
    path = tmp_path / "faq.yml"
    path.write_text(article_yaml("first") + article_yaml("second", **lines), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_articles(path)
    message = str(caught.value)
    assert f"{path}, line 5, article 'second'" in message
    assert said in message
    assert "accepted is a list of articles" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "found no list"),
        (b"id: delivery", "found no list"),
        (b"- id: [delivery\n", "line 2"),
        (b"- id: \xff", "can't decode"),
        (b"- just words", "line 1, article None"),
    ],
)
def test_a_file_that_holds_no_articles_says_so(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "faq.yml"
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match=re.escape(str(path))) as caught:
        load_articles(path)
    assert said in str(caught.value)


def test_an_id_stands_once(tmp_path: Path, article_yaml: Callable[..., str]) -> None:
    path = tmp_path / "faq.yml"
    path.write_text(article_yaml("same") * 2, encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_articles(path)
    assert f"{path}, line 5: found the id 'same' of line 1 more than once" in str(caught.value)


def test_every_wrong_article_is_named_at_once(
    tmp_path: Path, article_yaml: Callable[..., str]
) -> None:
    path = tmp_path / "faq.yml"
    wrong = [article_yaml(f"a{number}", colour="red") for number in range(12)]
    path.write_text(article_yaml("right") + "".join(wrong), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_articles(path)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == [
        f"{path}, line 5, article 'a0'",
        f"{path}, line 10, article 'a1'",
    ]
    assert "and 2 more" in lines


@pytest.mark.parametrize(("language", "missing"), [("en", "zh"), ("zh", "en")])
def test_an_article_may_be_in_one_language(
    tmp_path: Path, article_yaml: Callable[..., str], language: str, missing: str
) -> None:
    path = tmp_path / "faq.yml"
    lines = {"question": f"{{{language}: Q}}", "answer": f"{{{language}: A}}"}
    path.write_text(article_yaml("one", **lines, url="https://shop.example/one"), encoding="utf-8")
    (article,) = load_articles(path)
    assert article.told_in(missing) == article.told_in(language) == language
    assert article.answer.of(missing) == article.answer.of(language) == "A"
    assert article.wordings(language) == ("Q",)
    assert article.wordings(missing) == ()
    assert article.url == "https://shop.example/one"
