"""Counts over answers made by hand, whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest

from rasa_project.evaluation import measures
from rasa_project.evaluation.sets import Example, Requests
from tests.rasa_project.evaluation.answers import answer

EXAMPLES = [Example("a1", "a"), Example("a2", "a"), Example("b1", "b"), Example("b2", "b")]


def test_what_is_right_is_told_from_what_is_acted_on() -> None:
    answers = [
        answer("a"),
        answer("a", 0.3, intent="nlu_fallback"),
        answer("b", 0.5, intent="nlu_ambiguous"),
        answer("a"),
    ]
    assert measures.understanding(EXAMPLES, answers) == {
        "sentences": 4,
        "accuracy": 0.75,
        # a: precision 2/3, recall 1; b: precision 1, recall 1/2.
        "macro_f1": pytest.approx((0.8 + 2 / 3) / 2),
        "acted_on": 0.25,
        "asked_back": 0.25,
        "refused": 0.25,
    }


def test_an_intent_that_nobody_asked_for_does_not_lower_the_mean_over_intents() -> None:
    answers = [answer("a"), answer("c"), answer("b"), answer("b")]
    assert measures.understanding(EXAMPLES, answers)["macro_f1"] == pytest.approx((2 / 3 + 1) / 2)


def test_precision_and_recall_of_each_intent() -> None:
    answers = [answer("a"), answer("a"), answer("a"), answer("b")]
    assert measures.by_intent(EXAMPLES, answers) == {
        "a": {
            "precision": pytest.approx(2 / 3),
            "recall": 1,
            "f1": pytest.approx(0.8),
            "support": 2,
        },
        "b": {"precision": 1, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2},
    }


def test_the_most_frequent_confusion_comes_first_with_its_sentences() -> None:
    answers = [answer("b"), answer("c"), answer("a"), answer("a")]
    assert measures.confusions(EXAMPLES, answers) == [
        {"intent": "b", "taken_for": "a", "count": 2, "sentences": ["b1", "b2"]},
        {"intent": "a", "taken_for": "b", "count": 1, "sentences": ["a1"]},
        {"intent": "a", "taken_for": "c", "count": 1, "sentences": ["a2"]},
    ]


def test_recall_at_a_fixed_share_of_false_alarms() -> None:
    # One of twenty is 5 %: 0.05 may be refused, 0.10 not. Four of five lie below 0.10.
    in_scope = [answer("a", sure / 20) for sure in range(1, 21)]
    out_of_scope = [answer("a", sure) for sure in (0.0, 0.01, 0.05, 0.09, 0.1)]
    found = measures.scope(in_scope, out_of_scope)
    assert found["at_false_alarm"] == {"threshold": 0.1, "recall": 0.8, "false_alarm": 0.05}


def test_equal_confidences_are_never_refused_in_part() -> None:
    in_scope = [answer("a", 0.5)] * 10 + [answer("a", 0.9)] * 10
    found = measures.scope(in_scope, [answer("a", 0.5), answer("a", 0.4)])
    assert found["at_false_alarm"] == {"threshold": 0.5, "recall": 0.5, "false_alarm": 0.0}


def test_the_bots_own_refusals_are_counted_as_it_makes_them() -> None:
    in_scope = [answer("a"), answer("a", 0.3, intent="nlu_fallback")]
    out_of_scope = [answer("out_of_scope"), answer("a"), answer(None), answer("a")]
    shipped = measures.scope(in_scope, out_of_scope)["shipped"]
    assert shipped == {"recall": 0.5, "false_alarm": 0.5}


def test_the_trade_off_goes_from_nothing_refused_to_all_but_the_certain() -> None:
    curve = measures.trade_off([answer("a", 0.5), answer("a", 1.0)], [answer("a", 0.25)])
    refused = dict(
        zip(
            curve["threshold"],
            zip(curve["in_scope"], curve["out_of_scope"], strict=True),
            strict=True,
        )
    )
    assert refused[0.0] == (0.0, 0.0)
    assert refused[0.26] == (0.0, 1.0)
    assert refused[1.0] == (0.5, 1.0)


def test_confidence_that_is_right_as_often_as_it_says_has_no_error() -> None:
    confidences = [0.25] * 4 + [0.75] * 4 + [1.0] * 2
    right = [True, *[False] * 3, *[True] * 3, False, True, True]
    found = measures.calibration(confidences, right, bins=15)
    assert found["ece"] == 0
    assert [(one["sentences"], one["accuracy"]) for one in found["bins"]] == [
        (4, 0.25),
        (4, 0.75),
        (2, 1.0),
    ]


def test_the_calibration_error_is_the_gap_weighted_by_sentences() -> None:
    # Three of four at 0.9 are right: a gap of 0.15. The other one, at 0.1, is wrong: a gap of 0.1.
    found = measures.calibration([0.9] * 4 + [0.1], [True, True, True, False, False], bins=15)
    assert found["ece"] == pytest.approx((4 * 0.15 + 1 * 0.1) / 5)


def test_a_confidence_on_the_edge_belongs_to_the_lower_bin() -> None:
    found = measures.calibration([0.0, 0.5, 0.51], [True, True, True], bins=2)
    assert [(one["above"], one["to"], one["sentences"]) for one in found["bins"]] == [
        (0.0, 0.5, 2),
        (0.5, 1.0, 1),
    ]


def test_calibration_of_what_is_drawn_as_it_says_comes_near_to_none() -> None:
    rng = np.random.default_rng(3)
    confidences = rng.uniform(size=20_000)
    right = rng.uniform(size=20_000) < confidences
    assert measures.calibration(confidences, right)["ece"] < 0.02


def test_requests_are_split_rightly_when_each_is_understood_in_its_order() -> None:
    messages = [
        Requests("a and b", ("a", "b")),
        Requests("b and a", ("b", "a")),
        Requests("a, also b", ("a", "b")),
        Requests("a because b", ("a",)),
        Requests("b so a", ("a",)),
    ]
    answers = [
        answer("a", requests=["a", "b"]),
        answer("a", requests=["a", "b"]),
        answer("a"),
        answer("a"),
        answer("a", requests=["a", "b"]),
    ]
    found = measures.several_requests(messages, answers, {"a": "a", "b": "b"})
    assert found == {
        "several": 3,
        "one": 2,
        "split": pytest.approx(2 / 3),
        "understood": pytest.approx(1 / 3),
        "left_whole": 0.5,
    }
