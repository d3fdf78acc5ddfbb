"""What each CSV file of a shop's folder holds; docs/importing.md shows the same.

A class is a file, its fields are the columns, named as in the store. A blank cell is a missing
value. Money is in the shop's currency.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Final, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analytics.imports.csv_folder.cell_types import (
    Accepts,
    Attributes,
    Brand,
    Count,
    Currency,
    Day,
    Email,
    Flag,
    Id,
    Kind,
    Language,
    Money,
    Name,
    Options,
    Phone,
    Positive,
    Postcode,
    Rating,
    Reason,
    Short,
    Status,
    Text,
    Time,
    Title,
)
from analytics.store import models
from analytics.store.models import InteractionKind, PriceReason


class Row(BaseModel):
    """One row of a file.

    Attributes:
        file: the file's name.
        table: the table of the store that it goes to.
        key: the columns that tell one row from another.
        refers: the table in which the value of a column must be found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=True)
    file: ClassVar[str]
    table: ClassVar[type[models.Base]]
    key: ClassVar[tuple[str, ...]]
    refers: ClassVar[dict[str, type[models.Base]]] = {}


def accepted(row: type[Row], column: str) -> str:
    """Return in words what the column accepts."""
    field = row.model_fields[column]
    inside = [item for part in get_args(field.annotation) for item in get_args(part)]
    return next(item.words for item in [*field.metadata, *inside] if isinstance(item, Accepts))


def _both_titles(values: dict[str, Any]) -> dict[str, Any]:
    """Let the English title stand where there is no Chinese one."""
    return {"title_zh": values.get("title_en", ""), **values}


class ShopRow(Row):
    file = "shop.csv"
    table = models.Shop
    key = ()
    name: Name = Field(examples=["Willow & Wick"])
    currency: Currency = Field(examples=["EUR"])


class CategoryRow(Row):
    file = "categories.csv"
    table = models.Category
    key = ("id",)
    _titles = model_validator(mode="before")(_both_titles)
    id: Id = Field(examples=["lighting"])
    title_en: Name = Field(examples=["Lighting"])
    title_zh: Name = Field("", examples=["灯具"])


class CustomerRow(Row):
    file = "customers.csv"
    table = models.Customer
    key = ("id",)
    id: Id = Field(examples=["C-1001"])
    name: Name | None = Field(None, examples=["Ada Byron"])
    email: Email | None = Field(None, examples=["ada@example.com"])
    phone: Phone | None = Field(None, examples=["+44 20 7946 0000"])
    address: Text | None = Field(None, examples=["12 St James's Square, London"])
    postcode: Postcode | None = Field(None, examples=["SW1Y 4JH"])
    country: Short | None = Field(None, examples=["United Kingdom"])
    language: Language = Field("en", examples=["en"])
    created_at: Time = Field(examples=["2025-03-01T09:30:00Z"])
    marketing_consent: Flag = Field(False, examples=["true"])


class ProductRow(Row):
    file = "products.csv"
    table = models.Product
    key = ("id",)
    refers: ClassVar = {"category_id": models.Category}
    _titles = model_validator(mode="before")(_both_titles)
    id: Id = Field(examples=["LAMP-001"])
    title_en: Title = Field(examples=["Brass desk lamp"])
    title_zh: Title = Field("", examples=["黄铜台灯"])
    category_id: Id | None = Field(None, examples=["lighting"])
    brand: Brand | None = Field(None, examples=["Norrsken"])
    description_en: Text = Field("", examples=["A lamp with a heavy foot."])
    description_zh: Text = Field("", examples=["底座稳重的台灯。"])
    attributes: Attributes = Field(default_factory=dict, examples=['{"material": "brass"}'])
    active: Flag = Field(True, examples=["true"])


class VariantRow(Row):
    file = "variants.csv"
    table = models.Variant
    key = ("sku",)
    refers: ClassVar = {"product_id": models.Product}
    sku: Id = Field(examples=["LAMP-001-RED"])
    product_id: Id = Field(examples=["LAMP-001"])
    options: Options = Field(default_factory=dict, examples=['{"colour": "red"}'])
    cost: Money | None = Field(None, examples=["18.20"])
    list_price: Money = Field(examples=["39.95"])
    stock: Count | None = Field(None, examples=["12"])


class OrderRow(Row):
    file = "orders.csv"
    table = models.Order
    key = ("id",)
    refers: ClassVar = {"customer_id": models.Customer}
    id: Id = Field(examples=["O-5001"])
    customer_id: Id | None = Field(None, examples=["C-1001"])
    placed_at: Time = Field(examples=["2025-11-03T14:05:00Z"])
    status: Status = Field(examples=["delivered"])
    shipping_fee: Money = Field(Decimal(0), examples=["4.95"])
    carrier: Short | None = Field(None, examples=["Royal Mail"])
    tracking_number: Short | None = Field(None, examples=["RM123456785GB"])
    expected_on: Day | None = Field(None, examples=["2025-11-06"])


class OrderLineRow(Row):
    file = "order_lines.csv"
    table = models.OrderLine
    key = ("order_id", "number")
    refers: ClassVar = {"order_id": models.Order, "sku": models.Variant}
    order_id: Id = Field(examples=["O-5001"])
    number: Positive = Field(examples=["1"])
    sku: Id = Field(examples=["LAMP-001-RED"])
    quantity: Positive = Field(examples=["2"])
    returned: Count = Field(0, examples=["0"])
    unit_price: Money = Field(examples=["35.95"])

    @model_validator(mode="after")
    def _returned_were_bought(self) -> Self:
        if self.returned > self.quantity:
            raise ValueError("returned: accepted is at most the quantity")
        return self


class OrderEventRow(Row):
    file = "order_events.csv"
    table = models.OrderEvent
    key = ("order_id", "status", "at", "actor")
    refers: ClassVar = {"order_id": models.Order}
    order_id: Id = Field(examples=["O-5001"])
    status: Status = Field(examples=["shipped"])
    at: Time = Field(examples=["2025-11-04T08:00:00Z"])
    actor: Id = Field("shop", examples=["customer:C-1001"])


class InteractionRow(Row):
    file = "interactions.csv"
    table = models.Interaction
    key = ("customer_id", "product_id", "kind", "at")
    refers: ClassVar = {"customer_id": models.Customer, "product_id": models.Product}
    customer_id: Id = Field(examples=["C-1001"])
    product_id: Id = Field(examples=["LAMP-001"])
    kind: Kind = Field(examples=["rating"])
    rating: Rating | None = Field(None, examples=["5"])
    at: Time = Field(examples=["2025-11-20T19:12:00Z"])

    @model_validator(mode="after")
    def _rated_or_not(self) -> Self:
        if (self.rating is not None) != (self.kind == InteractionKind.RATING):
            raise ValueError("rating: accepted is 1 to 5 for kind rating, blank for other kinds")
        return self


class PriceRow(Row):
    file = "price_history.csv"
    table = models.Price
    key = ("sku", "since")
    refers: ClassVar = {"sku": models.Variant}
    sku: Id = Field(examples=["LAMP-001-RED"])
    since: Time = Field(examples=["2025-11-01T00:00:00Z"])
    price: Money = Field(examples=["35.95"])
    reason: Reason = Field(PriceReason.LIST, validate_default=True, examples=["promotion"])


class CompetitorPriceRow(Row):
    file = "competitor_prices.csv"
    table = models.CompetitorPrice
    key = ("sku", "competitor", "seen_at")
    refers: ClassVar = {"sku": models.Variant}
    sku: Id = Field(examples=["LAMP-001-RED"])
    competitor: Brand = Field(examples=["Lampworld"])
    price: Money = Field(examples=["37.50"])
    seen_at: Time = Field(examples=["2025-11-02T06:00:00Z"])


TABLES: Final[tuple[type[Row], ...]] = (
    CategoryRow,
    CustomerRow,
    ProductRow,
    VariantRow,
    OrderRow,
    OrderLineRow,
    OrderEventRow,
    InteractionRow,
    PriceRow,
    CompetitorPriceRow,
)
"In the order of their references: a file refers to files before it."
