"""The forecast chart: right geometry, and the same numbers as text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web import samples
from tests.web.chat_page import PlayedChat, visit

TICKS = "async ([low, high]) => (await import('/chat/chart.js')).ticks(low, high)"


@pytest.fixture(scope="module")
def chat(browser: Browser, files: str) -> Iterator[PlayedChat]:
    """One conversation for all tests here: each asks for a card of its own."""
    with visit(browser, files) as chat:
        chat.open(persona="agent:demo")
        yield chat


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, [0, 50, 100]),
        (0, 95, [0, 50, 100]),
        (0, 80, [0, 20, 40, 60, 80]),
        (-3, 9, [-5, 0, 5, 10]),
        (0, 0.4, [0, 0.1, 0.2, 0.3, 0.4]),
        (0, 0, [0]),
    ],
)
def test_ticks_are_round_and_enclose(
    chat: PlayedChat, low: float, high: float, expected: list[float]
) -> None:
    assert chat.page.evaluate(TICKS, [low, high]) == pytest.approx(expected)


def test_the_chart_is_drawn_to_scale(chat: PlayedChat) -> None:
    chart = chat.card(samples.FORECAST).locator("svg")
    rules = chart.locator(".rule")
    expect(rules.locator("text")).to_have_text(["0", "50", "100"])
    bottom, middle, top = (
        float(line.get_attribute("y1") or "") for line in rules.locator("line").all()
    )
    assert bottom > middle > top
    dots = chart.locator("circle.mean-dot")
    expect(dots).to_have_count(2)
    assert float(dots.first.get_attribute("cy") or "") == pytest.approx(middle)
    assert float(dots.last.get_attribute("cy") or "") == pytest.approx(
        bottom + 0.6 * (top - bottom), abs=0.1
    )
    past = (chart.locator("path.past").get_attribute("d") or "").removeprefix("M").split("L")
    heights = [float(point.split()[1]) for point in past]
    assert heights == pytest.approx(
        [bottom, bottom + 0.4 * (top - bottom), bottom + 0.8 * (top - bottom)], abs=0.1
    )
    widths = [float(point.split()[0]) for point in past]
    assert widths[1] - widths[0] == pytest.approx(widths[2] - widths[1], abs=0.2)


def test_the_chart_has_a_name_a_description_and_a_table(chat: PlayedChat) -> None:
    card = chat.card(samples.FORECAST)
    expect(card.get_by_role("img")).to_have_accessible_name(
        "Demand forecast: T-light holder 2 periods from 27 Jul 26 to 3 Aug 26. Expected demand "
        "goes from 50 to 60; at the end it lies between 10 and 100 with 95 % probability."
    )
    card.get_by_text("Show the numbers").click()
    forecast, past = card.locator("table").all()
    expect(forecast.locator("tbody tr").first.locator("td")).to_have_text(
        ["27 Jul 26", "50", "30 – 70", "20 – 80"]
    )
    expect(past.locator("tbody td.number")).to_have_text(["0", "40", "80"])


def test_a_forecast_without_history_is_drawn(chat: PlayedChat) -> None:
    card = chat.card({**samples.FORECAST, "history": [], "freq": "MS"})
    expect(card.locator("circle.mean-dot")).to_have_count(2)
    expect(card.locator("svg").locator("text", has_text="Jul 2026")).to_be_visible()
    assert chat.complaints == []
