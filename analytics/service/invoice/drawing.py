"""An invoice as a PDF of A4 pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from analytics.service.invoice.content import Invoice, InvoiceLine, Means
from analytics.service.invoice.text import paragraph
from analytics.store.models import PaymentMethodKind

LABELS: Final = (
    "title",
    "number",
    "issued_on",
    "order",
    "ordered_on",
    "paid_by",
    "bill_to",
    "product",
    "quantity",
    "unit_price",
    "line_total",
    "no_lines",
    "goods",
    "shipping",
    "fees",
    "total",
    "tax",
    *(f"paid_by_{kind}" for kind in PaymentMethodKind),
)
"Keys of the texts that `render` needs."

_CENT: Final = Decimal("0.01")
_MARGIN: Final = 20 * mm
_FOOT: Final = 12 * mm
_GAP: Final = 4 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_PADDING: Final = 6
"What reportlab leaves free inside its margins."
_INK, _MUTED, _ACCENT, _RULE, _BAND = map(
    HexColor, ("#17211e", "#55635e", "#0f6b62", "#d5dcd7", "#f4f6f4")
)


def _style(
    name: str, size: float, color: Color = _INK, *, bold: bool = False, right: bool = False
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=size * 1.4,
        textColor=color,
        alignment=TA_RIGHT if right else TA_LEFT,
    )


_SHOP: Final = _style("shop", 18, bold=True)
_TITLE: Final = _style("title", 18, _ACCENT, right=True)
_TEXT: Final = _style("text", 9.5)
_NUMBER: Final = _style("number", 9.5, right=True)
_STRONG: Final = _style("strong", 9.5, bold=True)
_SUM: Final = _style("sum", 12, bold=True)
_SUM_NUMBER: Final = _style("sum number", 12, bold=True, right=True)
_FACT: Final = _style("fact", 9.5, _MUTED)
_LABEL: Final = _style("label", 8.5, _MUTED)
_LABEL_NUMBER: Final = _style("label number", 8.5, _MUTED, right=True)


@dataclass(frozen=True)
class _Sheet:
    """An invoice with the words and formats of its language."""

    invoice: Invoice
    labels: Mapping[str, str]
    money: Callable[[Decimal, str], str]
    day: Callable[[date], str]

    def label(self, key: str, style: ParagraphStyle = _LABEL) -> Paragraph:
        return paragraph(self.labels[key], style)

    def amount(self, value: Decimal) -> str:
        """Return a sum of money, halves of a cent rounded up."""
        return self.money(value.quantize(_CENT, ROUND_HALF_UP), self.invoice.currency)

    def unit_price(self, value: Decimal) -> str:
        """Return a price as exact as `money` writes it, with cents at the least."""
        cents = value.quantize(_CENT, ROUND_HALF_UP)
        return self.money(cents if cents == value else value.normalize(), self.invoice.currency)


def render(
    invoice: Invoice,
    labels: Mapping[str, str],
    money: Callable[[Decimal, str], str],
    date: Callable[[date], str],
) -> bytes:
    """Return the invoice as a PDF; the same invoice gives the same bytes.

    Args:
        labels: the words on it, by the keys in `LABELS`.
        money: writes an amount in a currency. Sums come rounded to cents, unit prices as they are.
        date: writes a day.
    """
    sheet = _Sheet(invoice, labels, money, date)
    # Drawn twice: the foot of each page says how many there are.
    _, pages = _draw(sheet, 1)
    return _draw(sheet, pages)[0]


def _draw(sheet: _Sheet, pages: int) -> tuple[bytes, int]:
    """Return the PDF for so many pages, and how many they are."""
    invoice = sheet.invoice
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=_MARGIN - _PADDING,
        rightMargin=_MARGIN - _PADDING,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + _FOOT,
        title=f"{sheet.labels['title']} {invoice.number}",
        author=invoice.shop,
        invariant=1,
    )
    story: list[Flowable] = [
        *_head(sheet),
        _parties(sheet),
        Spacer(0, 9 * mm),
        _lines(sheet),
        Spacer(0, 4 * mm),
        KeepTogether([_sums(sheet)]),
    ]

    def foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
        _foot(sheet, canvas, document.page, pages)

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return file.getvalue(), document.page


def _head(sheet: _Sheet) -> list[Flowable]:
    title = [paragraph(sheet.invoice.shop, _SHOP), sheet.label("title", _TITLE)]
    return [
        _grid([title], [0.65, 0.35]),
        Spacer(0, 3 * mm),
        HRFlowable(width="100%", thickness=1.5, color=_ACCENT, spaceAfter=7 * mm),
    ]


def _parties(sheet: _Sheet) -> Table:
    """Who pays on the left, the numbers and days on the right."""
    invoice = sheet.invoice
    address = [paragraph(line, _TEXT) for line in invoice.address]
    customer = [paragraph(invoice.customer, _STRONG)] if invoice.customer else []
    payer = [sheet.label("bill_to"), *customer, *address] if customer or address else []
    facts = [
        ("number", invoice.number),
        ("issued_on", sheet.day(invoice.issued_on)),
        ("order", invoice.order_id),
        ("ordered_on", sheet.day(invoice.ordered_on)),
        ("paid_by", " + ".join(_means(one, sheet.labels) for one in invoice.paid_by)),
    ]
    rows = [[sheet.label(key, _FACT), paragraph(value, _TEXT)] for key, value in facts if value]
    share = 0.48
    table = _grid(rows, [0.42, 0.58], share * _WIDTH)
    return _grid([[payer, "", table]], [0.96 - share, 0.04, share])


def _means(means: Means, labels: Mapping[str, str]) -> str:
    name = means.brand or labels[f"paid_by_{means.kind}"]
    return f"{name} •••• {means.last_four}" if means.last_four else name


def _lines(sheet: _Sheet) -> Table:
    heads = [
        sheet.label("product"),
        *(sheet.label(key, _LABEL_NUMBER) for key in ("quantity", "unit_price", "line_total")),
    ]
    rows = [_line(sheet, line) for line in sheet.invoice.lines]
    empty = [[sheet.label("no_lines"), "", "", ""]]
    return Table(
        [heads, *(rows or empty)],
        colWidths=[share * _WIDTH for share in (0.49, 0.13, 0.18, 0.2)],
        repeatRows=1,
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), _BAND),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, _RULE),
                ("TOPPADDING", (0, 0), (-1, -1), 5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
            ]
        ),
    )


def _line(sheet: _Sheet, line: InvoiceLine) -> list[Any]:
    code = " · ".join(filter(None, (line.sku, line.options)))
    return [
        [paragraph(line.title, _TEXT), paragraph(code, _LABEL)],
        paragraph(str(line.quantity), _NUMBER),
        paragraph(sheet.unit_price(line.unit_price), _NUMBER),
        paragraph(sheet.amount(line.total), _NUMBER),
    ]


def _sums(sheet: _Sheet) -> Table:
    invoice = sheet.invoice
    parts = [("goods", invoice.goods), ("shipping", invoice.shipping)]
    if invoice.fees:
        parts.append(("fees", invoice.fees))
    rows = [
        [sheet.label(key, _TEXT), paragraph(sheet.amount(value), _NUMBER)] for key, value in parts
    ]
    rows.append([sheet.label("total", _SUM), paragraph(sheet.amount(invoice.total), _SUM_NUMBER)])
    if invoice.tax is not None and invoice.tax_rate is not None:
        label = f"{sheet.labels['tax']} {_percent(invoice.tax_rate)}"
        rows.append([paragraph(label, _LABEL), paragraph(sheet.amount(invoice.tax), _LABEL_NUMBER)])
    total = len(parts)
    return Table(
        rows,
        colWidths=[0.26 * _WIDTH, 0.2 * _WIDTH],
        hAlign="RIGHT",
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ("LINEABOVE", (0, total), (-1, total), 1, _INK),
                ("TOPPADDING", (0, total), (-1, total), 5),
            ]
        ),
    )


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


def _grid(rows: list[list[Any]], shares: list[float], width: float = _WIDTH) -> Table:
    """Return cells without lines or outer space, in columns of these shares of the width."""
    return Table(
        rows,
        colWidths=[share * width for share in shares],
        splitInRow=1,
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        ),
    )


def _foot(sheet: _Sheet, canvas: Canvas, page: int, pages: int) -> None:
    left = paragraph(f"{sheet.invoice.shop} · {sheet.invoice.number}", _LABEL)
    right = paragraph(f"{page} / {pages}" if pages > 1 else "", _LABEL_NUMBER)
    foot = _grid([[left, right]], [0.8, 0.2])
    _, height = foot.wrapOn(canvas, _WIDTH, _MARGIN)
    foot.drawOn(canvas, _MARGIN, _MARGIN + _GAP - height)
