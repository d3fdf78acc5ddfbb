"""A shop to try Salesclerk with: made up from a seed, with the truth behind it written down."""

from analytics.demo.personas import Persona, personas
from analytics.demo.shop import DemoSummary, make_shop
from analytics.demo.simulation import ShopSize

__all__ = ["DemoSummary", "Persona", "ShopSize", "make_shop", "personas"]
