"""The shop's database: tables, transactions, and the questions that the rest asks of it."""

from analytics.store.engine import Store
from analytics.store.synonyms import load_synonyms

__all__ = ["Store", "load_synonyms"]
