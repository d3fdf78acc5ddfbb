"""The whole evaluation, from a trained bot to one report that JSON can hold."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from threadpoolctl import threadpool_limits

from analytics.settings import Settings
from rasa_project.__main__ import train_command
from rasa_project.evaluation import learning, measures, sets
from rasa_project.evaluation.asking import Answer, Bot
from rasa_project.evaluation.sets import Example

STOCK: Final = Path(__file__).parents[2] / "benchmarks" / "results" / "nlu.json"
"Figures of stock Rasa, measured on the same sets by `benchmarks/bench_nlu.py`."

Progress = Callable[[str, int, int], None]
"Told what is being done, how much of it is done, and how much there is."


@dataclass
class Asked:
    """What was asked, and what the bot said."""

    bot: Bot
    progress: Progress
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def ask(self, name: str, texts: Sequence[str]) -> list[Answer]:
        """Return the answers, kept under `name`."""
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            self.progress(f"asking {name}", done, len(texts))

        self.answers[name] = self.bot.ask(texts, tick)
        return self.answers[name]


def evaluate(
    model: Path, data: Path | None, progress: Progress, folder: Path = sets.HERE
) -> dict[str, Any]:
    """Return all measures of a trained bot.

    Args:
        model: the trained bot.
        data: folder of the public sets; what is not in it is left out, and named in `left_out`.
        progress: told how far it is.
        folder: where our own sentences are.
    """
    with threadpool_limits(1):
        bot = Bot(model)
        # The first message makes what later ones find ready.
        bot.ask(["hello"])
        asked = Asked(bot, progress)
        report = _understanding(asked, data, folder)
        report["several_requests"] = _several_requests(asked, folder)
    report["speed"] = {
        **measures.latency([one for answers in asked.answers.values() for one in answers]),
        "load_s": bot.load_seconds,
        "peak_mb": _peak_mb(),
    }
    report.update(_learning(data, folder, progress))
    report["speed"]["training_s"] = _training_seconds(progress)
    report["left_out"] = [
        name for name in (sets.BITEXT, sets.BANKING77) if data is None or not (data / name).exists()
    ]
    report["stock"] = (
        json.loads(STOCK.read_text(encoding="utf-8"))["stock"] if STOCK.exists() else {}
    )
    report["made"] = datetime.now(timezone.utc).isoformat(timespec="seconds")
    report["model"] = model.name
    return report


def _understanding(asked: Asked, data: Path | None, folder: Path) -> dict[str, Any]:
    questions = {f"held_back.{one}": sets.held_back(one, folder) for one in sets.LANGUAGES}
    own = list(questions)
    if data is not None and (bitext := sets.bitext(data)) is not None:
        questions["bitext"] = bitext
    answers = {name: asked.ask(name, _texts(examples)) for name, examples in questions.items()}
    strange = {
        f"out_of_scope.{one}": asked.ask(f"out_of_scope.{one}", sets.out_of_scope(one, folder))
        for one in sets.LANGUAGES
    }
    everything = [one for examples in questions.values() for one in examples]
    return {
        "understanding": {
            name: measures.understanding(questions[name], answers[name]) for name in questions
        },
        "intents": {name: measures.by_intent(questions[name], answers[name]) for name in questions},
        "confusions": measures.confusions(everything, _joined(answers, questions)),
        "scope": {
            "both": measures.scope(_joined(answers, own), _joined(strange, strange)),
            **{
                one: measures.scope(answers[f"held_back.{one}"], strange[f"out_of_scope.{one}"])
                for one in sets.LANGUAGES
            },
        },
        "trade_off": measures.trade_off(_joined(answers, own), _joined(strange, strange)),
        "calibration": measures.honesty(
            [one for name in own for one in questions[name]], _joined(answers, own)
        ),
    }


def _several_requests(asked: Asked, folder: Path) -> dict[str, Any] | None:
    """Return None where the bot does not split messages."""
    messages = sets.several_requests(folder)
    answers = asked.ask("several requests", [one.text for one in messages])
    parts = [part for answer in answers for part in answer.requests or ()]
    if not parts:
        return None
    meanings = [one.meaning for one in asked.bot.ask(parts)]
    return measures.several_requests(messages, answers, dict(zip(parts, meanings, strict=True)))


def _learning(data: Path | None, folder: Path, progress: Progress) -> dict[str, Any]:
    """Return what the classifier learns from other examples."""
    examples = sets.banking(data) if data is not None else None
    steps = 1 + (learning.SEEDS + 1 if examples is not None else 0)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        progress("learning other examples", done, steps)

    progress("learning other examples", done, steps)
    found = {"zero_shot": learning.zero_shot("en", sets.held_back("zh", folder))}
    tick()
    if examples is not None:
        found["banking77_10_shot"] = learning.few_shot(examples, tick)
        found["banking77"] = learning.full(examples)
        tick()
    return found


def _training_seconds(progress: Progress) -> float:
    """Return how long the whole bot is trained, with nothing kept from an earlier time."""
    progress("training the bot anew", 0, 1)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "bot.tar.gz"
        begin = time.perf_counter()
        command = [sys.executable, *train_command(model, Settings.from_environment()), "--force"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        seconds = time.perf_counter() - begin
    progress("training the bot anew", 1, 1)
    return seconds


def _peak_mb() -> float:
    """Return the most memory that this process has held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _texts(examples: Sequence[Example]) -> list[str]:
    return [one.text for one in examples]


def _joined(
    answers: dict[str, list[Answer]], names: Sequence[str] | dict[str, Any]
) -> list[Answer]:
    return [answer for name in names for answer in answers[name]]
