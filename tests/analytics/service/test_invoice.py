"""Invoices: right to the cent, and drawn as they were written."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from babel.dates import format_date
from babel.numbers import format_currency
from pypdf import PdfReader

from analytics.service.invoice import LABELS, Invoice, InvoiceLine, Means, invoice_of, render
from analytics.store import orders
from analytics.store.models import (
    Customer,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Return,
    ReturnLine,
    Variant,
)

TODAY = date(2026, 9, 1)
CHINESE = {"title": "发票", "total": "合计", "paid_by_alipay": "支付宝"}
CARD = PaymentMethod(id="M1", kind="card", brand="Visa", last_four="4242")
ALIPAY = PaymentMethod(id="M2", kind="alipay")
ANNA = Customer(
    id="C1",
    name="Anna Schmidt",
    address="1 High Street\nFlat 2\n",
    postcode="SW1A 1AA",
    country="United Kingdom",
)


def line(quantity: int, price: str, returned: int = 0, **options: str) -> OrderLine:
    lamp = Product(id="P1", title_en="Oak lamp", title_zh="橡木灯")
    return OrderLine(
        sku="LAMP-1",
        quantity=quantity,
        returned=returned,
        unit_price=Decimal(price),
        variant=Variant(sku="LAMP-1", product=lamp, options=options),
    )


def order(*lines: OrderLine, **more: Any) -> Order:
    values: dict[str, Any] = {
        "id": "10482",
        "customer": ANNA,
        "placed_at": datetime(2026, 8, 12, 9, 30, tzinfo=UTC),
        "status": "delivered",
        "currency": "GBP",
        "shipping_fee": Decimal("4.95"),
        "fees": Decimal(0),
    }
    for number, one in enumerate(lines, 1):
        one.number = number
    return Order(lines=list(lines), **{**values, **more})


def invoice(placed: Order, language: str = "en", tax: str | None = None) -> Invoice:
    return invoice_of(placed, "Linden & Oak", language, TODAY, Decimal(tax) if tax else None)


def drawn(content: Invoice, labels: dict[str, str] | None = None) -> bytes:
    """Return the PDF; a label without a text is its key in brackets."""
    words = {**{key: f"[{key}]" for key in LABELS}, **(labels or {})}
    return render(
        content,
        words,
        lambda amount, currency: format_currency(
            amount, currency, locale="en_GB", decimal_quantization=False
        ),
        lambda day: format_date(day, "long", locale="en_GB"),
    )


def pages(content: bytes) -> list[str]:
    """Return each page's text, one space between any two words."""
    reader = PdfReader(io.BytesIO(content))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def many(count: int) -> Invoice:
    lines = [line(1, "1.00") for _ in range(count)]
    return invoice(order(*lines))


def test_an_invoice_says_what_the_order_says() -> None:
    placed = order(line(2, "64.90", colour="oak", size="M"), payment_method=CARD)
    made = invoice(placed)
    assert made.lines == (
        InvoiceLine("Oak lamp", "oak, M", "LAMP-1", 2, Decimal("64.90"), Decimal("129.80")),
    )
    assert (made.number, made.order_id) == ("INV-10482", "10482")
    assert (made.issued_on, made.ordered_on) == (TODAY, date(2026, 8, 12))
    assert made.customer == "Anna Schmidt"
    assert made.address == ("1 High Street", "Flat 2", "SW1A 1AA", "United Kingdom")
    assert (made.total, made.tax) == (Decimal("134.75"), None)
    assert made.paid_by == (Means("card", "Visa", "4242"),)
    (text,) = pages(drawn(made))
    assert "LAMP-1 · oak, M 2 £64.90 £129.80" in text
    assert "[goods] £129.80 [shipping] £4.95 [total] £134.75" in text
    assert "1 September 2026" in text and "12 August 2026" in text
    assert "[fees]" not in text and "[tax]" not in text


def test_what_was_sent_back_is_taken_off() -> None:
    placed = order(line(3, "10.00", returned=1), line(2, "5.00", returned=2), fees=Decimal("2.50"))
    made = invoice(placed, tax="0.2")
    assert [one.quantity for one in made.lines] == [2]
    assert made.total == orders.total(placed) == Decimal("27.45")
    (text,) = pages(drawn(made))
    assert "[goods] £20.00 [shipping] £4.95 [fees] £2.50 [total] £27.45" in text
    # 27.45 / 6 = 4.575, a half cent.
    assert "[tax] 20% £4.58" in text


def sent_back(kind: str, status: str, quantity: int, **more: Any) -> Return:
    """Units of the order's first line."""
    return Return(
        kind=kind, status=status, lines=[ReturnLine(line_number=1, quantity=quantity, **more)]
    )


@pytest.mark.parametrize(("status", "left"), [("requested", 2), ("received", 2), ("rejected", 3)])
def test_what_is_on_its_way_back_is_taken_off(status: str, left: int) -> None:
    placed = order(line(3, "10.00"), returns=[sent_back("return", status, 1)])
    made = invoice(placed)
    assert [one.quantity for one in made.lines] == [left]
    assert made.total == orders.total(placed) == left * 10 + Decimal("4.95")


@pytest.mark.parametrize("status", ["requested", "completed", "withdrawn"])
def test_what_is_exchanged_stands_with_its_new_option(status: str) -> None:
    old = line(3, "10.00", size="M")
    Variant(sku="LAMP-2", product=old.variant.product, options={"size": "L"})
    swap = sent_back("exchange", status, 1, new_sku="LAMP-2", new_unit_price=Decimal("12.50"))
    placed = order(old, returns=[swap])
    made = invoice(placed)
    assert made.total == orders.total(placed)
    shown = [(one.sku, one.options, one.quantity, one.total) for one in made.lines]
    assert shown == (
        [("LAMP-1", "M", 3, 30)]
        if status == "withdrawn"
        else [("LAMP-1", "M", 2, 20), ("LAMP-2", "L", 1, Decimal("12.5"))]
    )


@pytest.mark.parametrize("returned", [0, 2])
def test_of_a_cancelled_order_the_fees_are_left(returned: int) -> None:
    placed = order(line(2, "10.00", returned), status="cancelled", fees=Decimal("3.00"))
    made = invoice(placed, tax="0.2")
    assert made.total == orders.total(placed)
    assert (made.lines, made.total, made.tax) == ((), Decimal(3), Decimal("0.5"))
    (text,) = pages(drawn(made))
    assert "[no_lines]" in text
    assert "[total] £3.00" in text


def test_sums_are_rounded_once_halves_up_and_unit_prices_not() -> None:
    (text,) = pages(drawn(invoice(order(line(1, "0.0050"), line(3, "2.2950"), line(1, "7.0000")))))
    assert "1 £0.005 £0.01" in text
    assert "3 £2.295 £6.89" in text
    assert "1 £7.00 £7.00" in text
    assert "[goods] £13.89 [shipping] £4.95 [total] £18.84" in text


def test_the_orders_own_address_comes_first() -> None:
    made = invoice(order(line(1, "1"), address="9 New Road", postcode=None, country="France"))
    assert made.address == ("9 New Road", "France")


def test_a_guest_has_no_name_and_no_address() -> None:
    made = invoice(order(line(1, "1"), customer=None))
    assert (made.customer, made.address) == ("", ())
    assert "[bill_to]" not in pages(drawn(made))[0]


def payment(method: PaymentMethod | None, kind: str = "payment", status: str = "done") -> Payment:
    return Payment(method=method, kind=kind, status=status)


@pytest.mark.parametrize(
    ("payments", "paid_by"),
    [
        ([], ["card"]),
        ([payment(ALIPAY), payment(CARD), payment(ALIPAY)], ["alipay", "card"]),
        ([payment(ALIPAY), payment(CARD, kind="refund")], ["alipay"]),
        ([payment(CARD, status="failed"), payment(ALIPAY, status="pending")], []),
        ([payment(None)], []),
    ],
)
def test_what_paid_is_what_was_paid(payments: list[Payment], paid_by: list[str]) -> None:
    made = invoice(order(line(1, "1"), payment_method=CARD, payments=payments))
    assert [one.kind for one in made.paid_by] == paid_by


def test_no_text_becomes_markup() -> None:
    name = 'A <b>b</b> & &amp; <font color="red">c</font> <para>'
    placed = order(line(1, "1", note=name), customer=Customer(id="C2", name=name, address=name))
    (text,) = pages(drawn(invoice(placed)))
    assert text.count(name) == 3


def test_chinese() -> None:
    placed = order(
        line(1, "64.90", 颜色="红色 & blue"),
        customer=Customer(id="C3", name="王小明", address="杭州市西湖区文三路 388 号"),
        payment_method=ALIPAY,
        currency="CNY",
    )
    content = drawn(invoice(placed, "zh"), CHINESE)
    (text,) = pages(content)
    assert PdfReader(io.BytesIO(content)).metadata.title == "发票 INV-10482"  # type: ignore[union-attr]
    for part in ("发票", "王小明", "杭州市西湖区文三路 388 号", "橡木灯", "红色 & blue", "支付宝"):
        assert part in text


def test_letters_of_other_alphabets() -> None:
    name = "Łukasz Dvořák Иван Ωμέγα 王 Zoë €"
    placed = order(line(1, "1"), customer=Customer(id="C4", name=name))
    assert name in pages(drawn(invoice(placed)))[0]


def test_a_long_invoice_repeats_its_heads_and_counts_its_pages() -> None:
    content = drawn(many(60))
    texts = pages(content)
    assert len(texts) > 2
    assert sum(text.count("LAMP-1") for text in texts) == 60
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(texts)}" in text
        assert "[product] [quantity] [unit_price] [line_total]" in text
        assert "Linden & Oak · INV-10482" in text
        assert ("[total] £64.95" in text) == (number == len(texts))


@pytest.mark.parametrize("count", range(8, 22))
def test_the_sums_stay_together(count: int) -> None:
    texts = pages(drawn(many(count)))
    assert "[goods]" in texts[-1]
    assert "[total]" in texts[-1]
    assert (" / " in texts[0]) == (len(texts) > 1)


def test_texts_beyond_all_measure_are_drawn() -> None:
    placed = order(
        line(10**9, "9999999.99", note="o" * 500),
        customer=Customer(id="C5", name="X" * 4000, address="a line\n" * 200),
        id="9" * 64,
    )
    assert "".join(pages(drawn(invoice(placed)))).count("a line") == 200


def test_control_characters_and_lone_halves_are_blanks() -> None:
    placed = order(line(1, "1"), customer=Customer(id="C6", name="Ann\x00\x07\ud800Lee"))
    assert "Ann Lee" in pages(drawn(invoice(placed)))[0]


def test_the_same_invoice_is_the_same_file() -> None:
    assert drawn(many(30)) == drawn(many(30))
