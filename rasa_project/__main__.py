"""Runs Rasa on this project: `python -m rasa_project train | run | shell | evaluate | validate`.

Sets what Rasa reads from the environment, then runs its command line. A model is named by
the hash of all that it is made from, so training again happens only when something changed. What is
served is the model promoted last; see promotion.py.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from analytics.errors import EvaluationError, SalesclerkError, SettingsError
from analytics.settings import Settings
from rasa_project import learned, promotion

PROJECT = Path(__file__).resolve().parent
MODELS_KEPT = 3
LOCK_SECONDS = 60
"Lifetime of a conversation's lock: above the longest turn."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m rasa_project", description=__doc__)
    parser.add_argument("command", choices=["train", "run", "shell", "evaluate", "validate"])
    parser.add_argument("--model", type=Path, help="take this model rather than the promoted one")
    parser.add_argument(
        "--promote", action="store_true", help="train: serve the new model even if it is worse"
    )
    parser.add_argument("--data", type=Path, help="evaluate: folder of the public sets")
    parser.add_argument("--output", type=Path, help="evaluate: folder of the report")
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        settings.require_secrets()
    except SettingsError as error:
        print(f"Salesclerk cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 1
    os.environ.update(environment(settings))
    try:
        return _run(options, settings)
    except SalesclerkError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201
        return 1


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.command == "validate":
        os.environ["PYTHONWARNINGS"] = "default"
        validate = [sys.executable, "-m", "rasa", "data", "validate", *_sources(settings)]
        return subprocess.run(validate, check=False).returncode  # noqa: S603
    if options.command == "train":
        return _train(settings, options.promote)
    model: Path | None = options.model
    if model is None:
        served = promotion.promoted(settings)
        if served is None:
            code = _train(settings, forced=False)
            return code or _run(options, settings)
        model = served.model
    if options.command == "evaluate":
        _evaluate(model, options.data, options.output or settings.home / "reports" / "nlu")
    _serve(options.command, model, settings)
    return 0


def fingerprint(settings: Settings) -> str:
    """Return a hash of everything that a bot model is made from."""
    return _hash([*_program(), *_sentences(), *learned.files(settings)])


def program() -> str:
    """Return a hash of everything that a bot model is made from, but for the sentences.

    A model of another program does not fit the actions of this one.
    """
    return _hash(_program())


def _program() -> list[Path]:
    sentences = set(_sentences())
    parts = [PROJECT / "config.yml"]
    for folder, names in (("domain", "*.yml"), ("data", "*.yml"), ("components", "*.py")):
        parts += sorted(set((PROJECT / folder).rglob(names)) - sentences)
    return parts


def _sentences() -> list[Path]:
    return sorted((PROJECT / "data").glob("*/nlu.*.yml"))


def _hash(parts: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in parts:
        inside = PROJECT in path.parents
        digest.update((path.relative_to(PROJECT).as_posix() if inside else path.name).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _train(settings: Settings, forced: bool) -> int:
    """Train where anything changed, and promote the model unless it is worse than the one served.

    Raises:
        InvalidFile: sentences that the shop has added cannot be read.
        EvaluationError: the new model cannot be asked.
    """
    examples = learned.examples(settings)
    new = settings.bot_models / f"bot-{fingerprint(settings)}.tar.gz"
    served = promotion.promoted(settings)
    if not new.exists() and (code := _make(new, settings, served)):
        return code
    if served is None or served.program != program() or forced:
        promotion.promote(settings, new, program())
        return 0
    if served.model == new:
        return 0
    report = promotion.known(served.model, new)
    if report is None:
        print("Asking the new bot and the one that is served ...", flush=True)  # noqa: T201
        report = promotion.compare(served.model, new, examples)
    print(promotion.table(report))  # noqa: T201
    if report["fell"]:
        raise EvaluationError(
            f"the new bot understands the held-back sentences worse, so {served.model.name} stays "
            f"the one that is served (report: {promotion.report_of(new)}). Change the sentences, "
            "or take the new one all the same by `python -m rasa_project train --promote`"
        )
    promotion.promote(settings, new, program())
    print(f"{new.name} is served from the next start on.")  # noqa: T201
    return 0


def _make(model: Path, settings: Settings, served: promotion.Promoted | None) -> int:
    print("Training the bot; this takes up to a minute ...", flush=True)  # noqa: T201
    done = subprocess.run(  # noqa: S603
        [sys.executable, *train_command(model, settings)], check=False, capture_output=True
    )
    if done.returncode:
        # Rasa and its libraries warn a lot; what they print matters only where training fails.
        sys.stderr.write((done.stdout + done.stderr).decode(errors="replace"))
    models = sorted(model.parent.glob("bot-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for outdated in models[:-MODELS_KEPT]:
        if served is None or outdated != served.model:
            outdated.unlink()
            promotion.report_of(outdated).unlink(missing_ok=True)
    return done.returncode


def train_command(model: Path, settings: Settings) -> list[str]:
    """Return the arguments with which Python trains the bot and writes it to `model`."""
    name = model.name[: -len(".tar.gz")]
    target = ["--out", str(model.parent), "--fixed-model-name", name]
    return ["-m", "rasa", "train", "--skip-validation", *_sources(settings), *target]


def _sources(settings: Settings) -> list[str]:
    return [
        "--config", str(PROJECT / "config.yml"),
        "--domain", str(PROJECT / "domain"),
        "--data", str(PROJECT / "data"), *map(str, learned.files(settings)),
    ]  # fmt: skip


def _serve(command: str, model: Path, settings: Settings) -> NoReturn:
    """Become the server: what the environment says of memory counts from a process's start."""
    arguments = [command, "--model", str(model), "--endpoints", str(PROJECT / "endpoints.yml")]
    if command == "run":
        arguments += ["--credentials", str(PROJECT / "credentials.yml")]
        arguments += ["--interface", settings.host, "--port", str(settings.port)]
    os.execv(sys.executable, [sys.executable, "-m", "rasa_project.serving", *arguments])  # noqa: S606


def _evaluate(model: Path, data: Path | None, output: Path) -> NoReturn:
    """Become the evaluation: it must say what serving leaves out before Rasa is loaded."""
    arguments = ["--model", str(model), "--output", str(output)]
    arguments += ["--data", str(data)] if data else []
    command = [sys.executable, "-m", "rasa_project.evaluation", *arguments]
    os.execv(sys.executable, command)  # noqa: S606


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables that Rasa and this project's YAML files read."""
    return {
        "ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/webhook",
        "CONVERSATIONS_URL": settings.conversations_url,
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TICKET_LOCK_LIFETIME": str(LOCK_SECONDS),
        # With more arenas than that the server's memory grows with its threads.
        "MALLOC_ARENA_MAX": "2",
        # Rasa's own dependencies warn of one another at every start.
        "PYTHONWARNINGS": "ignore",
    }


if __name__ == "__main__":
    sys.exit(main())
