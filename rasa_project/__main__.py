"""Runs Rasa on this project: `python -m rasa_project train | run | shell | evaluate | validate`.

Sets what Rasa reads from the environment, then runs its command line. A model is named by
the hash of all that it is made from, so training again happens only when something changed.
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

from analytics.errors import SettingsError
from analytics.settings import Settings

PROJECT = Path(__file__).resolve().parent
MODELS_KEPT = 3
LOCK_SECONDS = 60
"Lifetime of a conversation's lock: above the longest turn."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m rasa_project", description=__doc__)
    parser.add_argument("command", choices=["train", "run", "shell", "evaluate", "validate"])
    parser.add_argument("--model", type=Path, help="take this model rather than the newest")
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
    if options.command == "validate":
        os.environ["PYTHONWARNINGS"] = "default"
        validate = [sys.executable, "-m", "rasa", "data", "validate", *_sources()]
        return subprocess.run(validate, check=False).returncode  # noqa: S603
    model = options.model or settings.bot_models / f"bot-{fingerprint()}.tar.gz"
    if not model.exists() and (code := _train(model)):
        return code
    if options.command == "evaluate":
        _evaluate(model, options.data, options.output or settings.home / "reports" / "nlu")
    elif options.command != "train":
        _serve(options.command, model, settings)
    return 0


def fingerprint() -> str:
    """Return a hash of everything that a bot model is made from."""
    digest = hashlib.sha256()
    parts = [PROJECT / "config.yml"]
    for folder, names in (("domain", "*.yml"), ("data", "*.yml"), ("components", "*.py")):
        parts += sorted((PROJECT / folder).rglob(names))
    for path in parts:
        digest.update(path.relative_to(PROJECT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _train(model: Path) -> int:
    print("Training the bot; this takes up to a minute ...", flush=True)  # noqa: T201
    done = subprocess.run(  # noqa: S603
        [sys.executable, *train_command(model)], check=False, capture_output=True
    )
    if done.returncode:
        # Rasa and its libraries warn a lot; what they print matters only where training fails.
        sys.stderr.write((done.stdout + done.stderr).decode(errors="replace"))
    models = sorted(model.parent.glob("bot-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for outdated in models[:-MODELS_KEPT]:
        outdated.unlink()
    return done.returncode


def train_command(model: Path) -> list[str]:
    """Return the arguments with which Python trains the bot and writes it to `model`."""
    name = model.name[: -len(".tar.gz")]
    target = ["--out", str(model.parent), "--fixed-model-name", name]
    return ["-m", "rasa", "train", "--skip-validation", *_sources(), *target]


def _sources() -> list[str]:
    return [
        "--config", str(PROJECT / "config.yml"),
        "--domain", str(PROJECT / "domain"),
        "--data", str(PROJECT / "data"),
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
