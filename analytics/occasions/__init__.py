"""What a wish is for: an occasion, and the categories that suit it, by their meaning."""

from analytics.occasions.occasions import (
    SHELVED,
    Aim,
    Occasion,
    OccasionPolicy,
    Occasions,
    load_occasions,
)

__all__ = ["SHELVED", "Aim", "Occasion", "OccasionPolicy", "Occasions", "load_occasions"]
