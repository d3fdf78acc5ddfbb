"""Who the customers are: how they buy, and which of them buy alike."""

from analytics.customers.naming import Segment
from analytics.customers.rfm import rfm
from analytics.customers.segmenter import Segmenter
from analytics.customers.segments import CustomerSegment, Segments, train_segments

__all__ = ["CustomerSegment", "Segment", "Segmenter", "Segments", "rfm", "train_segments"]
