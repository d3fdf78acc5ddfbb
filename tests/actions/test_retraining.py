"""The models are trained again at their hour, aside, and a failure waits for the next time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actions import retraining
from analytics.errors import ArtifactError
from analytics.training_policy import DEFAULT_POLICY, TrainingPolicy, load_training_policy

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = load_training_policy(Path("none"))


class Clock(threading.Event):
    """The time, which passes by waiting; at its end the server stops."""

    def __init__(self, end: timedelta) -> None:
        super().__init__()
        self.now = NOON
        self.end = NOON + end

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.now += timedelta(seconds=timeout)
        return self.now > self.end


def run(clock: Clock, train: Callable[[], bool], policy: TrainingPolicy = OURS) -> list[datetime]:
    """Return when new models were taken up."""
    loaded: list[datetime] = []
    retraining.run(policy, lambda: clock.now, train, lambda: loaded.append(clock.now), clock)
    return loaded


def test_it_trains_at_its_hour_every_day() -> None:
    clock = Clock(timedelta(days=2))
    trained: list[datetime] = []

    def train() -> bool:
        trained.append(clock.now)
        clock.now += timedelta(hours=2)
        return True

    loaded = run(clock, train)
    assert trained == [datetime(2026, 3, day, 3, tzinfo=UTC) for day in (2, 3)]
    assert loaded == [datetime(2026, 3, day, 5, tzinfo=UTC) for day in (2, 3)]


def test_a_failure_is_tried_again_the_next_day_and_no_sooner() -> None:
    clock = Clock(timedelta(days=3))
    outcomes = [False, True, True]
    tried: list[datetime] = []

    def train() -> bool:
        tried.append(clock.now)
        return outcomes.pop(0)

    loaded = run(clock, train)
    assert [one.day for one in tried] == [2, 3, 4]
    assert loaded == tried[1:]


def test_models_that_cannot_be_loaded_do_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(timedelta(days=2))
    calls: list[datetime] = []

    def load() -> None:
        calls.append(clock.now)
        raise ArtifactError("nothing published yet")

    retraining.run(OURS, lambda: clock.now, lambda: True, load, clock)
    assert len(calls) == 2
    assert "cannot be loaded" in caplog.text


def test_off_never_trains(tmp_path: Path) -> None:
    path = tmp_path / "training.yml"
    path.write_text(DEFAULT_POLICY.read_text(encoding="utf-8").replace('"03:00"', "off"))
    run(Clock(timedelta(days=9)), lambda: pytest.fail("trained"), load_training_policy(path))


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a script in the place of the interpreter."""

    def make(script: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        monkeypatch.setattr(retraining.sys, "executable", str(path))

    return make


def test_the_training_is_a_process_of_the_lowest_priority(
    tmp_path: Path, python: Callable[[str], None]
) -> None:
    python('sleep 1; echo "$(nice) $NUMBA_NUM_THREADS $HOME_OF_SHOP $*" > "$SAID"')
    environ = {"PATH": "/usr/bin:/bin", "SAID": str(tmp_path / "said"), "HOME_OF_SHOP": "there"}
    assert retraining.train_aside(environ, threading.Event())
    assert (tmp_path / "said").read_text().split() == [
        *("19", "1", "there", "-m", "analytics", "train", "--json")
    ]


def test_what_a_failed_training_said_is_logged(
    python: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    python("echo 'the database does not answer' >&2; exit 1")
    with caplog.at_level(logging.ERROR):
        assert not retraining.train_aside({}, threading.Event())
    assert "tried again next time: the database does not answer" in caplog.text


@pytest.mark.parametrize("trap", ["", "trap '' TERM;"])
def test_a_training_ends_with_the_server(
    python: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, trap: str
) -> None:
    monkeypatch.setattr(retraining, "STOPPED_SECONDS", 1)
    python(f"{trap} while true; do sleep 1; done")
    stop = threading.Event()
    threading.Timer(1, stop.set).start()
    assert not retraining.train_aside({"PATH": "/usr/bin:/bin"}, stop)
