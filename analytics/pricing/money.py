"""Rounding of money, exact and by the currency's own minor unit."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

PRICE_PLACES: Final = 4
"Decimal places of a unit price."
DECIMALS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"Decimal places of the currencies that do not have two (ISO 4217, minor units)."


def minor_unit(currency: str) -> Decimal:
    """Return the smallest amount that is paid in `currency`, such as 0.01."""
    return Decimal(1).scaleb(-DECIMALS.get(currency, 2))


def round_half_up(amount: Decimal, unit: Decimal) -> Decimal:
    """Return the multiple of `unit` (a power of ten) nearest to `amount`; a half goes up."""
    return amount.quantize(unit, ROUND_HALF_UP)


def round_up(amount: Decimal, unit: Decimal) -> Decimal:
    """Return the smallest multiple of `unit` (a power of ten) that is not below `amount`."""
    return amount.quantize(unit, ROUND_CEILING)
