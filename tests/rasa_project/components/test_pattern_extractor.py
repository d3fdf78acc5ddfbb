"""What the patterns find, as entities of a message."""

from __future__ import annotations

from datetime import date

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from analytics.settings import Settings
from rasa_project.components import patterns
from rasa_project.components.pattern_extractor import PatternExtractor
from tests.rasa_project.components.graph import parsed, untrained


def test_adds_to_the_entities_there_are() -> None:
    language = {"entity": "language", "value": "en", "start": 0, "end": 22}
    message = parsed(untrained(PatternExtractor), "2 x 85123A, under £50?", entities=[language])
    assert message.get("entities") == [
        language,
        {"entity": "number", "value": 2, "start": 0, "end": 1, "extractor": "PatternExtractor"},
        {
            "entity": "code",
            "value": "85123A",
            "start": 4,
            "end": 10,
            "extractor": "PatternExtractor",
        },
        {
            "entity": "money",
            "value": "50 GBP",
            "start": 18,
            "end": 21,
            "bound": "max",
            "extractor": "PatternExtractor",
        },
    ]


def test_finds_nothing_where_there_is_nothing() -> None:
    assert parsed(untrained(PatternExtractor), "😀").get("entities") == []


def test_today_is_the_day_on_which_the_message_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    extractor = untrained(PatternExtractor)
    for day in (date(2026, 11, 24), date(2027, 1, 1)):
        monkeypatch.setattr(patterns, "today", lambda day=day: day)
        (entity,) = parsed(extractor, "今天").get("entities")
        assert entity["value"] == day.isoformat()


def test_today_is_the_day_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.from_environment({"AS_OF": "2011-12-09"})
    monkeypatch.setattr(patterns, "_settings", lambda: settings)
    (entity,) = parsed(untrained(PatternExtractor), "yesterday").get("entities")
    assert entity["value"] == "2011-12-08"
