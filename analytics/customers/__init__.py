"""Who the customers are: how they buy, and which of them buy alike."""

from analytics.customers.naming import Segment
from analytics.customers.rfm import rfm
from analytics.customers.segmenter import Segmenter

__all__ = ["Segment", "Segmenter", "rfm"]
