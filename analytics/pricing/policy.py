"""The pricing policy: what a quote may give away, in a file that the shop edits."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator

from analytics import policy_file

DEFAULT_POLICY: Final = Path(__file__).with_name("pricing.yml")

Rate = Annotated[Decimal, Field(ge=0, lt=1, decimal_places=4)]
"A share: 0.05 is 5 %."
SegmentKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class VolumeTier(policy_file.Part):
    """From `quantity` units of one product on, `rate` off."""

    quantity: int = Field(ge=1)
    rate: Rate


class Approval(policy_file.Part):
    """Above one of these a quote needs a manager: a line's discount, or the total with tax."""

    discount: Rate
    total: Decimal = Field(ge=0)


class Tax(policy_file.Part):
    """One rate for every line; `prices_include_tax` says what list prices are."""

    rate: Decimal = Field(ge=0, le=1, decimal_places=6)
    prices_include_tax: bool


class PricingPolicy(policy_file.Part):
    """What each field means stands beside it in pricing.yml."""

    volume_tiers: tuple[VolumeTier, ...]
    segment_discounts: dict[SegmentKey, Rate] = {}
    margin_floor: Rate
    maximum_discount: Rate
    maximum_discount_without_cost: Rate
    approval: Approval
    tax: Tax
    validity_days: int = Field(ge=1, le=365)
    maximum_quantity: int = Field(ge=1, le=1_000_000)

    @field_validator("volume_tiers")
    @classmethod
    def _rising(cls, tiers: tuple[VolumeTier, ...]) -> tuple[VolumeTier, ...]:
        for lower, higher in pairwise(tiers):
            if lower.quantity >= higher.quantity or lower.rate > higher.rate:
                raise ValueError("Quantities should rise from tier to tier, and rates not fall")
        return tiers

    def volume_rate(self, quantity: int) -> Decimal:
        """Return the discount of the highest tier that `quantity` reaches, 0 below the first."""
        rates = [tier.rate for tier in self.volume_tiers if quantity >= tier.quantity]
        return rates[-1] if rates else Decimal(0)


def load_policy(path: Path) -> PricingPolicy:
    """Return the policy in `path`, a shop's own copy, or the one that comes with Salesclerk.

    Raises:
        InvalidFile: see `analytics.policy_file.load`.
    """
    return policy_file.load(path, DEFAULT_POLICY, PricingPolicy)
