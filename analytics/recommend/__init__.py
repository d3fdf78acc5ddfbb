"""What to recommend to whom, and why."""

from analytics.recommend.evaluation import evaluate, temporal_split
from analytics.recommend.item_knn import ItemKNN
from analytics.recommend.model import Model
from analytics.recommend.popularity import Popularity
from analytics.recommend.recommender import Recommender, Rung

__all__ = [
    "ItemKNN",
    "Model",
    "Popularity",
    "Recommender",
    "Rung",
    "evaluate",
    "temporal_split",
]
