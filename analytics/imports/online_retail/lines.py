"""The lines of an online-retail file: typed, and each that is no sale named with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.imports.online_retail import cells
from analytics.imports.spreadsheet import FILE, LINE, RAGGED

COLUMNS: Final = {
    "InvoiceNo": ("InvoiceNo", "Invoice"),
    "StockCode": ("StockCode",),
    "Description": ("Description",),
    "Quantity": ("Quantity",),
    "InvoiceDate": ("InvoiceDate",),
    "UnitPrice": ("UnitPrice", "Price"),
    "CustomerID": ("CustomerID", "Customer ID"),
    "Country": ("Country",),
}
"The columns and the headers they go by: those of Online Retail, then those of Online Retail II."

CANCELLATION: Final = r"C\d+"
BAD_DEBT: Final = r"A\d+"
INVOICE: Final = rf"\d+|{CANCELLATION}|{BAD_DEBT}"
PRODUCT_CODE: Final = r"(?!GIFT).*\d{4}.*|DCGS.*"
"A catalogue number, or the series DCGS; POST, M, C2 and the like are none, nor is a gift card."
SERVICE_TITLE: Final = r"(?i).*(\b(carriage|postage|charges?)|gift voucher\b.*)"
"Carriage, packing and vouchers that were given a catalogue number."


class Reason(StrEnum):
    """Why a line is refused; a line to which several apply is named by the first."""

    MALFORMED_ROW = "malformed_row"
    MALFORMED_INVOICE = "malformed_invoice"
    MALFORMED_STOCK_CODE = "malformed_stock_code"
    MALFORMED_QUANTITY = "malformed_quantity"
    MALFORMED_DATE = "malformed_date"
    MALFORMED_PRICE = "malformed_price"
    DUPLICATE = "duplicate"
    NEGATIVE_PRICE = "negative_price"
    BAD_DEBT = "bad_debt"
    NOT_A_PRODUCT = "not_a_product"
    WRONG_SIGN = "wrong_sign"
    ZERO_PRICE = "zero_price"
    CANCELLATION_WITHOUT_ORDER = "cancellation_without_order"


DETAILS: Final = {
    Reason.MALFORMED_ROW: "the row has more or fewer fields than the header",
    Reason.MALFORMED_INVOICE: "accepted is a number, with C before it for a cancellation",
    Reason.MALFORMED_STOCK_CODE: "accepted is a code of 1 to 64 characters",
    Reason.MALFORMED_QUANTITY: "accepted is a whole number",
    Reason.MALFORMED_DATE: "accepted is a date and time such as 2010-12-01 08:26 or 12/1/2010 8:26",
    Reason.MALFORMED_PRICE: "accepted is a number with at most four decimal places, such as 2.55",
    Reason.DUPLICATE: "an earlier line has the same invoice, code, quantity, price and time",
    Reason.NEGATIVE_PRICE: "a bookkeeping adjustment, not a sale",
    Reason.BAD_DEBT: "an invoice A… adjusts a bad debt and sells nothing",
    Reason.NOT_A_PRODUCT: "postage, fees, discounts, samples, vouchers and manual entries",
    Reason.WRONG_SIGN: "a sale of zero or fewer units (a stock adjustment), or a cancellation "
    "of zero or more",
    Reason.ZERO_PRICE: "a gift, a sample or a stock adjustment; as a price it would mislead",
    Reason.CANCELLATION_WITHOUT_ORDER: "no earlier purchase of this customer holds that many units "
    "of this code at this price that are not cancelled yet",
}


def parse(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of `raw` (as `spreadsheet.read_table` gives them), typed.

    Returns:
        On the index of `raw`: order_id, sku, title, quantity (float with NaN), at (datetime64 UTC
        or NaT), unit_price (Decimal or None), customer_id, country, and reason (None for a good
        line). Only `Reason.CANCELLATION_WITHOUT_ORDER` is left to `cancellations`.
    """
    moment = cells.moment_reader(raw["InvoiceDate"].dropna().unique())
    times = cells.distinct(raw["InvoiceDate"], moment)
    lines = pd.DataFrame(
        {
            "order_id": cells.distinct(raw["InvoiceNo"], cells.code),
            "sku": cells.distinct(raw["StockCode"], cells.code),
            "title": cells.distinct(raw["Description"], cells.title),
            "quantity": cells.distinct(raw["Quantity"], cells.quantity).astype(float),
            "at": pd.to_datetime(times, utc=True),
            "unit_price": cells.distinct(raw["UnitPrice"], cells.price),
            "customer_id": cells.distinct(raw["CustomerID"], cells.code),
            "country": cells.distinct(raw["Country"], cells.country),
        }
    )
    lines["reason"] = _reasons(lines, raw[RAGGED].notna())
    return lines


def is_cancellation(order_ids: pd.Series[Any]) -> pd.Series[bool]:
    """Return which invoices take back what an earlier one sold."""
    return _fits(order_ids, CANCELLATION)


def refusals(raw: pd.DataFrame, reasons: pd.Series[Any]) -> Iterator[tuple[str, int, str, Any]]:
    """Yield file, line number, reason and row of each line of `raw` that has a reason."""
    refused = raw[reasons.notna()]
    rows = refused[list(COLUMNS)].astype(object).to_dict("records")
    places = zip(refused[FILE], refused[LINE], reasons[refused.index], strict=True)
    for (file, line, reason), row, fields in zip(places, rows, refused[RAGGED], strict=True):
        plain = {name: None if pd.isna(value) else value for name, value in row.items()}
        yield file, int(line), reason, fields or plain


def _reasons(lines: pd.DataFrame, ragged: pd.Series[bool]) -> np.ndarray[Any, Any]:
    """Return the first reason that applies to each line, or None."""
    prices = lines["unit_price"].astype(float)
    cancels = is_cancellation(lines["order_id"])
    malformed = [
        (Reason.MALFORMED_ROW, ragged),
        (Reason.MALFORMED_INVOICE, ~_fits(lines["order_id"], INVOICE)),
        (Reason.MALFORMED_STOCK_CODE, lines["sku"].isna()),
        (Reason.MALFORMED_QUANTITY, lines["quantity"].isna()),
        (Reason.MALFORMED_DATE, lines["at"].isna()),
        (Reason.MALFORMED_PRICE, prices.isna()),
    ]
    same = ["order_id", "sku", "quantity", "unit_price", "at"]
    service = ~_fits(lines["sku"], PRODUCT_CODE) | _fits(lines["title"], SERVICE_TITLE)
    checks = [
        *malformed,
        (Reason.DUPLICATE, lines.duplicated(same)),
        (Reason.NEGATIVE_PRICE, prices < 0),
        (Reason.BAD_DEBT, _fits(lines["order_id"], BAD_DEBT)),
        (Reason.NOT_A_PRODUCT, service),
        (Reason.WRONG_SIGN, np.where(cancels, lines["quantity"] >= 0, lines["quantity"] <= 0)),
        (Reason.ZERO_PRICE, prices == 0),
    ]
    reasons = np.full(len(lines), None, dtype=object)
    for reason, applies in reversed(checks):
        reasons[np.asarray(applies, dtype=bool)] = reason.value
    return reasons


def _fits(values: pd.Series[Any], pattern: str) -> pd.Series[bool]:
    """Return which texts the whole pattern fits; a missing one it never does."""
    return values.astype("string").str.fullmatch(pattern).fillna(False).astype(bool)
