"""What to recommend to whom, and why."""

from analytics.recommend.als import ALS
from analytics.recommend.auto import AutoRecommender
from analytics.recommend.autoencoder import Autoencoder
from analytics.recommend.content import ContentBased
from analytics.recommend.ease import EASE
from analytics.recommend.evaluation import evaluate, temporal_split
from analytics.recommend.factorization import MatrixFactorization
from analytics.recommend.hybrid import FusionHybrid, WeightedHybrid
from analytics.recommend.item_knn import ItemKNN
from analytics.recommend.model import Model
from analytics.recommend.popularity import Popularity
from analytics.recommend.rating_item_knn import RatingItemKNN
from analytics.recommend.ratings import RatingModel
from analytics.recommend.recommender import Recommender, Rung
from analytics.recommend.repeat import RepeatPurchase
from analytics.recommend.transition import ItemTransition
from analytics.recommend.user_knn import UserKNN

__all__ = [
    "ALS",
    "EASE",
    "AutoRecommender",
    "Autoencoder",
    "ContentBased",
    "FusionHybrid",
    "ItemKNN",
    "ItemTransition",
    "MatrixFactorization",
    "Model",
    "Popularity",
    "RatingItemKNN",
    "RatingModel",
    "Recommender",
    "RepeatPurchase",
    "Rung",
    "UserKNN",
    "WeightedHybrid",
    "evaluate",
    "temporal_split",
]
