"""Training the models again by schedule, aside, so that no answer waits for it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from analytics.errors import ArtifactError
from analytics.training_policy import TrainingPolicy

LOOKED_EVERY: Final = 1.0
"Seconds between looks whether the training is over, or the server stops."
LONGEST_WAIT: Final = 3600.0
"Seconds after which the clock is read again: a machine may have slept."
LOWEST_PRIORITY: Final = 19
STOPPED_SECONDS: Final = 5.0
MOST_LOGGED: Final = 500
"Characters of what a training that failed said last."
ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
"The other cores are for answering."

logger = logging.getLogger(__name__)


def run(
    policy: TrainingPolicy,
    now: Callable[[], datetime],
    train: Callable[[], bool],
    load: Callable[[], object],
    stop: threading.Event,
) -> None:
    """Train whenever the policy says so, until the server stops.

    Where it fails, the models stay as they are until the next time.

    Args:
        train: returns whether it went well.
        load: takes the new models up, so that no message has to wait for it.
    """
    while (due := policy.next_training(now())) is not None:
        while (left := (due - now()).total_seconds()) > 0:
            if stop.wait(min(left, LONGEST_WAIT)):
                return
        if train():
            try:
                load()
            except ArtifactError:
                logger.exception("the models that were trained cannot be loaded")


def train_aside(environ: Mapping[str, str], stop: threading.Event) -> bool:
    """Run `salesclerk train` in a process of its own, at the lowest priority, with one thread.

    It trains only where the data have changed, and waits for another that is under way; see
    `analytics.training.train`.

    Returns:
        Whether it went well; what else it said is in the log.
    """
    command = [sys.executable, "-m", "analytics", "train", "--json"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            env={**environ, **ONE_THREAD},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST_PRIORITY)
        while process.poll() is None:
            if stop.wait(LOOKED_EVERY):
                _end(process)
                return False
        if process.returncode == 0:
            return True
        said.seek(0)
        last = said.read().decode(errors="replace").strip()[-MOST_LOGGED:]
    logger.error("the models were not trained anew; it is tried again next time: %s", last)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPPED_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
