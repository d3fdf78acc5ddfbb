"""What a customer pays: quotes that hold, by the shop's own policy."""

from analytics.pricing.desk import QuoteDesk
from analytics.pricing.policy import PricingPolicy, load_policy
from analytics.pricing.quote import (
    ApprovalReason,
    Discount,
    DiscountReason,
    Quote,
    QuoteItem,
    QuoteLine,
    QuoteRequest,
)

__all__ = [
    "ApprovalReason",
    "Discount",
    "DiscountReason",
    "PricingPolicy",
    "Quote",
    "QuoteDesk",
    "QuoteItem",
    "QuoteLine",
    "QuoteRequest",
    "load_policy",
]
