"""Questions about the shop itself, answered from articles that the shop writes."""

from analytics.faq.articles import Article, load_articles
from analytics.faq.index import FaqIndex, Hit
from analytics.faq.serving import Faq

__all__ = ["Article", "Faq", "FaqIndex", "Hit", "load_articles"]
