"""What to recommend to whom, and why."""

from analytics.recommend.als import ALS
from analytics.recommend.ease import EASE
from analytics.recommend.evaluation import evaluate, temporal_split
from analytics.recommend.item_knn import ItemKNN
from analytics.recommend.model import Model
from analytics.recommend.popularity import Popularity
from analytics.recommend.recommender import Recommender, Rung
from analytics.recommend.repeat import RepeatPurchase

__all__ = [
    "ALS",
    "EASE",
    "ItemKNN",
    "Model",
    "Popularity",
    "Recommender",
    "RepeatPurchase",
    "Rung",
    "evaluate",
    "temporal_split",
]
