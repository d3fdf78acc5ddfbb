"""How good recommendations are, on interactions that the model has not seen."""

from analytics.recommend.evaluation.evaluation import CUTOFFS, Evaluation, Recommends, evaluate
from analytics.recommend.evaluation.intervals import Interval, bootstrap
from analytics.recommend.evaluation.ratings import Biases, Predicts, rating_errors
from analytics.recommend.evaluation.report import comparison, plot
from analytics.recommend.evaluation.splits import random_split, temporal_split

__all__ = [
    "CUTOFFS",
    "Biases",
    "Evaluation",
    "Interval",
    "Predicts",
    "Recommends",
    "bootstrap",
    "comparison",
    "evaluate",
    "plot",
    "random_split",
    "rating_errors",
    "temporal_split",
]
