"""`salesclerk demo`: up to which day the shop has lived."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analytics import cli, demo
from analytics.demo import DemoSummary


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The last days of the shops that were asked for; none is made."""
    asked: list[date] = []

    def make_shop(store: Any, folder: Path, *_: Any, until: date) -> DemoSummary:
        asked.append(until)
        return DemoSummary("Shop", "GBP", until, until, {}, folder)

    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    monkeypatch.setattr(demo, "make_shop", make_shop)
    return asked


def test_the_story_ends_on_the_day_given(asked: list[date]) -> None:
    done = CliRunner().invoke(cli.app, ["demo", "--until", "2026-10-31"])
    assert done.exit_code == 0, done.output
    assert asked == [date(2026, 10, 31)]


def test_it_ends_yesterday_otherwise(asked: list[date]) -> None:
    before = datetime.now(UTC).date()
    assert CliRunner().invoke(cli.app, ["demo"]).exit_code == 0
    after = datetime.now(UTC).date()
    assert before <= asked[0] + timedelta(days=1) <= after


def test_another_way_to_write_a_day_is_wrong_usage(asked: list[date]) -> None:
    assert CliRunner().invoke(cli.app, ["demo", "--until", "31/10/2026"]).exit_code == 2
    assert asked == []
