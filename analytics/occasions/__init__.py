"""What a wish is for: an occasion, and the categories that suit it, by their meaning."""

from analytics.occasions.occasions import (
    Aim,
    Occasion,
    OccasionPolicy,
    Occasions,
    load_occasions,
)

__all__ = ["Aim", "Occasion", "OccasionPolicy", "Occasions", "load_occasions"]
