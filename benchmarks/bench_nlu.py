"""How well our assistant understands, beside stock Rasa 3.6's default pipeline (DIET).

Both sides are asked the same sentences and counted by the same code. For BANKING77 both learn from
the same split of its train part; on Bitext's sentences and on our own held-back ones both learn
from our English training sentences. Stock training takes hours, so its figures are kept in
`results/nlu.json` with the command that made them; `--stock` measures them anew.

    .venv/bin/python -m benchmarks.bench_nlu --data FOLDER
    .venv/bin/python -m benchmarks.bench_nlu --data FOLDER --stock banking77-10-shot banking77 ours
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from analytics.settings import Settings
from analytics.understanding import RASA_PYTHON, ROOT, evaluate
from rasa_project.__main__ import environment
from rasa_project.evaluation import sets
from rasa_project.evaluation.asking import Answer
from rasa_project.evaluation.measures import scope, understanding

RESULTS: Final = ROOT / "benchmarks" / "results" / "nlu.json"
STOCK_CONFIG: Final = ROOT / "benchmarks" / "stock_config.yml"
TRAINING: Final = ROOT / "rasa_project" / "data"
LEARNED: Final = ("banking77_10_shot", "banking77")
SEED: Final = 0


def stock_on_banking(data: Path, folder: Path, shots: int | None) -> dict[str, Any]:
    """Return stock Rasa's measures on BANKING77's held-back fifth."""
    examples = _there(sets.banking(data), sets.BANKING77)
    split = sets.split(examples, SEED, shots)
    stock = Stock(folder)
    stock.train(_training_file(split.train, folder))
    name = "banking77" if shots is None else f"banking77_{shots}_shot"
    return {name: stock.understanding(split.test)}


def stock_on_ours(data: Path, folder: Path) -> dict[str, Any]:
    """Return stock Rasa's measures after learning from our English sentences."""
    stock = Stock(folder)
    stock.train(_own_english(folder))
    in_scope = sets.held_back("en")
    return {
        "bitext": stock.understanding(_there(sets.bitext(data), sets.BITEXT)),
        "held_back.en": stock.understanding(in_scope),
        "out_of_scope.en": scope(
            stock.ask([one.text for one in in_scope]), stock.ask(sets.out_of_scope("en"))
        ),
    }


STOCK: Final[dict[str, Callable[[Path, Path], dict[str, Any]]]] = {
    "banking77-10-shot": partial(stock_on_banking, shots=sets.SHOTS),
    "banking77": partial(stock_on_banking, shots=None),
    "ours": stock_on_ours,
}
"What stock Rasa is trained on, the quickest first."


@dataclass
class Stock:
    """Stock Rasa's default pipeline, trained and asked in a folder of its own."""

    folder: Path
    training_s: float = 0.0

    def train(self, sentences: Path) -> None:
        """Train on a file or folder of sentences."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = yaml.safe_load(STOCK_CONFIG.read_text(encoding="utf-8"))
        # It picks answers to small talk, and takes no part in telling the intents apart.
        parts = [part for part in config["pipeline"] if part["name"] != "ResponseSelector"]
        chosen = self.folder / "config.yml"
        chosen.write_text(yaml.safe_dump({**config, "pipeline": parts}), encoding="utf-8")
        begin = time.perf_counter()
        _rasa_python(
            "-m", "rasa", "train", "nlu", "--config", str(chosen), "--nlu", str(sentences),
            "--out", str(self.folder), "--fixed-model-name", "stock",
        )  # fmt: skip
        self.training_s = time.perf_counter() - begin

    def understanding(self, examples: list[sets.Example]) -> dict[str, Any]:
        """Return how well the examples are understood."""
        answers = self.ask([example.text for example in examples])
        return {**understanding(examples, answers), "training_s": self.training_s}

    def ask(self, texts: list[str]) -> list[Answer]:
        """Return the model's answers."""
        model = str(self.folder / "stock.tar.gz")
        asking = "rasa_project.evaluation.asking"
        said = _rasa_python("-m", asking, model, sent=json.dumps(texts))
        return [Answer(**answer) for answer in json.loads(said)["answers"]]


def _there(examples: list[sets.Example] | None, name: str) -> list[sets.Example]:
    if examples is None:
        raise FileNotFoundError(f"--data has no {name}")
    return examples


def _training_file(examples: list[sets.Example], folder: Path) -> Path:
    """Write the examples in Rasa's JSON format: there no character of a sentence is special."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = [{"text": one.text, "intent": one.intent, "entities": []} for one in examples]
    path = folder / "nlu.json"
    document = {"rasa_nlu_data": {"common_examples": entries}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _own_english(folder: Path) -> Path:
    """Copy our English training sentences, and return the folder they are in."""
    target = folder / "data"
    target.mkdir(parents=True, exist_ok=True)
    for source in TRAINING.glob("*/nlu.en.yml"):
        copy = target / f"{source.parent.name}.yml"
        copy.write_bytes(source.read_bytes())
    return target


def _rasa_python(*arguments: str, sent: str = "") -> str:
    """Run Rasa's Python to its end and return what it printed.

    Raises:
        RuntimeError: it failed; with what it printed.
    """
    environ = {**os.environ, **environment(Settings.from_environment())}
    done = subprocess.run(
        [str(RASA_PYTHON), *arguments],
        cwd=ROOT, env=environ, input=sent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{arguments} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def ours(data: Path | None, work: Path) -> dict[str, Any]:
    """Return our measures, in the same form as stock Rasa's."""
    with Progress(console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        found = evaluate(data, work, progress)["measures"]
    learned = {name: found[name] for name in LEARNED if name in found}
    strange = {f"out_of_scope.{name}": of for name, of in found["scope"].items()}
    return {**learned, **found["understanding"], **strange}


def main() -> None:
    """Measure, print the table, and keep it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="folder of the public sets")
    parser.add_argument("--stock", nargs="+", choices=STOCK, default=[], help="slow")
    options = parser.parse_args()
    if options.stock and not options.data:
        parser.error("--stock needs --data")
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    of_ours, of_stock = results.setdefault("ours", {}), results.setdefault("stock", {})
    with tempfile.TemporaryDirectory() as work:
        for name in options.stock:
            command = f"python -m benchmarks.bench_nlu --data FOLDER --stock {name}"
            for measured, measures in STOCK[name](options.data, Path(work) / name).items():
                of_stock[measured] = {**measures, "command": command}
            _keep(results)
        of_ours.update(ours(options.data, Path(work) / "report"))
    _keep(results)
    table = Table("set", "measure", "Salesclerk", "stock Rasa", "ratio")
    for name, measures in of_ours.items():
        for measure, value in _figures(measures):
            theirs = dict(_figures(of_stock.get(name, {}))).get(measure)
            both = (f"{theirs:.3f}", f"{value / theirs:.2f}") if theirs else ("-", "-")
            table.add_row(name, measure, f"{value:.3f}", *both)
    Console().print(table)


def _figures(measures: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the figures to compare: shares understood and refused, and seconds."""
    for name in ("accuracy", "macro_f1", "training_s"):
        if name in measures:
            yield name, measures[name]
    if "at_false_alarm" in measures:
        yield "recall at 5 % false alarm", measures["at_false_alarm"]["recall"]


def _keep(results: dict[str, Any]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
