"""The kinds of cells that the columns of a shop's CSV files hold, each with what it accepts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, FiniteFloat, Json

from analytics.store import models
from analytics.store.models import (
    InteractionKind,
    PaymentKind,
    PaymentMethodKind,
    PaymentStatus,
    PriceReason,
    ReturnKind,
)
from analytics.store.states import OrderStatus, ReturnStatus

LARGEST: Final = 2**31 - 1


@dataclass(frozen=True)
class Accepts:
    """What a column accepts, in words, for the documentation and the report."""

    words: str


def _time(value: Any) -> datetime:
    """Read an ISO 8601 time; one without a zone is UTC."""
    time = datetime.fromisoformat(value)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _utc(value: datetime) -> datetime:
    if not 1970 <= value.year <= 2200:
        raise ValueError("the year must be from 1970 to 2200")
    return value.astimezone(UTC)


Id = Annotated[str, Field(max_length=64), Accepts("text, up to 64 characters")]
Postcode = Annotated[str, Field(max_length=20), Accepts("text, up to 20 characters")]
Phone = Annotated[str, Field(max_length=40), Accepts("text, up to 40 characters")]
Word = Annotated[str, Field(max_length=40), Accepts("text, up to 40 characters")]
Short = Annotated[str, Field(max_length=80), Accepts("text, up to 80 characters")]
Brand = Annotated[str, Field(max_length=120), Accepts("text, up to 120 characters")]
Name = Annotated[str, Field(max_length=200), Accepts("text, up to 200 characters")]
Email = Annotated[str, Field(max_length=254), Accepts("text, up to 254 characters")]
Title = Annotated[str, Field(max_length=300), Accepts("text, up to 300 characters")]
Text = Annotated[str, Accepts("text")]
Money = Annotated[
    Decimal,
    Field(ge=0, max_digits=15, decimal_places=4),
    Accepts("an amount from 0, up to four decimal places"),
]
Amount = Annotated[
    Decimal,
    Field(gt=0, max_digits=15, decimal_places=4),
    Accepts("an amount above 0, up to four decimal places"),
]
Count = Annotated[int, Field(ge=0, le=LARGEST), Accepts("a whole number from 0")]
Positive = Annotated[int, Field(ge=1, le=LARGEST), Accepts("a whole number from 1")]
Flag = Annotated[bool, Accepts("true or false")]
Time = Annotated[
    datetime,
    BeforeValidator(_time),
    AfterValidator(_utc),
    Accepts("a time in ISO 8601; UTC where it names no zone"),
]
Day = Annotated[date, BeforeValidator(date.fromisoformat), Accepts("a day in ISO 8601")]
Options = Annotated[Json[dict[str, str]], Accepts("a JSON object of texts")]
Attributes = Annotated[
    Json[dict[str, str | bool | int | FiniteFloat | list[str]]],
    Accepts("a JSON object of texts, numbers, true or false, and lists of texts"),
]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$"), Accepts("an ISO 4217 code")]
Language = Annotated[Literal["en", "zh"], Accepts("en or zh")]
Status = Annotated[OrderStatus, Accepts(", ".join(OrderStatus))]
Kind = Annotated[InteractionKind, Accepts(", ".join(InteractionKind))]
Reason = Annotated[PriceReason, Accepts(", ".join(PriceReason))]
LastFour = Annotated[str, Field(pattern="^[0-9]{4}$"), Accepts("four digits")]
MethodKind = Annotated[PaymentMethodKind, Accepts(", ".join(PaymentMethodKind))]
PaymentWay = Annotated[PaymentKind, Accepts(", ".join(PaymentKind))]
PaymentState = Annotated[PaymentStatus, Accepts(", ".join(PaymentStatus))]
ReturnWay = Annotated[ReturnKind, Accepts(", ".join(ReturnKind))]
ReturnState = Annotated[ReturnStatus, Accepts(", ".join(ReturnStatus))]
Purpose = Annotated[models.Purpose, Accepts(", ".join(models.Purpose))]
Rating = Annotated[int, Field(ge=1, le=5), Accepts("1 to 5, for a rating only")]
