"""Our assistant against stock Rasa's default one, in one run and on the same training data.

Both sides have the same domain, rules, sentences, actions and shop. Stock Rasa has its default
pipeline and policies, its own command line, its REST channel, and its default store of
conversations (in memory); what our channel signs for the actions is sent along. Both servers run
at once and get each conversation in turn, so that a machine that slows down slows both. Stock
training takes about a quarter of an hour of two cores.

    .venv/bin/python -m benchmarks.bench_assistant --turns 300
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from analytics.identity import Role, Speaker, conversation_id, issue_token, sign_context
from analytics.settings import Settings
from rasa_project.__main__ import environment
from tests.assistant import LAST_DAY, RASA_PYTHON, ROOT, SALESCLERK, free_port, run, wait_for

PROJECT: Final = ROOT / "rasa_project"
HERE: Final = ROOT / "benchmarks"
CONVERSATION: Final = [
    "good evening",
    "could you tell me which ways to pay there are",
    "i would like to see some lamps for the living room",
    "is the first one on the shelf right now",
    "suggest a present please",
    "how many days until my parcel would get here",
    "get me an offer for 25 x LAMP-001",
    "may i talk with somebody of your staff",
    "great, thanks a lot",
    "see you soon",
]
"Sentences that stand in no training file."


@dataclass
class Measures:
    """What one side took. Times in seconds but for the turns', memory in MB (10^6 bytes)."""

    training_s: float = 0.0
    start_to_ready_s: float = 0.0
    resident_mb: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0


@dataclass(frozen=True)
class Setup:
    """What a side is made of: its configuration, its channels, the module that serves it."""

    config: Path
    endpoints: Path
    credentials: Path
    server: str
    channel: str


SETUPS: Final = {
    "Salesclerk": Setup(
        PROJECT / "config.yml",
        PROJECT / "endpoints.yml",
        PROJECT / "credentials.yml",
        "rasa_project.serving",
        "widget",
    ),
    "stock Rasa": Setup(
        HERE / "stock_config.yml",
        HERE / "stock_endpoints.yml",
        HERE / "stock_credentials.yml",
        "rasa",
        "rest",
    ),
}


class Side:
    """One bot, trained and served from a folder of its own."""

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self.measures = Measures()
        self._setup = SETUPS[name]
        self._client = httpx.Client(timeout=60)
        self.turns: list[float] = []
        self._folder = folder
        self._settings = settings
        self._environ = {
            **os.environ,
            **environment(settings),
            "SALESCLERK_HOME": str(settings.home),
            "PORT": str(settings.port),
            "CONVERSATIONS_URL": f"sqlite:///{folder / 'conversations.db'}",
        }
        self._server: subprocess.Popen[bytes] | None = None

    def train(self, data: Path) -> None:
        """Train the side's configuration on `data`; what an earlier run trained is kept."""
        noted = self._folder / "training_s"
        if noted.exists():
            self.measures.training_s = float(noted.read_text())
            return
        begin = time.perf_counter()
        self._rasa(
            ["train", "--config", str(self._setup.config), "--domain", str(PROJECT / "domain"),
             "--data", str(data), "--out", str(self._folder), "--fixed-model-name", "bot"]
        )  # fmt: skip
        self.measures.training_s = time.perf_counter() - begin
        noted.write_text(str(self.measures.training_s))

    def start(self) -> None:
        """Serve the model; measures the time until it answers."""
        command = [
            str(RASA_PYTHON), "-m", self._setup.server, "run",
            "--model", str(self._folder / "bot.tar.gz"),
            "--endpoints", str(self._setup.endpoints),
            "--credentials", str(self._setup.credentials),
            "--interface", "127.0.0.1", "--port", str(self._settings.port),
        ]  # fmt: skip
        begin = time.perf_counter()
        with (self._folder / "server.log").open("wb") as log:
            self._server = subprocess.Popen(
                command, cwd=ROOT, env=self._environ, stdout=log, stderr=log
            )
        wait_for(f"{self._url}/", self._server, seconds=600)
        self.measures.start_to_ready_s = time.perf_counter() - begin

    def send(self, speaker: Speaker, text: str) -> None:
        """Send a message and keep how long the answer took."""
        keys = self._settings.secrets
        token = issue_token(speaker, keys, timedelta(hours=1))
        conversation = conversation_id(speaker, keys)
        message_id = secrets.token_hex(8)
        context = sign_context(speaker, conversation, message_id, keys)
        body = {
            "message": text,
            "message_id": message_id,
            "sender": conversation,
            "metadata": {"context": context},
        }
        begin = time.perf_counter()
        answer = self._client.post(
            f"{self._url}/webhook", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        self.turns.append(time.perf_counter() - begin)
        answer.raise_for_status()
        if not answer.json():
            raise RuntimeError(f"{self.name} said nothing to {text!r}")

    def stop(self) -> None:
        """Stop the server, its memory and times noted first."""
        if self._server is None:
            return
        self.measures.resident_mb = psutil.Process(self._server.pid).memory_info().rss / 1e6
        if len(self.turns) > 1:
            cuts = statistics.quantiles(self.turns, n=100)
            self.measures.p50_ms, self.measures.p95_ms, self.measures.p99_ms = (
                1000 * cuts[at] for at in (49, 94, 98)
            )
        self._server.terminate()
        self._server.wait(30)

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._settings.port}/webhooks/{self._setup.channel}"

    def _rasa(self, arguments: list[str]) -> None:
        run([str(RASA_PYTHON), "-m", "rasa", *arguments], self._environ)


def sample(target: Path, examples: int, seed: int) -> int:
    """Write `examples` English sentences an intent and all rules to `target`; return how many."""
    chooser = random.Random(seed)
    count = 0
    for source in sorted((PROJECT / "data").glob("*/*.yml")):
        folder = target / source.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        if source.name == "rules.yml":
            shutil.copy(source, folder)
        elif source.name == "nlu.en.yml":
            document = yaml.safe_load(source.read_text(encoding="utf-8"))
            for entry in document["nlu"]:
                lines = entry["examples"].splitlines()
                kept = chooser.sample(lines, min(examples, len(lines)))
                entry["examples"] = "\n".join(kept) + "\n"
                count += len(kept)
            text = yaml.safe_dump(document, allow_unicode=True)
            (folder / source.name).write_text(text, encoding="utf-8")
    return count


def measure(work: Path, turns: int, examples: int, seed: int) -> dict[str, Any]:
    """Run both sides in the folder `work` and return their measures."""
    environ = {
        **os.environ,
        "SALESCLERK_HOME": str(work / "home"),
        "ACTIONS_PORT": str(free_port()),
    }
    run([*SALESCLERK, "demo", "--if-empty", "--until", LAST_DAY], environ)
    run([*SALESCLERK, "train"], environ)
    sentences = sample(work / "data", examples, seed)
    sides = []
    for name in SETUPS:
        folder = work / name
        folder.mkdir(parents=True, exist_ok=True)
        settings = Settings.from_environment({**environ, "PORT": str(free_port())})
        sides.append(Side(name, folder, settings))
    actions = subprocess.Popen([sys.executable, "-m", "actions"], cwd=ROOT, env=environ)
    try:
        for side in sides:
            side.train(work / "data")
        for side in sides:
            side.start()
        _converse(sides, turns)
    finally:
        for side in sides:
            side.stop()
        actions.terminate()
    return {
        "sentences": sentences,
        "turns": turns,
        "sides": {side.name: asdict(side.measures) for side in sides},
    }


def _converse(sides: list[Side], turns: int) -> None:
    conversations = -(-turns // len(CONVERSATION))
    warm_up = Speaker("warm-up", Role.SHOPPER)
    for side in sides:
        for text in CONVERSATION:
            side.send(warm_up, text)
        side.turns.clear()
    for number in track(range(conversations), "turns", console=Console(stderr=True)):
        speaker = Speaker(f"bench-{number}", Role.SHOPPER)
        for side in sides:
            for text in CONVERSATION:
                side.send(speaker, text)


def main() -> None:
    """Measure, print the table, and keep it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--examples", type=int, default=35, help="English sentences an intent")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="keep the trained bots here, for another run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.folder or Path(temporary)).absolute()
        result = measure(work, options.turns, options.examples, options.seed)
    table = Table("measure", *result["sides"], "ratio", title=f"{result['sentences']} sentences")
    ours, stock = result["sides"].values()
    for name in ours:
        ratio = ours[name] / stock[name] if stock[name] else float("nan")
        table.add_row(name, f"{ours[name]:.1f}", f"{stock[name]:.1f}", f"{ratio:.2f}")
    Console().print(table)
    path = ROOT / "benchmarks" / "results" / "assistant.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
