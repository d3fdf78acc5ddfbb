"""What each CSV file of a shop's folder holds; docs/importing.md shows the same.

A class is a file, its fields are the columns, named as in the store. A blank cell is a missing
value. Money is in the shop's currency.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Final, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Select, select

from analytics.imports.csv_folder.cell_types import (
    Accepts,
    Amount,
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
    LastFour,
    MethodKind,
    Money,
    Name,
    Options,
    PaymentState,
    PaymentWay,
    Phone,
    Positive,
    Postcode,
    Purpose,
    Rating,
    Reason,
    ReturnState,
    ReturnWay,
    Short,
    Status,
    Text,
    Time,
    Title,
    Word,
)
from analytics.store import models
from analytics.store.models import (
    InteractionKind,
    PaymentMethodKind,
    PaymentStatus,
    PriceReason,
)
from analytics.store.states import ReturnStatus


class Row(BaseModel):
    """One row of a file.

    Attributes:
        file: the file's name.
        table: the table of the store that it goes to.
        key: the columns that tell one row from another.
        refers: the table in which the value of a column must be found.
        keys: the keys that there may be, where it is not any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=True)
    file: ClassVar[str]
    table: ClassVar[type[models.Base]]
    key: ClassVar[tuple[str, ...]]
    refers: ClassVar[dict[str, type[models.Base]]] = {}
    keys: ClassVar[Select[str, int] | None] = None


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


class AddressRow(Row):
    file = "addresses.csv"
    table = models.Address
    key = ("customer_id", "address", "postcode")
    refers: ClassVar = {"customer_id": models.Customer}
    customer_id: Id = Field(examples=["C-1001"])
    address: Text = Field(examples=["1 Aldwych, London"])
    postcode: Postcode | None = Field(None, examples=["WC2B 4BZ"])
    country: Short | None = Field(None, examples=["United Kingdom"])


class ConsentRow(Row):
    file = "consents.csv"
    table = models.Consent
    key = ("customer_id", "purpose")
    refers: ClassVar = {"customer_id": models.Customer}
    customer_id: Id = Field(examples=["C-1001"])
    purpose: Purpose = Field(examples=["analytics"])
    granted: Flag = Field(examples=["false"])
    at: Time = Field(examples=["2025-03-01T09:30:00Z"])
    source: Id = Field("import", examples=["import"])


class PaymentMethodRow(Row):
    file = "payment_methods.csv"
    table = models.PaymentMethod
    key = ("id",)
    refers: ClassVar = {"customer_id": models.Customer}
    id: Id = Field(examples=["PM-1001"])
    customer_id: Id = Field(examples=["C-1001"])
    kind: MethodKind = Field(examples=["gift_card"])
    brand: Word | None = Field(None, examples=["Visa"])
    last_four: LastFour | None = Field(None, examples=["4242"])
    balance: Money | None = Field(None, examples=["12.50"])

    @model_validator(mode="after")
    def _gift_cards_have_a_balance(self) -> Self:
        if (self.balance is not None) != (self.kind == PaymentMethodKind.GIFT_CARD):
            raise ValueError("balance: accepted is an amount for kind gift_card, blank for others")
        return self


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
    refers: ClassVar = {
        "customer_id": models.Customer,
        "payment_method_id": models.PaymentMethod,
    }
    id: Id = Field(examples=["O-5001"])
    customer_id: Id | None = Field(None, examples=["C-1001"])
    placed_at: Time = Field(examples=["2025-11-03T14:05:00Z"])
    status: Status = Field(examples=["delivered"])
    shipping_fee: Money = Field(Decimal(0), examples=["4.95"])
    carrier: Short | None = Field(None, examples=["Royal Mail"])
    tracking_number: Short | None = Field(None, examples=["RM123456785GB"])
    expected_on: Day | None = Field(None, examples=["2025-11-06"])
    address: Text | None = Field(None, examples=["1 Aldwych, London"])
    postcode: Postcode | None = Field(None, examples=["WC2B 4BZ"])
    country: Short | None = Field(None, examples=["United Kingdom"])
    payment_method_id: Id | None = Field(None, examples=["PM-1001"])
    fees: Money = Field(Decimal(0), examples=["0"])


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


class ReturnRow(Row):
    file = "returns.csv"
    table = models.Return
    key = ("id",)
    refers: ClassVar = {"order_id": models.Order}
    id: Id = Field(examples=["R-7001"])
    order_id: Id = Field(examples=["O-5001"])
    kind: ReturnWay = Field(examples=["exchange"])
    status: ReturnState = Field(
        ReturnStatus.REQUESTED, validate_default=True, examples=["received"]
    )
    reason: Word = Field(examples=["wrong_item"])
    condition: Word | None = Field(None, examples=["unopened"])
    created_at: Time = Field(examples=["2025-11-12T18:40:00Z"])


class ReturnLineRow(Row):
    file = "return_lines.csv"
    table = models.ReturnLine
    key = ("return_id", "line_number")
    refers: ClassVar = {"return_id": models.Return, "new_sku": models.Variant}
    keys = select(models.Return.id, models.OrderLine.number).join(
        models.OrderLine, models.OrderLine.order_id == models.Return.order_id
    )
    return_id: Id = Field(examples=["R-7001"])
    line_number: Positive = Field(examples=["1"])
    quantity: Positive = Field(examples=["1"])
    new_sku: Id | None = Field(None, examples=["LAMP-001-RED"])
    new_unit_price: Money | None = Field(None, examples=["35.95"])

    @model_validator(mode="after")
    def _exchanged_at_a_price(self) -> Self:
        if (self.new_sku is None) != (self.new_unit_price is None):
            raise ValueError("new_unit_price: accepted is an amount with new_sku, blank without")
        return self


class PaymentRow(Row):
    file = "payments.csv"
    table = models.Payment
    key = ("id",)
    refers: ClassVar = {"order_id": models.Order, "method_id": models.PaymentMethod}
    id: Id = Field(examples=["P-9001"])
    order_id: Id = Field(examples=["O-5001"])
    kind: PaymentWay = Field(examples=["refund"])
    amount: Amount = Field(examples=["35.95"])
    method_id: Id | None = Field(None, examples=["PM-1001"])
    status: PaymentState = Field(PaymentStatus.DONE, validate_default=True, examples=["pending"])
    at: Time = Field(examples=["2025-11-14T10:00:00Z"])
    due_on: Day | None = Field(None, examples=["2025-11-19"])


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
    AddressRow,
    ConsentRow,
    PaymentMethodRow,
    ProductRow,
    VariantRow,
    OrderRow,
    OrderLineRow,
    OrderEventRow,
    ReturnRow,
    ReturnLineRow,
    PaymentRow,
    InteractionRow,
    PriceRow,
    CompetitorPriceRow,
)
"In the order of their references: a file refers to files before it."
