"""The days that a message names, as actions use them."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from actions import periods


def _turn(**values: str) -> Any:
    """Return a turn whose message has these entities."""
    found = [SimpleNamespace(name=name, value=value) for name, value in values.items()]
    return SimpleNamespace(entities=lambda *names: [one for one in found if one.name in names])


START = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("entities", "named", "ahead"),
    [
        ({}, None, None),
        ({"date": "2026-05-03"}, *[(date(2026, 5, 3), date(2026, 5, 3))] * 2),
        (
            {"period": "2026-05-01/2026-05-31"},
            *[(date(2026, 5, 1), date(2026, 5, 31))] * 2,
        ),
        ({"period": "P6W"}, None, (START, date(2027, 1, 10))),
        ({"period": "P1D"}, None, (START, START)),
        ({"period": "P3M"}, None, (START, date(2027, 2, 27))),
        ({"period": "P999Y"}, None, (START, date(3025, 4, 1))),
    ],
)
def test_days_of_a_message(entities: dict[str, str], named: Any, ahead: Any) -> None:
    turn = _turn(**entities)
    assert periods.named(turn) == named
    assert periods.ahead(turn, START) == ahead
