"""The shop's database: tables, transactions, and the questions that the rest asks of it."""

from analytics.store.engine import Store

__all__ = ["Store"]
