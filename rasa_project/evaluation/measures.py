"""Counts over answers: how many are right, which are mixed up, and whether confidence is honest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import precision_recall_fscore_support

from rasa_project.components.intents import AMBIGUOUS
from rasa_project.evaluation.asking import Answer
from rasa_project.evaluation.sets import Example, Requests

BINS: Final = 15
FALSE_ALARM: Final = 0.05
SENTENCES_SHOWN: Final = 3


def understanding(examples: Sequence[Example], answers: Sequence[Answer]) -> dict[str, Any]:
    """Return how often the likeliest meaning is right, and how often the bot acts on it rightly.

    `accuracy` and `macro_f1` count the likeliest meaning, whatever the thresholds say. `acted_on`
    is the share of sentences whose right intent the dialogue gets; `asked_back` and `refused` are
    the shares that get no intent.
    """
    intents, meanings = _intents(examples), _meanings(answers)
    _, _, f1, _ = precision_recall_fscore_support(
        intents, meanings, labels=sorted(set(intents)), average="macro", zero_division=0
    )
    return {
        "sentences": len(examples),
        "accuracy": _share(_right(examples, answers)),
        "macro_f1": float(f1),
        "acted_on": _share([a == b.intent for a, b in zip(intents, answers, strict=True)]),
        "asked_back": _share([one.intent == AMBIGUOUS for one in answers]),
        "refused": _share([one.refused for one in answers]),
    }


def by_intent(examples: Sequence[Example], answers: Sequence[Answer]) -> dict[str, dict[str, Any]]:
    """Return precision, recall, F1 and support of each intent that is asked for."""
    intents, meanings = _intents(examples), _meanings(answers)
    names = sorted(set(intents))
    columns = precision_recall_fscore_support(intents, meanings, labels=names, zero_division=0)
    measures = ("precision", "recall", "f1", "support")
    return {
        name: dict(zip(measures, map(float, row), strict=True))
        for name, *row in zip(names, *columns, strict=True)
    }


def confusions(examples: Sequence[Example], answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return which intents are taken for which others, the most frequent first."""
    mistaken: dict[tuple[str, str], list[str]] = defaultdict(list)
    for example, meaning in zip(examples, _meanings(answers), strict=True):
        if meaning != example.intent:
            mistaken[example.intent, meaning].append(example.text)
    return [
        {
            "intent": intent,
            "taken_for": meaning,
            "count": len(texts),
            "sentences": texts[:SENTENCES_SHOWN],
        }
        for (intent, meaning), texts in sorted(
            mistaken.items(), key=lambda one: (-len(one[1]), one[0])
        )
    ]


def scope(in_scope: Sequence[Answer], out_of_scope: Sequence[Answer]) -> dict[str, Any]:
    """Return how well messages that are no shop's business are told from those that are.

    `shipped` is what the bot's own thresholds do. `at_false_alarm` is the threshold that refuses as
    many messages as it can while it refuses at most `FALSE_ALARM` of those in scope. `recall` is
    the share refused out of scope, `false_alarm` the share refused in scope.
    """
    sure, unsure = _sureness(in_scope), _sureness(out_of_scope)
    threshold = threshold_at(sure, FALSE_ALARM)
    return {
        "in_scope": len(in_scope),
        "out_of_scope": len(out_of_scope),
        "shipped": {
            "recall": _share([one.refused for one in out_of_scope]),
            "false_alarm": _share([one.refused for one in in_scope]),
        },
        "at_false_alarm": {
            "threshold": threshold,
            "recall": float(np.mean(unsure < threshold)),
            "false_alarm": float(np.mean(sure < threshold)),
        },
    }


def threshold_at(sure: ArrayLike, most: float) -> float:
    """Return the highest threshold below which at most the share `most` of confidences lie.

    Args:
        sure: confidence in the sentences in scope, shape (sentences,), one at least.
        most: a share below 1.
    """
    ordered = np.sort(np.asarray(sure))
    # So many may be refused; the next one up is the first that may not.
    return float(ordered[int(most * len(ordered) + 1e-9)])


def trade_off(in_scope: Sequence[Answer], out_of_scope: Sequence[Answer]) -> dict[str, list[float]]:
    """Return the shares refused in scope and out of scope at thresholds from 0 to 1."""
    thresholds = np.linspace(0, 1, 101)
    refused = {
        name: np.searchsorted(np.sort(_sureness(answers)), thresholds, side="left") / len(answers)
        for name, answers in (("in_scope", in_scope), ("out_of_scope", out_of_scope))
    }
    return {"threshold": thresholds.tolist(), **{k: v.tolist() for k, v in refused.items()}}


def calibration(confidences: ArrayLike, right: ArrayLike, bins: int = BINS) -> dict[str, Any]:
    """Return the expected calibration error and the reliability diagram's bins.

    As Guo et al. 2017, "On Calibration of Modern Neural Networks": bins of equal width, each with
    its lower bound left out; the error is the mean of |accuracy - confidence| over the bins,
    weighted by their sentences.

    Args:
        confidences: 0 to 1, shape (sentences,).
        right: whether each sentence was understood, shape (sentences,).
        bins: how many.
    """
    sure, hit = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    of_bin = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    rows = []
    for number in np.unique(of_bin):
        inside = of_bin == number
        rows.append(
            {
                "above": float(number / bins),
                "to": float((number + 1) / bins),
                "sentences": int(inside.sum()),
                "confidence": float(sure[inside].mean()),
                "accuracy": float(hit[inside].mean()),
            }
        )
    gaps = [abs(row["accuracy"] - row["confidence"]) * row["sentences"] for row in rows]
    return {"ece": float(sum(gaps) / len(sure)), "sentences": len(sure), "bins": rows}


def honesty(examples: Sequence[Example], answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the `calibration` of the likeliest meanings."""
    return calibration([one.confidence for one in answers], _right(examples, answers))


def several_requests(
    messages: Sequence[Requests], answers: Sequence[Answer], meanings: Mapping[str, str | None]
) -> dict[str, Any]:
    """Return how often messages with several requests are split rightly, and others left whole.

    `split` is the share with the right number of requests, `understood` the share whose requests
    are the right intents in the right order, `left_whole` the share of messages with one request
    that are not split.

    Args:
        messages: what was asked.
        answers: to each of them.
        meanings: the likeliest meaning of every part that a message was split into.
    """
    several, split, understood, whole = 0, 0, 0, []
    for message, answer in zip(messages, answers, strict=True):
        parts = answer.requests or [message.text]
        if len(message.intents) == 1:
            whole.append(len(parts) == 1)
            continue
        several += 1
        split += len(parts) == len(message.intents)
        understood += tuple(meanings.get(part) for part in parts) == message.intents
    return {
        "several": several,
        "one": len(whole),
        "split": split / several if several else None,
        "understood": understood / several if several else None,
        "left_whole": _share(whole) if whole else None,
    }


def latency(answers: Sequence[Answer]) -> dict[str, float]:
    """Return percentiles of the answers' times, in milliseconds."""
    cuts = np.percentile([1000 * one.seconds for one in answers], [50, 95, 99])
    return dict(zip(("p50_ms", "p95_ms", "p99_ms"), cuts.tolist(), strict=True))


def _intents(examples: Sequence[Example]) -> list[str]:
    return [one.intent for one in examples]


def _meanings(answers: Sequence[Answer]) -> list[str]:
    return [one.meaning or "" for one in answers]


def _sureness(answers: Sequence[Answer]) -> NDArray[np.float64]:
    return np.array([one.in_scope for one in answers])


def _right(examples: Sequence[Example], answers: Sequence[Answer]) -> list[bool]:
    return [a.intent == b.meaning for a, b in zip(examples, answers, strict=True)]


def _share(hits: Sequence[bool]) -> float:
    return float(np.mean(hits))
