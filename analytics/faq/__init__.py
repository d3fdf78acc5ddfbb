"""Questions about the shop itself, answered from articles that the shop writes."""

from analytics.faq.articles import Article, load_articles
from analytics.faq.index import Answer, FaqIndex, Hit, Why
from analytics.faq.serving import Faq, encoder_version
from analytics.faq.vectors import Vectors

__all__ = [
    "Answer",
    "Article",
    "Faq",
    "FaqIndex",
    "Hit",
    "Vectors",
    "Why",
    "encoder_version",
    "load_articles",
]
